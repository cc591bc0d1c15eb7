package dev.amishare.ledger;

import dev.amishare.keypolicy.Audience;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.Overlap;
import dev.amishare.keypolicy.Principals;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whom the policy of a share key has to name, as one execution has to write it (docs/adr/0020, 0031): whom shares were committed for,
 * whom KMS has accepted for running claims, and whom this execution adds itself. Nobody outside the boundary.
 *
 * <p>Where two claims do not go together, the later one has to give way; the earlier one, and everybody else, leaves it out.
 */
public final class Grants {
    private static final Comparator<Claim> ORDER =
            Comparator.comparing(Claim::at).thenComparing(Claim::execution);

    private final List<Share> shares;
    private final Boundary boundary;
    private final Optional<Share> own;

    private Grants(List<Share> shares, Boundary boundary, Optional<Share> own) {
        this.shares = shares;
        this.boundary = boundary;
        this.own = own;
    }

    /**
     * By these shares under one key.
     *
     * @param id of {@code execution}'s share; none where it has none
     */
    public static Grants of(List<Share> shares, Boundary boundary, Optional<ShareId> id, String execution) {
        Optional<Share> own = shares.stream()
                .filter(share -> id.equals(Optional.of(share.id())) && share.isClaimedBy(execution))
                .filter(share -> share.running().isPresent())
                .findFirst();
        return new Grants(List.copyOf(shares), boundary, own);
    }

    /** Whether this execution has a claim that goes forward. */
    public boolean isForward() {
        return own.isPresent();
    }

    /** Whom this execution adds. */
    public Principals mine() {
        return own.map(Share::adding).orElse(Principals.none());
    }

    /** Those of {@link #mine} whom KMS has not accepted yet, as far as it is written down. */
    public Principals unproven() {
        return mine().minus(own.map(Share::proven).orElse(Principals.none()));
    }

    /** Whom shares were committed for, but those who are dead or outside the boundary. */
    public Principals committed() {
        return shares.stream()
                .map(Share::committedPrincipals)
                .reduce(Principals.none(), Principals::plus)
                .where(boundary::permits);
    }

    /** Whom the key's policy has to name. */
    public Principals all() {
        Map<ShareId, Audience> granted = new LinkedHashMap<>();
        for (Share share : shares) {
            granted.put(share.id(), audience(share, share.committedPrincipals()));
        }
        for (Share share : claimed()) {
            Principals added = isOwn(share) ? share.adding() : share.proven();
            Audience before = granted.getOrDefault(share.id(), audience(share, Principals.none()));
            Principals permitted = added.where(boundary::permits);
            Principals fitting = permitted.minus(unfitting(
                    share, before, permitted, granted.values().stream().toList()));
            granted.put(share.id(), audience(share, before.principals().plus(fitting)));
        }
        return granted.values().stream().map(Audience::principals).reduce(Principals.none(), Principals::plus);
    }

    private Principals unfitting(Share share, Audience before, Principals added, List<Audience> granted) {
        Audience after = audience(share, before.principals().plus(added));
        List<String> accounts = Audience.conflicts(after, added, granted).stream()
                .map(Audience.Conflict::account)
                .toList();
        Principals all = granted.stream().map(Audience::principals).reduce(added, Principals::plus);
        Principals overlapping = Principals.of(Overlap.among(all, added).stream()
                .flatMap(overlap -> Stream.of(overlap.role(), overlap.wider()))
                .toList());
        return added.where(p -> overlapping.contains(p) || (p.isNamed() && accounts.contains(p.account())));
    }

    /** Why this execution may not add whom it adds: a line each. */
    public List<String> refusals(String keyArn) {
        if (own.isEmpty() || mine().isEmpty()) {
            return List.of();
        }
        Share share = own.get();
        List<Audience> others = new ArrayList<>();
        for (Share other : shares) {
            if (!other.id().equals(share.id())) {
                others.add(undone(other));
                standing(other).ifPresent(others::add);
            }
        }
        Principals after = share.committedPrincipals().plus(mine());
        List<String> refusals = new ArrayList<>();
        Audience.conflicts(audience(share, after), mine(), others)
                .forEach(conflict -> refusals.add(conflict.message(keyArn)));
        Principals all = others.stream().map(Audience::principals).reduce(after, Principals::plus);
        Overlap.among(all.where(boundary::permits), mine()).forEach(overlap -> refusals.add(overlap.message(keyArn)));
        return refusals;
    }

    /**
     * A claim before which this execution has to give way: an earlier one; or a later one that KMS has accepted before this execution
     * has written anything, since it may have looked at the ledger when this claim was not there yet.
     */
    private Optional<Audience> standing(Share other) {
        Optional<Claim> theirs = other.running();
        Claim claim = own.flatMap(Share::running).orElseThrow();
        if (theirs.isEmpty()) {
            return Optional.empty();
        } else if (ORDER.compare(theirs.get(), claim) < 0) {
            return Optional.of(audience(other, other.granted()));
        }
        return claim.proven().isEmpty() && !other.proven().isEmpty()
                ? Optional.of(audience(other, other.committedPrincipals().plus(other.proven())))
                : Optional.empty();
    }

    /**
     * What is committed, and what a claim that is being undone may leave: accounts of which it grants nobody. For an execution whom KMS
     * has accepted, that claim counts with whom it was for: while it ran, the two went together, so its undo is no reason to fail.
     */
    private Audience undone(Share other) {
        Principals asked = unproven().isEmpty() ? other.undonePrincipals() : Principals.none();
        return audience(other, other.committedPrincipals().plus(asked)).withAccounts(other.undoneAccounts());
    }

    private boolean isOwn(Share share) {
        return own.filter(share::equals).isPresent();
    }

    /** Those with a claim that goes forward, the earliest first. */
    private List<Share> claimed() {
        return shares.stream()
                .filter(share -> share.running().isPresent())
                .sorted(Comparator.comparing(share -> share.running().orElseThrow(), ORDER))
                .toList();
    }

    private Audience audience(Share share, Principals principals) {
        return new Audience(
                share.id().imageName(),
                share.sourceImageId().orElse("unknown"),
                principals.where(boundary::permits),
                share.committedAccounts());
    }

    /** Whom each share grants the launch, running claims included; which accounts its launch permissions may name, undone ones included. */
    public static List<Audience> audiences(Collection<Share> shares, Boundary boundary) {
        Grants grants = new Grants(List.copyOf(shares), boundary, Optional.empty());
        return shares.stream()
                .map(share -> grants.audience(share, share.granted()).withAccounts(share.undoneAccounts()))
                .toList();
    }

    /** Where the shares break the rule of one audience already; others' claims aside, of which the later ones will be refused. */
    public static List<Audience.Conflict> broken(Collection<Share> shares, String execution, Boundary boundary) {
        List<Share> standing = shares.stream()
                .map(share -> share.isClaimedBy(execution) ? share : share.withClaim(Optional.empty()))
                .toList();
        return Audience.broken(audiences(standing, boundary));
    }

    /** Whom a share was committed for and the boundary does not hold any more: they are granted nothing. */
    public static Principals outside(Share share, Boundary boundary) {
        return share.committedPrincipals().where(p -> !boundary.permits(p));
    }
}
