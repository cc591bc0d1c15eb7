package dev.awssandbox;

import java.time.Duration;

/**
 * What differs between two sandboxes; everything that AWS fixes is not here.
 *
 * @param largestCopy how long the copy of the largest volume of an image takes; others in proportion
 * @param copiesInFlight the quota "concurrent snapshot copies per destination Region"
 * @param keyPolicyDelay how long after PutKeyPolicy a new policy decides and is read back
 * @param imageVisibility how long a new image is not yet found, and a new snapshot not yet listed (eventual consistency)
 */
public record Settings(Duration largestCopy, int copiesInFlight, Duration keyPolicyDelay, Duration imageVisibility) {
    public static Settings defaults() {
        return new Settings(Duration.ofSeconds(20), 20, Duration.ZERO, Duration.ofSeconds(1));
    }

    /** The same but for the duration of the largest copy. */
    public Settings withLargestCopy(Duration newLargestCopy) {
        return new Settings(newLargestCopy, copiesInFlight, keyPolicyDelay, imageVisibility);
    }
}
