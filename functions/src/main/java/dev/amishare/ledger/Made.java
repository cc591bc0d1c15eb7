package dev.amishare.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the calls of an execution returned, so that undo knows it by id and needs no tag.
 *
 * @param copies the snapshots that it made; two of one source where an answer never came and the copy was made again
 * @param imageId the image that it registered or copied
 * @param isProtected whether it is this execution that protects the image against deregistration
 */
public record Made(List<Copy> copies, Optional<String> imageId, boolean isProtected) {
    public static final Made NOTHING = new Made(List.of(), Optional.empty(), false);

    public Made {
        copies = List.copyOf(copies);
    }

    /**
     * A snapshot, and what it is a copy of.
     *
     * @param sourceSnapshotId unknown for those that CopyImage makes, until they can be told apart
     */
    public record Copy(String snapshotId, Optional<String> sourceSnapshotId) {}

    /** The ids of the snapshots that were made. */
    public List<String> snapshotIds() {
        return copies.stream().map(Copy::snapshotId).toList();
    }

    Made withCopies(List<Copy> more) {
        List<Copy> all = new ArrayList<>(copies);
        for (Copy copy : more) {
            if (!snapshotIds().contains(copy.snapshotId())) {
                all.add(copy);
            }
        }
        return new Made(all, imageId, isProtected);
    }

    Made withImage(String id) {
        return new Made(copies, Optional.of(id), isProtected);
    }

    Made withProtection() {
        return new Made(copies, imageId, true);
    }
}
