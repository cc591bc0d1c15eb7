package dev.amishare.ledger;

import java.time.Instant;
import java.util.List;

/**
 * A shared image that is gone, closed: nobody is shared with any more, but its encrypted snapshots may stand and have an owner. Only
 * the same source may register from them again.
 *
 * @param closedAt when EC2 had said twice that the image is gone
 */
public record FormerImage(String sourceImageId, String imageId, List<SharedSnapshot> snapshots, Instant closedAt) {
    public FormerImage {
        snapshots = List.copyOf(snapshots);
    }
}
