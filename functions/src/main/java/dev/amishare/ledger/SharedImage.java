package dev.amishare.ledger;

import java.util.List;

/** The encrypted image and its snapshots. A copy that EC2 made of a whole image may come without snapshots. */
public record SharedImage(String imageId, List<SharedSnapshot> snapshots) {
    public SharedImage {
        snapshots = List.copyOf(snapshots);
    }
}
