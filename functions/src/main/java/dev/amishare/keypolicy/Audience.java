package dev.amishare.keypolicy;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Whom one share names. All shares under one key that name somebody of an account must name the same ones of it: a launch permission
 * names accounts and a key's policy names keys, so whoever of an account may use the key launches all that the account may launch.
 *
 * @param imageName the share's
 * @param sourceImageId of which image it is the share
 * @param principals whom it grants the launch
 */
public record Audience(String imageName, String sourceImageId, Principals principals) {
    /**
     * Two shares that name others of one account.
     *
     * @param one of which {@code named} are the principals of the account
     * @param other that stands in the way, with {@code otherNamed}
     */
    public record Conflict(String account, Audience one, Principals named, Audience other, Principals otherNamed) {
        /** Whether no side names the whole account: of a role beside its account, {@link Overlap} speaks. */
        private boolean isOfRoles() {
            return named.plus(otherNamed)
                    .where(p -> p.kind() == Principal.Kind.ACCOUNT)
                    .isEmpty();
        }

        /** What is wrong and what to do. */
        public String message(String keyArn) {
            return "Of account " + account + ", image '" + one.imageName() + "' (of " + one.sourceImageId()
                    + ") would be shared with " + said(named) + ", but image '" + other.imageName() + "' (of "
                    + other.sourceImageId() + ") is shared with " + said(otherNamed) + ", both under key " + keyArn
                    + ": launch permissions are per account and key policies per key, so each of them could launch both. Share "
                    + "with the same ones, or use another key (kmsKeyId).";
        }

        /** What a ledger holds that was written before this rule. */
        public String finding() {
            return "Of account " + account + ", image '" + one.imageName() + "' is shared with " + said(named)
                    + " and image '" + other.imageName() + "' with " + said(otherNamed)
                    + " under the same key: each of them can launch both images.";
        }

        private static String said(Principals principals) {
            return String.join(
                    " and ", principals.stream().map(Principal::toString).toList());
        }
    }

    /**
     * What stands in the way of adding {@code added} to {@code share}. Only accounts of which it adds somebody count: what was there
     * before is not this request's.
     *
     * @param share with {@code added}
     * @param others the other shares under the key
     */
    public static List<Conflict> conflicts(Audience share, Principals added, Collection<Audience> others) {
        List<Conflict> conflicts = new ArrayList<>();
        for (String account : accounts(added)) {
            others.stream()
                    .filter(other -> !other.imageName().equals(share.imageName()))
                    .flatMap(other -> share.conflict(other, account).stream())
                    .filter(Conflict::isOfRoles)
                    .findFirst()
                    .ifPresent(conflicts::add);
        }
        return conflicts;
    }

    /**
     * As {@link #conflicts}, for a request that asks for {@code asked}, beside whom its share names already.
     *
     * @param shares all under the key
     */
    public static List<Conflict> adding(Audience asked, Collection<Audience> shares, Boundary boundary) {
        Principals before = shares.stream()
                .filter(share -> share.imageName().equals(asked.imageName()))
                .map(Audience::principals)
                .reduce(Principals.none(), Principals::plus);
        Principals wanted = asked.principals().where(boundary::permits);
        Audience after = new Audience(asked.imageName(), asked.sourceImageId(), before.plus(wanted));
        return conflicts(after, wanted.minus(before), shares);
    }

    /** Where shares under one key break the rule already. */
    public static List<Conflict> broken(List<Audience> shares) {
        List<Conflict> conflicts = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
            Audience one = shares.get(i);
            for (Audience other : shares.subList(i + 1, shares.size())) {
                accounts(one.principals())
                        .forEach(account -> one.conflict(other, account).ifPresent(conflicts::add));
            }
        }
        return conflicts;
    }

    private Optional<Conflict> conflict(Audience other, String account) {
        Principals mine = of(account);
        Principals theirs = other.of(account);
        return mine.isEmpty() || theirs.isEmpty() || mine.equals(theirs)
                ? Optional.empty()
                : Optional.of(new Conflict(account, this, mine, other, theirs));
    }

    private Principals of(String account) {
        return principals.where(p -> p.isNamed() && p.account().equals(account));
    }

    private static List<String> accounts(Principals principals) {
        return principals.stream()
                .filter(Principal::isNamed)
                .map(Principal::account)
                .distinct()
                .toList();
    }
}
