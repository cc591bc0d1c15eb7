package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SOURCE;
import static dev.amishare.step.ShareWorld.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

final class VerifyBeforehandTest {
    private static final Boundary ORGANIZATION =
            new Boundary(false, new TreeSet<>(), new TreeSet<>(List.of("o-example1234")));

    @Test
    void anAnswerOfTheVerifierRoleProvesMembership() {
        try (ShareWorld world = new ShareWorld()) {
            verifier(world, "222222222222");

            assertThat(ask(world, Optional.empty(), members("222222222222"))).isEqualTo(new VerifyBeforehand.Output(1));
        }
    }

    @Test
    void refusesAllWhoAreNotProvedWithEveryRemedy() {
        try (ShareWorld world = new ShareWorld()) {
            verifier(world, "222222222222");

            assertThatThrownBy(
                            () -> ask(world, Optional.empty(), members("222222222222", "333333333333", "444444444444")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(
                            "333333333333, 444444444444",
                            "o-example1234",
                            "AmiShareVerifier",
                            "askOrganizations",
                            "targets.organizations")
                    .hasMessageNotContaining("222222222222");
        }
    }

    @Test
    void whatOrganizationsSaysProvesMembershipIfItIsTheBoundarysOrganization() {
        try (ShareWorld world = new ShareWorld()) {
            VerifyBeforehand.Membership membership = account ->
                    Optional.ofNullable(Map.of("333333333333", "o-example1234", "444444444444", "o-other12345")
                            .get(account));

            assertThat(ask(world, Optional.of(membership), members("333333333333")))
                    .isEqualTo(new VerifyBeforehand.Output(0));
            assertThatThrownBy(() -> ask(
                            world, Optional.of(membership), members("333333333333", "444444444444", "555555555555")))
                    .hasMessageContaining("444444444444, 555555555555")
                    .hasMessageNotContaining("333333333333");
        }
    }

    @Test
    void requiredProofIsRefusedWhereNoVerifierRoleAnswers() {
        try (ShareWorld world = new ShareWorld()) {
            verifier(world, "222222222222");
            VerifyBeforehand.Input input =
                    new VerifyBeforehand.Input(List.of(), List.of("222222222222", "333333333333"), true, REGION, MINE);

            assertThatThrownBy(() -> ask(world, Optional.empty(), input))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(
                            "verify.requireProof: no role AmiShareVerifier answered in 333333333333: deploy",
                            "leave requireProof out")
                    .hasMessageNotContaining("222222222222");
        }
    }

    @Test
    void bothFaultsAreToldAtOnce() {
        try (ShareWorld world = new ShareWorld()) {
            VerifyBeforehand.Input input =
                    new VerifyBeforehand.Input(List.of("444444444444"), List.of("444444444444"), true, REGION, MINE);

            assertThatThrownBy(() -> ask(world, Optional.empty(), input))
                    .hasMessageMatching("(?s)targets: .*\\nverify\\.requireProof: .*");
        }
    }

    @Test
    void namesAHundredOfManyAccounts() {
        try (ShareWorld world = new ShareWorld()) {
            String[] accounts = LongStream.range(0, 450)
                    .mapToObj(i -> Long.toString(600_000_000_000L + i))
                    .toArray(String[]::new);

            assertThatThrownBy(() -> ask(world, Optional.empty(), members(accounts)))
                    .hasMessageContaining("600000000099 and 350 more")
                    .message()
                    .hasSizeLessThan(4_000);
        }
    }

    private static VerifyBeforehand.Input members(String... accounts) {
        return new VerifyBeforehand.Input(List.of(accounts), List.of(), false, REGION, MINE);
    }

    private static VerifyBeforehand.Output ask(
            ShareWorld world, Optional<VerifyBeforehand.Membership> membership, VerifyBeforehand.Input input) {
        TargetSide targetSide = new TargetSide(
                region -> world.cloud.iam().sts(administrator(SOURCE), region),
                new NoSessions(),
                "AmiShareVerifier",
                SOURCE);
        return new VerifyBeforehand(targetSide, membership, ORGANIZATION).run(input);
    }

    /** Nothing of the target is looked at yet. */
    private record NoSessions() implements TargetSide.Sessions {
        @Override
        public Ec2Client ec2(Credentials credentials, String region) {
            throw new AssertionError("asked for EC2");
        }

        @Override
        public KmsClient kms(Credentials credentials, String region) {
            throw new AssertionError("asked for KMS");
        }
    }

    private static void verifier(ShareWorld world, String account) {
        world.cloud
                .iam()
                .client(administrator(account), REGION)
                .createRole(
                        r -> r.roleName("AmiShareVerifier")
                                .assumeRolePolicyDocument(
                                        """
                                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                                  "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                                  "Condition": {"StringEquals": {"sts:ExternalId": "111111111111"}}}]}"""));
    }
}
