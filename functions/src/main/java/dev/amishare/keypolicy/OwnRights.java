package dev.amishare.keypolicy;

import dev.amishare.keypolicy.Situation.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a key's policy must leave to the roles of this deployment: to one of them the policy itself, to others the use of the key. The
 * rights that IAM gives them are there, so a statement for the whole account is enough.
 */
public final class OwnRights {
    private static final List<Access> WRITE = List.of(
            new Access("kms:GetKeyPolicy", false),
            new Access("kms:ListResourceTags", false),
            new Access("kms:PutKeyPolicy", false));

    private static final List<Access> MARK = List.of(new Access("kms:TagResource", false));

    /** What EBS asks of the key that a copy is encrypted under, in the name of whoever copies (aws-facts 1.3). */
    private static final List<Access> COPY = List.of(
            new Access("kms:CreateGrant", true),
            new Access("kms:Decrypt", true),
            new Access("kms:DescribeKey", true),
            new Access("kms:GenerateDataKeyWithoutPlaintext", true),
            new Access("kms:ReEncryptTo", true));

    private OwnRights() {}

    /**
     * Who we are, as far as the deployment says.
     *
     * @param policyRole the ARN of the role that writes key policies
     * @param copyRoles the ARNs of the roles that copy; none where they are not known
     */
    public record Roles(Optional<String> policyRole, List<String> copyRoles) {
        public Roles {
            copyRoles = List.copyOf(copyRoles);
        }
    }

    /**
     * What the policy surely does not let our roles do, a line each.
     *
     * @param isMarked whether the key bears this deployment's mark already, so that it need not be written
     */
    public static List<String> refusals(String keyArn, KeyPolicy policy, Roles roles, boolean isMarked) {
        List<String> refusals = new ArrayList<>();
        List<Access> write = new ArrayList<>(WRITE);
        if (!isMarked) {
            write.addAll(MARK);
        }
        refusal(keyArn, policy, roles.policyRole(), write, "the policy cannot be written")
                .ifPresent(refusals::add);
        List<Optional<String>> copying = roles.copyRoles().isEmpty()
                ? List.of(Optional.empty())
                : roles.copyRoles().stream().map(Optional::of).toList();
        for (Optional<String> role : copying) {
            refusal(keyArn, policy, role, COPY, "nothing can be encrypted under it")
                    .ifPresent(refusals::add);
        }
        return refusals;
    }

    private static Optional<String> refusal(
            String keyArn, KeyPolicy policy, Optional<String> role, List<Access> needed, String so) {
        Reader reader = Reader.ofOwnRole(role, keyArn);
        List<String> refused = needed.stream()
                .filter(access -> isRefused(policy, reader, access))
                .map(Access::action)
                .toList();
        if (refused.isEmpty()) {
            return Optional.empty();
        }
        String whom = role.map(arn -> "role " + arn).orElse("the roles of AMI Share");
        return Optional.of("The policy of key " + keyArn + " does not let " + whom + " call "
                + String.join(", ", refused) + ", so " + so + ". " + hint(policy, reader, needed)
                + "Have the key's administrator allow it, or name another key (kmsKeyId).");
    }

    private static boolean isRefused(KeyPolicy policy, Reader reader, Access access) {
        return isDenied(policy, reader, access)
                || policy.foreign()
                        .filter(s -> !s.isDeny())
                        .allMatch(s -> reader.reaches(s, policy, access) == Truth.NO);
    }

    private static boolean isDenied(KeyPolicy policy, Reader reader, Access access) {
        return policy.foreign().anyMatch(s -> s.isDeny() && reader.reaches(s, policy, access) == Truth.YES);
    }

    /** Which statements say so, if it is denied and not only left out. */
    private static String hint(KeyPolicy policy, Reader reader, List<Access> needed) {
        List<String> denying = policy.foreign()
                .filter(Statement::isDeny)
                .filter(s -> reader.reach(s, policy, needed).contains(Truth.YES))
                .map(Statement::name)
                .toList();
        return denying.isEmpty() ? "" : "It is denied by " + String.join(", ", denying) + ". ";
    }
}
