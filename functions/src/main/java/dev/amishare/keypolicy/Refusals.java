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
     * @param present whom the key is shared with already, running executions included; whom the boundary does not hold any more is
     *     granted nothing, and so does not count
     */
    public static List<String> of(
            String keyArn, KeyPolicy current, Principals present, Principals asked, Boundary boundary) {
        List<String> refusals = new ArrayList<>(outside(asked, boundary));
        Principals all = present.plus(asked).where(boundary::permits);
        Overlap.among(all, asked.minus(present)).forEach(overlap -> refusals.add(overlap.message(keyArn)));
        refusals.addAll(denied(keyArn, current, asked.where(boundary::permits), boundary));
        tooLong(keyArn, current.with(ShareStatements.derive(all, boundary, keyArn)), asked.minus(present))
                .ifPresent(refusals::add);
        orphans(keyArn, current).ifPresent(refusals::add);
        incomplete(keyArn, current).ifPresent(refusals::add);
        return refusals;
    }

    /** The targets to whom a statement of somebody else surely denies the launch, whatever is granted to them beside it. */
    public static List<String> denied(String keyArn, KeyPolicy policy, Principals asked, Boundary boundary) {
        List<String> refusals = new ArrayList<>();
        for (Principal target : asked) {
            Denial.of(policy, target, boundary, keyArn)
                    .filter(Denial::isCertain)
                    .ifPresent(denial -> refusals.add("In the policy of key " + keyArn + ", " + denial.reason()
                            + ". Have the key's administrator except it there, leave the target out, or use another key "
                            + "(kmsKeyId)."));
        }
        return refusals;
    }

    /**
     * Statements of others without an action or a resource, with which KMS refuses every write of the policy since August 2025 (aws-facts
     * 0; a policy that was written before may hold them).
     */
    public static Optional<String> incomplete(String keyArn, KeyPolicy policy) {
        List<String> incomplete = policy.incompleteInForeign();
        if (incomplete.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("The policy of key " + keyArn + " holds " + String.join(", ", incomplete)
                + ", without Action or without Resource: KMS refuses every write of such a policy. Complete or remove it "
                + "(aws kms put-key-policy).");
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
