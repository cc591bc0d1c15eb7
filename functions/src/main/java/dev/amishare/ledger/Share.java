package dev.amishare.ledger;

import dev.amishare.keypolicy.Principals;
import java.util.Optional;

/**
 * An item of the ledger: what is shared, and at most one execution's claim to change it.
 *
 * @param committed what was shared and verified; no undo ever touches it
 */
public record Share(ShareId id, Optional<Committed> committed, Optional<Claim> claim) {
    static Share unknown(ShareId id) {
        return new Share(id, Optional.empty(), Optional.empty());
    }

    /** Whether this claim is {@code execution}'s. */
    public boolean isClaimedBy(String execution) {
        return claim.filter(c -> c.execution().equals(execution)).isPresent();
    }

    /** Whom the share was committed for, but those who died since. */
    public Principals committedPrincipals() {
        return committed.map(Committed::living).orElse(Principals.none());
    }

    /** Whom the claim adds while it is not being undone. */
    public Principals adding() {
        return claim.filter(c -> c.phase() == Claim.Phase.RUNNING)
                .map(Claim::adding)
                .orElse(Principals.none());
    }

    /** Whom the key policy and the launch permissions must name for this share. */
    public Principals granted() {
        return committedPrincipals().plus(adding());
    }
}
