package dev.amishare.keypolicy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Why a key cannot be shared with somebody, found out by reading alone: a line each, with what to do. */
public final class Refusals {
    private Refusals() {}

    /**
     * All that forbids to share {@code keyArn} with {@code asked}.
     *
     * @param current the key's policy as it is
     * @param present whom the key is shared with already, running executions included
     */
    public static List<String> of(
            String keyArn, KeyPolicy current, Principals present, Principals asked, Boundary boundary) {
        List<String> refusals = new ArrayList<>(outside(asked, boundary));
        Principals all = present.plus(asked);
        Overlap.among(all, asked.minus(present)).forEach(overlap -> refusals.add(overlap.message(keyArn)));
        tooLong(keyArn, current.with(ShareStatements.derive(all, boundary, keyArn)), asked.minus(present))
                .ifPresent(refusals::add);
        orphans(keyArn, current).ifPresent(refusals::add);
        return refusals;
    }

    /** The targets that the deployment may not share with. */
    public static List<String> outside(Principals asked, Boundary boundary) {
        return asked.where(p -> !boundary.permits(p)).stream()
                .map(p -> "The " + p
                        + " is outside this deployment's boundary. Leave it out, or have an administrator deploy "
                        + "with a boundary that holds it.")
                .toList();
    }

    /** A policy that KMS would not take. */
    public static Optional<String> tooLong(String keyArn, KeyPolicy policy, Principals asked) {
        int size = policy.size();
        if (size <= KeyPolicy.LONGEST) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                Locale.ROOT,
                "The policy of key %s would have %,d bytes with %,d more targets; AWS allows %,d. Share with the organization or "
                        + "organizational unit that holds the accounts instead, or under another key (kmsKeyId).",
                keyArn,
                size,
                asked.size(),
                KeyPolicy.LONGEST));
    }

    /** Deleted principals in statements of others, with which KMS refuses every write of the policy. */
    public static Optional<String> orphans(String keyArn, KeyPolicy policy) {
        List<String> orphans = policy.orphansInForeign();
        if (orphans.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("The policy of key " + keyArn + " names " + String.join(", ", orphans)
                + ", deleted roles or users, in statements that are not of AMI Share: KMS refuses every write of such a policy. Remove "
                + "them from the policy (aws kms put-key-policy).");
    }
}
