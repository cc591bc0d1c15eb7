package dev.amishare.keypolicy;

import dev.amishare.keypolicy.Situation.Access;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A statement of somebody else that takes away what a launch needs, judged by value as far as the values are known beforehand
 * (docs/adr/0030).
 *
 * @param isCertain whether it surely hits; if not, only AWS can judge it at the time of the launch
 */
public record Denial(String reason, boolean isCertain) {
    /** What our statements grant: the use through EC2, and {@code DescribeKey}, which people and the verifier role call themselves. */
    private static final List<Access> LAUNCH = List.of(
            new Access("kms:CreateGrant", true),
            new Access("kms:Decrypt", true),
            new Access("kms:DescribeKey", false),
            new Access("kms:GenerateDataKey", true),
            new Access("kms:GenerateDataKeyWithoutPlaintext", true),
            new Access("kms:ReEncryptFrom", true),
            new Access("kms:ReEncryptTo", true));

    /** What {@code policy} denies {@code principal} of it; a certain denial comes before a possible one. */
    public static Optional<Denial> of(KeyPolicy policy, Principal principal, Boundary boundary, String keyArn) {
        Reader reader = Reader.of(principal, boundary, keyArn);
        Optional<Denial> possible = Optional.empty();
        for (Statement deny : policy.foreign().filter(Statement::isDeny).toList()) {
            Set<Truth> truths = reader.reach(deny, policy, LAUNCH);
            String reason = deny.name() + " denies " + principal + " what a launch needs";
            if (truths.contains(Truth.YES)) {
                return Optional.of(new Denial(reason, true));
            } else if (truths.contains(Truth.UNKNOWN) && possible.isEmpty()) {
                possible = Optional.of(new Denial(reason + ", under conditions that are not known beforehand", false));
            }
        }
        return possible;
    }
}
