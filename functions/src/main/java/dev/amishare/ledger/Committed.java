package dev.amishare.ledger;

import dev.amishare.keypolicy.Principals;
import java.time.Instant;
import java.util.List;

/**
 * What was shared and verified.
 *
 * @param sourceImageId of which source image this is the share; no other source's request ever touches it
 * @param principals whom it is shared with
 * @param orphaned those of them whose role was deleted: left out of the key policy, until somebody asks for them anew
 * @param copiers the accounts that may also make volumes of its snapshots
 * @param execution the ARN of the execution that committed last
 */
public record Committed(
        String sourceImageId,
        String imageId,
        List<SharedSnapshot> snapshots,
        Principals principals,
        Principals orphaned,
        List<String> copiers,
        Instant at,
        String execution) {
    public Committed {
        snapshots = List.copyOf(snapshots);
        copiers = List.copyOf(copiers);
    }

    /** Whom it is still shared with. */
    public Principals living() {
        return principals.minus(orphaned);
    }

    Committed withOrphaned(Principals more) {
        return new Committed(
                sourceImageId, imageId, snapshots, principals, orphaned.plus(more), copiers, at, execution);
    }
}
