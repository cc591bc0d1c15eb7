package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.NOON;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SOURCE;
import static dev.amishare.step.ShareWorld.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.RegionPlan;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.VerificationFailed;
import dev.amishare.json.Json;
import dev.amishare.json.Records;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.ledger.SharedImage;
import dev.amishare.step.Verify.Next;
import dev.amishare.step.Verify.Verified;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

final class VerifyTest {
    private static final int LAST_TURN = 4;

    @Test
    void provesALaunchWhereTheVerifierRoleAnswersAndAGrantWhereNoneDoes() {
        try (ShareWorld world = new ShareWorld()) {
            deployVerifier(world, "222222222222");
            SharedImage image = share(world, "222222222222", "444444444444", role(world));

            Verify.Output output = verify(world, image, world.plan("222222222222", "444444444444", role(world)), 0);

            assertThat(output.next()).isEqualTo(Next.COMMIT);
            assertThat(output.targets())
                    .extracting(Verify.TargetResult::verified)
                    .containsExactly(Verified.LAUNCHABLE, Verified.GRANTED, Verified.GRANTED);
            assertThat(output.targets()).allMatch(target -> target.checks().isEmpty());
            assertThat(output.checks())
                    .allMatch(Check::passed)
                    .extracting(Check::name)
                    .containsExactly("image-available", "volumes-encrypted", "not-public", "key-enabled");
            assertThat(output.checks().get(1).detail()).isEqualTo("2 of 2 under " + world.key);
        }
    }

    private static String role(ShareWorld world) {
        String arn = "arn:aws:iam::333333333333:role/Launcher";
        return world.cloud.iam().principalExists(arn) ? arn : world.role("333333333333", "Launcher");
    }

    @Test
    void sendsTheExecutionBackWhereItsPrincipalsAreGoneFromThePolicy() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            SharedImage image = share(world, "222222222222");
            world.putPolicy(before);

            Verify.Output output = verify(world, image, world.plan("222222222222"), 3);

            assertThat(output.next()).isEqualTo(Next.POLICY);
            assertThat(output.turn()).isEqualTo(4);
            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), 12))
                    .isInstanceOf(KeyPolicyConflict.class)
                    .hasMessageContainingAll(world.key, "222222222222");
        }
    }

    @Test
    void looksAgainBeforeItSaysThatSomethingIsMissing() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            world.ec2.modifyImageAttribute(r -> r.imageId(image.imageId())
                    .launchPermission(l -> l.remove(LaunchPermissions.named(List.of("222222222222")))));

            Verify.Output output = verify(world, image, world.plan("222222222222"), 1);

            assertThat(output.next()).isEqualTo(Next.WAIT);
            assertThat(output.waitSeconds()).isPositive();
            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContainingAll("222222222222", "launch-permission", image.imageId(), REGION);
        }
    }

    @Test
    void refusesAPublicImage() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE, null);
            world.settle(MINE);
            world.ec2.disableImageBlockPublicAccess(r -> {});
            world.ec2.modifyImageAttribute(r -> r.imageId(image.imageId())
                    .launchPermission(l -> l.add(LaunchPermission.builder()
                            .group(PermissionGroup.ALL)
                            .build())));

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .hasMessageContaining("not-public");
        }
    }

    @Test
    void refusesADisabledKey() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            world.kms.disableKey(r -> r.keyId(world.key));

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .hasMessageContaining("key-enabled: " + world.key + " is Disabled");
        }
    }

    @Test
    void refusesWhatIsNotEncryptedUnderTheShareKey() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE, null);
            world.settle(MINE);
            world.addLaunchPermission(MINE, image, world.plan("222222222222"));

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .hasMessageContainingAll("volumes-encrypted: 0 of 2", "/dev/sdb", "is not encrypted");
        }
    }

    @Test
    void refusesAnImageThatIsNotAsItsSource() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            String snapshot = image.snapshots().get(0).snapshotId();
            String other = world.ec2
                    .registerImage(r -> r.name("other")
                            .architecture("arm64")
                            .virtualizationType("hvm")
                            .rootDeviceName("/dev/xvda")
                            .tagSpecifications(TagSpecification.builder()
                                    .resourceType(ResourceType.IMAGE)
                                    .tags(ShareWorld.tag(ManagedTags.MANAGED, "true"))
                                    .build())
                            .blockDeviceMappings(BlockDeviceMapping.builder()
                                    .deviceName("/dev/xvda")
                                    .ebs(e -> e.snapshotId(snapshot))
                                    .build()))
                    .imageId();
            world.passTime(Duration.ofMinutes(1));

            assertThatThrownBy(() -> verify(world, new SharedImage(other, List.of()), world.plan("222222222222"), 0))
                    .isInstanceOf(AttributesLost.class)
                    .hasMessageContainingAll("architecture", "arm64", "x86_64");
        }
    }

    @Test
    void saysThatATargetIsBlockedWhereAForeignStatementDeniesIt() {
        try (ShareWorld world = new ShareWorld()) {
            deny(world, "");
            SharedImage image = share(world, "222222222222", "444444444444");

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222", "444444444444"), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContaining("444444444444: key-policy: the statement No denies account 444444444444")
                    .hasMessageNotContaining("222222222222: ");
        }
    }

    @Test
    void warnsWhereAForeignStatementDeniesUnderConditions() {
        try (ShareWorld world = new ShareWorld()) {
            deny(world, ",\"Condition\":{\"StringEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}");
            SharedImage image = share(world, "444444444444");

            Verify.Output output = verify(world, image, world.plan("444444444444"), 0);

            assertThat(output.targets().get(0).verified()).isEqualTo(Verified.GRANTED);
            assertThat(output.targets().get(0).checks())
                    .extracting(Check::result)
                    .containsExactly(Check.Result.WARN);
        }
    }

    private static void deny(ShareWorld world, String condition) {
        String policy = world.policy();
        int end = policy.lastIndexOf(']');
        world.putPolicy(policy.substring(0, end)
                + ",{\"Sid\":\"No\",\"Effect\":\"Deny\",\"Principal\":{\"AWS\":\"444444444444\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\""
                + condition + "}" + policy.substring(end));
    }

    @Test
    void blocksATargetWhoseVerifierDoesNotReachTheKey() {
        try (ShareWorld world = new ShareWorld()) {
            deployVerifier(world, "222222222222");
            world.cloud.iam().client(administrator("222222222222"), REGION).putRolePolicy(r -> r.roleName(
                            "AmiShareVerifier")
                    .policyName("NoKeys")
                    .policyDocument(allow("Deny", "kms:*")));
            SharedImage image = share(world, "222222222222");

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContaining("222222222222: target-reaches-key: AccessDeniedException");
        }
    }

    @Test
    void onlyWarnsWhereTheVerifierMayNotTryALaunch() {
        try (ShareWorld world = new ShareWorld()) {
            deployVerifier(world, "222222222222");
            world.cloud.iam().client(administrator("222222222222"), REGION).putRolePolicy(r -> r.roleName(
                            "AmiShareVerifier")
                    .policyName("NoLaunch")
                    .policyDocument(allow("Deny", "ec2:RunInstances")));
            SharedImage image = share(world, "222222222222");

            Verify.Output output = verify(world, image, world.plan("222222222222"), 0);

            assertThat(output.targets().get(0).verified()).isEqualTo(Verified.GRANTED);
            assertThat(output.targets().get(0).checks())
                    .singleElement()
                    .matches(check -> check.name().equals("target-dry-run-t3.micro"))
                    .matches(check -> check.detail().startsWith("UnauthorizedOperation"));
        }
    }

    @Test
    void failsWhereProofIsRequiredAndThereIsNone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");

            assertThatThrownBy(() -> verify(world, image, requireProof(world.plan("222222222222")), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContainingAll("222222222222: only GRANTED", "requireProof");
        }
    }

    private static RegionPlan requireProof(RegionPlan plan) {
        String text = Records.write(plan).text().replace("\"requireProof\":false", "\"requireProof\":true");
        return Records.read(Json.parse(text), RegionPlan.class);
    }

    @Test
    void tellsWhoWasFoundDead() {
        try (ShareWorld world = new ShareWorld()) {
            String role = role(world);
            SharedImage shared = world.shared("222222222222", role);
            world.ledger.markOrphaned(world.id(), ShareWorld.principals(role));
            SharedImage image = shareAgain(world, shared.imageId(), "222222222222");

            assertThat(verify(world, image, world.plan("222222222222"), 0).checks())
                    .filteredOn(check -> check.name().equals("orphaned-principals"))
                    .singleElement()
                    .matches(check -> check.detail().contains(role));
        }
    }

    private static SharedImage shareAgain(ShareWorld world, String imageId, String target) {
        world.claim(MINE, target);
        world.settle(MINE);
        return new SharedImage(imageId, List.of());
    }

    @Test
    void answers450TargetsInAPayload() {
        try (ShareWorld world = new ShareWorld()) {
            String[] accounts = IntStream.range(0, 450)
                    .mapToObj(i -> String.format("2%011d", i))
                    .toArray(String[]::new);
            SharedImage image = share(world, accounts);

            Verify.Output output = verify(world, image, world.plan(accounts), 0);

            assertThat(output.targets()).hasSize(450);
            assertThat(Records.write(output).text()).hasSizeLessThan(60_000);
        }
    }

    /** An image, shared by the steps before. */
    private static SharedImage share(ShareWorld world, String... targets) {
        world.claim(MINE, targets);
        SharedImage image = world.make(MINE);
        world.settle(MINE);
        world.addLaunchPermission(MINE, image, world.plan(targets));
        return image;
    }

    private static Verify.Output verify(ShareWorld world, SharedImage image, RegionPlan plan, int turn) {
        TargetSide targetSide = new TargetSide(
                region -> world.cloud.iam().sts(administrator(SOURCE), region),
                new Sessions(world),
                "AmiShareVerifier",
                SOURCE);
        return new Verify(world.ledger, region -> world.ec2, region -> world.kms, targetSide, Boundary.unlimited())
                .run(new Verify.Input(plan, image, MINE, false, turn, NOON));
    }

    private record Sessions(ShareWorld world) implements TargetSide.Sessions {
        @Override
        public Ec2Client ec2(Credentials credentials, String region) {
            return world.cloud
                    .ec2()
                    .client(
                            world.cloud
                                    .iam()
                                    .callerOf(credentials.accessKeyId())
                                    .orElseThrow(),
                            region);
        }

        @Override
        public KmsClient kms(Credentials credentials, String region) {
            return world.cloud
                    .kms()
                    .client(
                            world.cloud
                                    .iam()
                                    .callerOf(credentials.accessKeyId())
                                    .orElseThrow(),
                            region);
        }
    }

    private static void deployVerifier(ShareWorld world, String account) {
        var iam = world.cloud.iam().client(administrator(account), REGION);
        iam.createRole(
                r -> r.roleName("AmiShareVerifier")
                        .assumeRolePolicyDocument(
                                """
                        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                          "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
                          "Condition": {"StringEquals": {"sts:ExternalId": "111111111111"}}}]}"""));
        iam.putRolePolicy(r -> r.roleName("AmiShareVerifier")
                .policyName("Verify")
                .policyDocument(allow("Allow", "ec2:Describe*", "ec2:RunInstances", "kms:DescribeKey")));
    }

    private static String allow(String effect, String... actions) {
        return "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"" + effect
                + "\", \"Resource\": \"*\", \"Action\": "
                + Arrays.stream(actions).map(action -> "\"" + action + "\"").toList() + "}]}";
    }
}
