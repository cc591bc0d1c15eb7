package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.NOON;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SOURCE;
import static dev.amishare.step.ShareWorld.administrator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.VerificationFailed;
import dev.amishare.json.Json;
import dev.amishare.json.Records;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.TestLedger;
import dev.amishare.step.Verify.Next;
import dev.amishare.step.Verify.Verified;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.OperationType;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

final class VerifyTest {
    private static final int LAST_TURN = 4;
    private static final Boundary ONLY_B = new Boundary(false, new TreeSet<>(List.of("222222222222")), new TreeSet<>());

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
                    .filteredOn(Check::passed)
                    .extracting(Check::name)
                    .containsExactly(
                            "image-available", "volumes-encrypted", "not-public", "exactly-the-named", "key-enabled");
            assertThat(output.checks())
                    .filteredOn(check -> !check.passed())
                    .singleElement()
                    .matches(check -> check.name().equals("not-proved") && check.result() == Check.Result.WARN)
                    .matches(check ->
                            check.detail().contains("no role AmiShareVerifier answered in 444444444444: deploy"))
                    .matches(check -> check.detail().contains("a role, an organization or a unit"));
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
    void failsWhereAStrangerMayLaunchFromAnImageThatThisExecutionMade() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            letIn(world, image, "444444444444");

            assertThat(verify(world, image, world.plan("222222222222"), 0).next())
                    .isEqualTo(Next.WAIT);
            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContainingAll(
                            "exactly-the-named",
                            "444444444444 on " + image.imageId() + " in " + REGION,
                            "Remove=[{UserId=444444444444}]",
                            "Name it as a target")
                    .hasMessageNotContaining("222222222222");
        }
    }

    @Test
    void failsWhereAStrangerMayCopyASnapshotThatThisExecutionMade() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            String snapshot = image.snapshots().get(1).snapshotId();
            letCopy(world, snapshot, "444444444444");

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContainingAll("exactly-the-named", "444444444444 on " + snapshot);
        }
    }

    @Test
    void takesNobodyForAStrangerWhomTheRequestGaveTheSnapshots() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.settle(MINE);
            world.addLaunchPermission(MINE, image, world.plan(true, "222222222222"));

            assertThat(verify(world, image, world.plan(true, "222222222222"), 0).next())
                    .isEqualTo(Next.COMMIT);
        }
    }

    /** Whoever only tags could else hide from us who was let in. */
    @Test
    void failsWhereTheTagIsGoneFromASnapshotOfOurs() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            String snapshot = image.snapshots().get(0).snapshotId();
            world.ec2.deleteTags(r -> r.resources(snapshot).tags(ShareWorld.tag(ManagedTags.MANAGED, "true")));

            assertThatThrownBy(() -> verify(world, image, world.plan("222222222222"), LAST_TURN))
                    .hasMessageContainingAll("exactly-the-named", "unknown on " + snapshot, "put it back");
        }
    }

    @Test
    void namesAStrangerOnAnImageThatWasSharedBeforeAndUndoesNothingForIt() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            letIn(world, shared, "444444444444");
            shareAgain(world, shared.imageId(), "222222222222");

            Verify.Output output =
                    look(world, Boundary.unlimited(), input(shared, world.plan("222222222222"), true, 0, List.of()));

            assertThat(output.next()).isEqualTo(Next.COMMIT);
            assertThat(output.checks())
                    .filteredOn(check -> check.name().equals("exactly-the-named"))
                    .singleElement()
                    .matches(check -> check.result() == Check.Result.WARN)
                    .matches(check -> check.detail().contains("444444444444 on " + shared.imageId()));
        }
    }

    @Test
    void sendsTheExecutionBackWhereAStrangerStandsUnderOurSidsAtASecondLook() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            world.putPolicy(world.policy()
                    .replace(
                            "\"arn:aws:iam::222222222222:root\"",
                            "[\"arn:aws:iam::222222222222:root\",\"arn:aws:iam::555555555555:root\"]"));

            Verify.Output first = verify(world, image, world.plan("222222222222"), 0);
            Verify.Output second = look(
                    world,
                    Boundary.unlimited(),
                    input(image, world.plan("222222222222"), false, first.turn(), first.suspects()));

            assertThat(first.next()).isEqualTo(Next.WAIT);
            assertThat(first.suspects()).contains("555555555555 in the statement AmiShareUse");
            assertThat(second.next()).isEqualTo(Next.POLICY);
            assertThatThrownBy(() -> look(
                            world,
                            Boundary.unlimited(),
                            input(image, world.plan("222222222222"), false, 12, first.suspects())))
                    .isInstanceOf(KeyPolicyConflict.class)
                    .hasMessageContaining("555555555555");
        }
    }

    /** Their principals stand in the policy until their undo has taken them out. */
    @Test
    void takesNobodyForAStrangerWhomAnotherExecutionAddsOrTakesOut() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, "222222222222");
            ShareId beside = new ShareId(world.key, "another");
            TestLedger.claim(
                    world.ledger, beside, OTHER, ShareWorld.SOURCE_IMAGE, ShareWorld.principals("555555555555"));
            world.ledger.recordProven(beside, OTHER, ShareWorld.principals("555555555555"));
            world.settle(MINE);

            assertThat(verify(world, image, world.plan("222222222222"), 0).next())
                    .isEqualTo(Next.COMMIT);
            world.ledger.beginUndo(beside, OTHER, OTHER);
            assertThat(world.policy()).contains("555555555555");
            assertThat(verify(world, image, world.plan("222222222222"), 0).next())
                    .isEqualTo(Next.COMMIT);
        }
    }

    @Test
    void tellsWhoWasCommittedUnderAWiderBoundary() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222", "444444444444");
            shareAgain(world, shared.imageId(), "222222222222");
            world.settle(MINE, ONLY_B);

            Verify.Output output = look(world, ONLY_B, input(shared, world.plan("222222222222"), true, 0, List.of()));

            assertThat(output.next()).isEqualTo(Next.COMMIT);
            assertThat(output.checks())
                    .filteredOn(check -> check.result() == Check.Result.WARN)
                    .extracting(Check::name)
                    .containsExactly("exactly-the-named", "outside-the-boundary", "not-proved");
            assertThat(output.checks())
                    .filteredOn(check -> check.name().equals("outside-the-boundary"))
                    .singleElement()
                    .matches(check -> check.detail().contains("444444444444"));
        }
    }

    /** What was committed before all shares under a key had to name the same ones of an account. */
    @Test
    void tellsWhereOthersOfAnAccountAreNamedForAnotherImageAndUndoesNothingForIt() {
        try (ShareWorld world = new ShareWorld()) {
            String green = world.role("333333333333", "Green");
            SharedImage shared = world.shared("222222222222", role(world));
            commitBeside(world, "silver", "222222222222", green);
            shareAgain(world, shared.imageId(), "222222222222");

            Verify.Output output =
                    look(world, Boundary.unlimited(), input(shared, world.plan("222222222222"), true, 0, List.of()));

            assertThat(output.next()).isEqualTo(Next.COMMIT);
            assertThat(oneAudience(output))
                    .singleElement()
                    .matches(check -> check.result() == Check.Result.WARN)
                    .extracting(Check::detail)
                    .asString()
                    .contains(role(world), green, "'silver'", "'golden-encrypted'", "kmsKeyId")
                    .doesNotContain("222222222222");
        }
    }

    @Test
    void namesThreeOfManyAccountsWithAnotherAudience() {
        try (ShareWorld world = new ShareWorld()) {
            String[] blue = roles(world, "Blue");
            SharedImage shared = world.shared(blue);
            commitBeside(world, "silver", roles(world, "Green"));
            shareAgain(world, shared.imageId(), blue[0]);

            Verify.Output output =
                    look(world, Boundary.unlimited(), input(shared, world.plan(blue[0]), true, 0, List.of()));

            assertThat(oneAudience(output))
                    .singleElement()
                    .extracting(Check::detail)
                    .asString()
                    .contains("300000000002:role/Green", "and 2 more")
                    .doesNotContain("300000000003");
        }
    }

    /** Of two that come at once, the key policy's turn refuses the later one. */
    @Test
    void takesAClaimThatStillHasToGiveWayForNoBrokenRule() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = share(world, role(world));
            String green = world.role("333333333333", "Green");
            Instant later = world.cloud.kernel().now().plus(Duration.ofHours(1));
            TestLedger.claim(
                    world.ledger,
                    new ShareId(world.key, "silver"),
                    OTHER,
                    TestLedger.SOURCE,
                    later,
                    ShareWorld.principals(green));

            assertThat(oneAudience(verify(world, image, world.plan(role(world)), 0)))
                    .isEmpty();
        }
    }

    private static List<Check> oneAudience(Verify.Output output) {
        return output.checks().stream()
                .filter(check -> check.name().equals("one-audience"))
                .toList();
    }

    private static String[] roles(ShareWorld world, String name) {
        return IntStream.range(0, 5)
                .mapToObj(i -> world.role(String.format("3%011d", i), name))
                .toArray(String[]::new);
    }

    /** A share of another image under the key, as if nobody had held it against the first. */
    private static void commitBeside(ShareWorld world, String name, String... targets) {
        ShareId id = new ShareId(world.key, name);
        TestLedger.claim(world.ledger, id, OTHER, ShareWorld.principals(targets));
        world.ledger.commit(id, OTHER, "ami-0ccccccccccccccc1", List.of(), ShareWorld.principals(targets), NOON);
    }

    @Test
    void doubtIsNeverCalledLaunchableAndFailsRequiredProof() {
        try (ShareWorld world = new ShareWorld()) {
            deployVerifier(world, "444444444444");
            deny(world, ",\"Condition\":{\"IpAddress\":{\"aws:SourceIp\":\"192.0.2.0/24\"}}");
            SharedImage image = share(world, "444444444444");
            RegionPlan plan = world.plan("444444444444");

            assertThat(verify(world, image, plan, 0).targets().get(0).verified())
                    .isEqualTo(Verified.GRANTED);
            assertThatThrownBy(() -> verify(world, image, requireProof(plan), LAST_TURN))
                    .isInstanceOf(VerificationFailed.class)
                    .hasMessageContainingAll(
                            "444444444444: only GRANTED", "key-policy", "No denies account 444444444444");
        }
    }

    @Test
    void namesTwentyOfManyFaults() {
        try (ShareWorld world = new ShareWorld()) {
            String[] accounts = IntStream.range(0, 30)
                    .mapToObj(i -> String.format("2%011d", i))
                    .toArray(String[]::new);
            SharedImage image = share(world, accounts);

            assertThatThrownBy(() -> verify(world, image, requireProof(world.plan(accounts)), LAST_TURN))
                    .hasMessageContaining("200000000019: only GRANTED")
                    .hasMessageContaining("and 10 more")
                    .hasMessageNotContaining("200000000020: ");
        }
    }

    private static void letIn(ShareWorld world, SharedImage image, String account) {
        world.ec2.modifyImageAttribute(r ->
                r.imageId(image.imageId()).launchPermission(l -> l.add(LaunchPermissions.named(List.of(account)))));
    }

    private static void letCopy(ShareWorld world, String snapshotId, String account) {
        world.ec2.modifySnapshotAttribute(r -> r.snapshotId(snapshotId)
                .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                .operationType(OperationType.ADD)
                .userIds(account));
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

    /** The plan's source is the shared image itself then, and its snapshots are no less ours for that. */
    @Test
    void namesAStrangerOnASnapshotOfAnImageWhoseSourceIsGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            String snapshot = image.snapshots().get(0).snapshotId();
            world.ec2.modifySnapshotAttribute(r -> r.snapshotId(snapshot)
                    .attribute("createVolumePermission")
                    .operationType("add")
                    .userIds("777777777777"));
            world.claim(MINE, "222222222222");
            RegionPlan plan = world.plan("222222222222");
            RegionPlan standing = new RegionPlan(
                    plan.region(),
                    plan.sourceRegion(),
                    plan.sourceImageId(),
                    plan.imageName(),
                    plan.keyArn(),
                    Way.STANDING,
                    ImageAttributes.of(world.image(image.imageId())),
                    List.of(),
                    plan.targets(),
                    plan.tags(),
                    plan.requestedTags(),
                    plan.snapshotTags(),
                    plan.shareSnapshots(),
                    plan.verify(),
                    plan.notes(),
                    plan.resultBytes());

            Verify.Output output = look(world, Boundary.unlimited(), input(image, standing, true, 0, List.of()));

            assertThat(output.checks())
                    .filteredOn(check -> check.name().equals("exactly-the-named"))
                    .singleElement()
                    .matches(check -> check.result() == Check.Result.WARN)
                    .matches(check -> check.detail().contains("777777777777"));
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
                    .hasMessageContainingAll(
                            "222222222222: only GRANTED",
                            "requireProof",
                            "no role AmiShareVerifier answered in 222222222222");
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

            assertThat(look(world, Boundary.unlimited(), input(image, world.plan("222222222222"), true, 0, List.of()))
                            .checks())
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
        return look(world, Boundary.unlimited(), input(image, plan, false, turn, List.of()));
    }

    private static Verify.Input input(
            SharedImage image, RegionPlan plan, boolean reused, int turn, List<String> suspects) {
        return new Verify.Input(plan, image, MINE, reused, turn, suspects, NOON);
    }

    private static Verify.Output look(ShareWorld world, Boundary boundary, Verify.Input input) {
        TargetSide targetSide = new TargetSide(
                region -> world.cloud.iam().sts(administrator(SOURCE), region),
                new Sessions(world),
                "AmiShareVerifier",
                SOURCE);
        return new Verify(world.ledger, region -> world.ec2, region -> world.kms, targetSide, boundary).run(input);
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
