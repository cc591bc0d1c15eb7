package dev.amishare.ledger;

import dev.amishare.keypolicy.Principals;
import java.util.List;
import java.util.Optional;

/**
 * An item of the ledger: what is shared, at most one execution's claim to change it, and what was shared before under the same name.
 *
 * @param committed what was shared and verified; no undo ever touches it
 * @param former images of this name that are gone, whose snapshots may still stand
 */
public record Share(ShareId id, Optional<Committed> committed, Optional<Claim> claim, List<FormerImage> former) {
    public Share {
        former = List.copyOf(former);
    }

    static Share unknown(ShareId id) {
        return new Share(id, Optional.empty(), Optional.empty(), List.of());
    }

    Share withCommitted(Optional<Committed> newCommitted) {
        return new Share(id, newCommitted, claim, former);
    }

    Share withClaim(Optional<Claim> newClaim) {
        return new Share(id, committed, newClaim, former);
    }

    Share withFormer(List<FormerImage> newFormer) {
        return new Share(id, committed, claim, newFormer);
    }

    /** Whether this claim is {@code execution}'s. */
    public boolean isClaimedBy(String execution) {
        return claim.filter(c -> c.execution().equals(execution)).isPresent();
    }

    /** Whether something is committed here, of another source. */
    public boolean isOfAnother(String sourceImageId) {
        return committed.filter(c -> !c.sourceImageId().equals(sourceImageId)).isPresent();
    }

    /** The snapshots of a former image of this source, which it may register again. */
    public Optional<FormerImage> formerOf(String sourceImageId) {
        return former.stream()
                .filter(f -> f.sourceImageId().equals(sourceImageId))
                .reduce((older, newer) -> newer);
    }

    /** Whom the share was committed for, but those who died since. */
    public Principals committedPrincipals() {
        return committed.map(Committed::living).orElse(Principals.none());
    }

    /** Whom the claim adds while it is not being undone. */
    public Principals adding() {
        return running().map(Claim::adding).orElse(Principals.none());
    }

    /** Those whom the claim adds and whom KMS has accepted, while it is not being undone. */
    public Principals proven() {
        return running().map(Claim::proven).orElse(Principals.none());
    }

    /** Of which image this is the share, or is to be. */
    public Optional<String> sourceImageId() {
        return committed.map(Committed::sourceImageId).or(() -> claim.map(Claim::sourceImageId));
    }

    Optional<Claim> running() {
        return claim.filter(c -> c.phase() == Claim.Phase.RUNNING);
    }

    /** Whom the key policy and the launch permissions must name for this share. */
    public Principals granted() {
        return committedPrincipals().plus(adding());
    }
}
