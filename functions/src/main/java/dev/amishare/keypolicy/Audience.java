package dev.amishare.keypolicy;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Whom one share names. All shares under one key that name somebody of an account must name the same ones of it: a launch permission
 * names accounts and a key's policy names keys, so whoever of an account may use the key launches all that the account may launch.
 *
 * @param imageName the share's
 * @param sourceImageId of which image it is the share
 * @param principals whom it grants the launch
 * @param accounts which a launch permission of the image may name: those of {@code principals}, and those of whom nobody is granted the
 *     launch any more, or not yet
 */
public record Audience(String imageName, String sourceImageId, Principals principals, Set<String> accounts) {
    private static final int MOST_NAMED = 10;

    public Audience {
        Set<String> all = new TreeSet<>(accounts);
        all.addAll(principals.accounts());
        accounts = Set.copyOf(all);
    }

    /** One whose launch permissions name the accounts of {@code principals} and no other. */
    public Audience(String imageName, String sourceImageId, Principals principals) {
        this(imageName, sourceImageId, principals, Set.of());
    }

    /** The same, where launch permissions may name {@code more} accounts. */
    public Audience withAccounts(Set<String> more) {
        Set<String> all = new TreeSet<>(accounts);
        all.addAll(more);
        return new Audience(imageName, sourceImageId, principals, all);
    }

    /**
     * Two shares that name others of one account.
     *
     * @param one of which {@code named} are the principals of the account
     * @param other that stands in the way, with {@code otherNamed}
     */
    public record Conflict(String account, Audience one, Principals named, Audience other, Principals otherNamed) {
        /** Of a role that is granted the launch beside its whole account, {@link Overlap} speaks. */
        private boolean isOverlap() {
            return !otherNamed.isEmpty()
                    && named.plus(otherNamed).stream().anyMatch(p -> p.kind() == Principal.Kind.ACCOUNT);
        }

        /** What is wrong and what to do. */
        public String message(String keyArn) {
            return "Of account " + account + ", image '" + one.imageName() + "' (of " + one.sourceImageId()
                    + ") would be shared with " + said(named) + ", but image '" + other.imageName() + "' (of "
                    + other.sourceImageId() + ") is shared with " + said(otherNamed) + ", both under key " + keyArn
                    + ": launch permissions are per account and key policies per key, so each of them could launch both. "
                    + remedy();
        }

        private String remedy() {
            return otherNamed.isEmpty()
                    ? "Share image '" + other.imageName()
                            + "' with the same ones first, deregister it if nobody needs it, or use "
                            + "another key (kmsKeyId); if an execution is undoing that share just now, start again later."
                    : "Share with the same ones, or use another key (kmsKeyId).";
        }

        /** What a ledger holds that was written before this rule. */
        public String finding() {
            return "Of account " + account + ", image '" + one.imageName() + "' is shared with " + said(named)
                    + " and image '" + other.imageName() + "' with " + said(otherNamed)
                    + " under the same key: each of them can launch both images.";
        }

        /** A message goes into an execution's cause, which holds 32,768 characters for all faults of a request. */
        private static String said(Principals principals) {
            if (principals.isEmpty()) {
                return "nobody of it, although its launch permission for the account may still stand";
            }
            List<String> named = principals.stream()
                    .limit(MOST_NAMED)
                    .map(Principal::toString)
                    .toList();
            int more = principals.size() - named.size();
            return String.join(" and ", named) + (more == 0 ? "" : " and " + more + " more");
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
        Map<String, Principals> mine = share.byAccount();
        mine.keySet().retainAll(byAccount(added).keySet());
        Map<String, Conflict> conflicts = new LinkedHashMap<>();
        for (Audience other : others) {
            if (!other.imageName().equals(share.imageName())) {
                other.byAccount().forEach((account, theirs) -> Optional.ofNullable(mine.get(account))
                        .filter(named -> !named.equals(theirs))
                        .map(named -> new Conflict(account, share, named, other, theirs))
                        .filter(conflict -> !conflict.isOverlap())
                        .ifPresent(conflict -> conflicts.putIfAbsent(account, conflict)));
            }
        }
        return List.copyOf(conflicts.values());
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

    /** Where shares under one key break the rule already: one finding for each account, since a ledger may hold many shares. */
    public static List<Conflict> broken(List<Audience> shares) {
        Map<String, Audience> first = new LinkedHashMap<>();
        Map<String, Principals> firstNamed = new LinkedHashMap<>();
        Map<String, Conflict> conflicts = new LinkedHashMap<>();
        for (Audience share : shares) {
            share.byAccount().forEach((account, named) -> {
                Audience one = first.computeIfAbsent(account, a -> share);
                Principals oneNamed = firstNamed.computeIfAbsent(account, a -> named);
                if (!oneNamed.equals(named)) {
                    conflicts.putIfAbsent(account, new Conflict(account, one, oneNamed, share, named));
                }
            });
        }
        return List.copyOf(conflicts.values());
    }

    /** Whom of each account it grants the launch: nobody of some. */
    private Map<String, Principals> byAccount() {
        Map<String, Principals> all = byAccount(principals);
        accounts.stream().sorted().forEach(account -> all.putIfAbsent(account, Principals.none()));
        return all;
    }

    private static Map<String, Principals> byAccount(Principals principals) {
        Map<String, List<Principal>> lists = principals.stream()
                .filter(Principal::isNamed)
                .collect(Collectors.groupingBy(Principal::account, LinkedHashMap::new, Collectors.toList()));
        Map<String, Principals> byAccount = new LinkedHashMap<>();
        lists.forEach((account, list) -> byAccount.put(account, Principals.of(list)));
        return byAccount;
    }
}
