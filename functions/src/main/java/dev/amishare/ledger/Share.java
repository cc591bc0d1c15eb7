package dev.amishare.ledger;

import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /** The snapshots that were there before the claim, and that its undo never removes: the source's own, and those of images shared before. */
    public Set<String> snapshotsOfOthers() {
        Set<String> others = new HashSet<>();
        claim.ifPresent(c -> others.addAll(c.sourceSnapshots()));
        Stream.concat(
                        committed.stream().flatMap(c -> c.snapshots().stream()),
                        former.stream().flatMap(f -> f.snapshots().stream()))
                .map(SharedSnapshot::snapshotId)
                .forEach(others::add);
        return others;
    }

    /** Whom the share was committed for, but those who died since. */
    public Principals committedPrincipals() {
        return committed.map(Committed::living).orElse(Principals.none());
    }

    /** The accounts of all whom the share was committed for, the dead too: launch permissions name accounts, and stay. */
    Set<String> committedAccounts() {
        return committed.map(Committed::principals).orElse(Principals.none()).accounts();
    }

    /**
     * The accounts to which a claim that is being undone may have given launch permissions or snapshots, and which it may have to
     * leave: it has written them down before.
     */
    Set<String> undoneAccounts() {
        return claim.filter(c -> c.phase() == Claim.Phase.UNDOING).stream()
                .flatMap(c -> Stream.concat(c.permissions().stream(), c.copiers().stream()))
                .flatMap(value -> Principal.parse(value).stream())
                .filter(Principal::isNamed)
                .map(Principal::account)
                .collect(Collectors.toSet());
    }

    /** Whom a claim adds that is being undone, as far as it may have given something to their accounts. */
    Principals undonePrincipals() {
        Set<String> accounts = undoneAccounts();
        return claim.map(Claim::adding)
                .orElse(Principals.none())
                .where(p -> p.isNamed() && accounts.contains(p.account()));
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
