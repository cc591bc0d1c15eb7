package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.copying;
import static dev.awssandbox.ec2.World.launchOf;
import static dev.awssandbox.ec2.World.registration;
import static dev.awssandbox.ec2.World.tag;
import static dev.awssandbox.ec2.World.tagging;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.iam.IamClient;

/** What a role's policy must say for each call. */
final class PermissionsTest {
    private static final String EVERY_SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/*";

    @Test
    void aCallThatNoPolicyAllowsSaysWhatWasWanted() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> role(world, OWNER, "s3:ListBucket", "*").describeImages(request -> {}),
                    "UnauthorizedOperation",
                    "You are not authorized to perform this operation. User: arn:aws:sts::" + OWNER
                            + ":assumed-role/Worker/session is not authorized to perform: ec2:DescribeImages on resource:"
                            + " * because no identity-based policy allows the ec2:DescribeImages action");
        }
    }

    @Test
    void aCopyIsJudgedByItsSourceToo() {
        try (World world = World.withImage()) {
            Ec2Client narrow = role(world, OWNER, "ec2:CopySnapshot", "arn:aws:ec2:us-east-1::snapshot/" + ROOT);
            assertRefused(() -> narrow.copySnapshot(copying(ROOT).build()), "UnauthorizedOperation", "snapshot/*");
            assertRefused(() -> narrow.copySnapshot(copying(DATA).build()), "UnauthorizedOperation", DATA);

            Ec2Client wide = role(world, OWNER, "ec2:CopySnapshot", EVERY_SNAPSHOT);
            assertThat(wide.copySnapshot(copying(ROOT).build()).snapshotId()).startsWith("snap-");
        }
    }

    @Test
    void tagsAtCreationNeedCreateTagsForThatCreation() {
        try (World world = World.withImage()) {
            CopySnapshotRequest tagged = copying(ROOT)
                    .tagSpecifications(tagging("snapshot", tag("team", "web")))
                    .build();
            assertRefused(
                    () -> role(world, OWNER, "ec2:CopySnapshot", EVERY_SNAPSHOT).copySnapshot(tagged),
                    "UnauthorizedOperation",
                    "ec2:CreateTags");

            Ec2Client allowed = roleWith(
                    world,
                    OWNER,
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "ec2:CopySnapshot", "Resource": "arn:aws:ec2:*::snapshot/*"},
                      {"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "arn:aws:ec2:*::snapshot/*",
                       "Condition": {"StringEquals": {"ec2:CreateAction": "CopySnapshot", "aws:RequestTag/team": "web"}}}]}
                    """);
            assertThat(allowed.copySnapshot(tagged).snapshotId()).startsWith("snap-");
            assertRefused(
                    () -> allowed.createTags(request -> request.resources(ROOT).tags(tag("team", "web"))),
                    "UnauthorizedOperation");
        }
    }

    @Test
    void tagsOfAResourceDecideWhatMayBeDoneToIt() {
        try (World world = World.withImage()) {
            Ec2Client role = roleWith(
                    world,
                    OWNER,
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": ["ec2:ModifyImageAttribute", "ec2:DeregisterImage"], "Resource": "*",
                       "Condition": {"StringEquals": {"aws:ResourceTag/managed": "true"}}}]}
                    """);
            assertRefused(
                    () -> role.modifyImageAttribute(
                            request -> request.imageId(AMI).userIds(FRIEND)),
                    "UnauthorizedOperation");

            world.owner().createTags(request -> request.resources(AMI).tags(tag("managed", "true")));
            role.modifyImageAttribute(request -> request.imageId(AMI).userIds(FRIEND));

            assertThat(world.friend()
                            .describeImages(request -> request.imageIds(AMI))
                            .images())
                    .hasSize(1);
        }
    }

    @Test
    void registrationIsJudgedByItsSnapshots() {
        try (World world = World.withImage()) {
            Ec2Client role = role(world, OWNER, "ec2:RegisterImage", "arn:aws:ec2:us-east-1::image/*");

            assertRefused(
                    () -> role.registerImage(registration().build()),
                    "UnauthorizedOperation",
                    "arn:aws:ec2:us-east-1::snapshot/" + ROOT);
        }
    }

    @Test
    void whomASnapshotMayBeSharedWithCanBeLimited() {
        try (World world = World.withImage()) {
            Ec2Client role = roleWith(
                    world,
                    OWNER,
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "ec2:ModifySnapshotAttribute", "Resource": "*",
                       "Condition": {"StringEquals": {"ec2:Add/userId": "222222222222"}}}]}
                    """);
            role.modifySnapshotAttribute(request -> request.snapshotId(ROOT).userIds(FRIEND));

            assertRefused(
                    () -> role.modifySnapshotAttribute(
                            request -> request.snapshotId(ROOT).userIds(World.STRANGER)),
                    "UnauthorizedOperation");
        }
    }

    @Test
    void launchesCanBeLimitedToAnOwnersImagesAndSomeTypes() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            Ec2Client role = roleWith(
                    world,
                    FRIEND,
                    """
                    {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*::image/*",
                       "Condition": {"StringEquals": {"ec2:Owner": "111111111111"}}},
                      {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:instance/*",
                       "Condition": {"StringEquals": {"ec2:InstanceType": ["t3.micro"]}}},
                      {"Effect": "Allow", "Action": "ec2:RunInstances", "Resource": [
                       "arn:aws:ec2:*:*:network-interface/*", "arn:aws:ec2:*:*:subnet/*", "arn:aws:ec2:*:*:volume/*",
                       "arn:aws:ec2:*:*:security-group/*"]}]}
                    """);

            assertRefused(() -> role.runInstances(launchOf(AMI).dryRun(true).build()), "DryRunOperation");
            assertRefused(
                    () -> role.runInstances(
                            launchOf(AMI).instanceType("t3.small").dryRun(true).build()),
                    "UnauthorizedOperation",
                    "instance/*");
        }
    }

    @Test
    void aSnapshotThatMayNotBeDeletedStaysBehindADeregisteredImage() {
        try (World world = World.withImage()) {
            assertThat(role(world, OWNER, "ec2:DeregisterImage", "*")
                            .deregisterImage(request -> request.imageId(AMI).deleteAssociatedSnapshots(true))
                            .deleteSnapshotResults())
                    .extracting("returnCode")
                    .extracting(Object::toString)
                    .containsOnly("missing-permissions");
            assertThat(world.snapshot(ROOT).stateAsString()).isEqualTo("completed");
        }
    }

    @Test
    void aDenyOfUnencryptedVolumesStopsTheLaunchesThatWouldMakeOne() {
        try (World world = World.withImage()) {
            Ec2Client guarded = roleWith(
                    world,
                    OWNER,
                    """
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},
                      {"Effect": "Deny", "Action": "ec2:RunInstances", "Resource": "arn:aws:ec2:*:*:volume/*",
                       "Condition": {"Bool": {"ec2:Encrypted": "false"}}}]}
                    """);

            assertRefused(
                    () -> guarded.runInstances(launchOf(AMI).build()),
                    "UnauthorizedOperation",
                    "volume/* with an explicit deny in an identity-based policy");
            assertRefused(
                    () -> guarded.runInstances(launchOf(AMI)
                            .blockDeviceMappings(encrypted("/dev/xvda"))
                            .build()),
                    "UnauthorizedOperation");
            assertThat(guarded.runInstances(launchOf(AMI)
                                    .blockDeviceMappings(encrypted("/dev/xvda"), encrypted("/dev/sdf"))
                                    .build())
                            .instances())
                    .hasSize(1);
            world.owner().enableEbsEncryptionByDefault(request -> {});
            assertThat(guarded.runInstances(launchOf(AMI).build()).instances()).hasSize(1);
        }
    }

    private static BlockDeviceMapping encrypted(String device) {
        return BlockDeviceMapping.builder()
                .deviceName(device)
                .ebs(ebs -> ebs.encrypted(true))
                .build();
    }

    @Test
    void taggingCanBeLimitedToKeysAndToWhatBearsATag() {
        try (World world = World.withImage()) {
            Ec2Client tagger = roleWith(
                    world,
                    OWNER,
                    """
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:CreateTags", "Resource": "*",
                      "Condition": {"StringEquals": {"aws:ResourceTag/team": "platform"},
                        "ForAllValues:StringEquals": {"aws:TagKeys": ["stage", "owner"]}}}]}
                    """);

            tagger.createTags(request -> request.resources(AMI).tags(tag("stage", "test"), tag("owner", "web")));
            assertRefused(
                    () -> tagger.createTags(
                            request -> request.resources(AMI).tags(tag("stage", "prod"), tag("team", "web"))),
                    "UnauthorizedOperation");
            assertRefused(
                    () -> tagger.createTags(request -> request.resources(ROOT).tags(tag("stage", "test"))),
                    "UnauthorizedOperation");
            assertThat(world.image(AMI).tags()).contains(tag("stage", "test"), tag("team", "platform"));
        }
    }

    private static Ec2Client role(World world, String account, String action, String resource) {
        return roleWith(
                world,
                account,
                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "%s", "Resource": "%s"}]}
                """
                        .formatted(action, resource));
    }

    /** EC2 as a session of a role sees it that has just this policy. */
    private static Ec2Client roleWith(World world, String account, String policy) {
        IamClient iam = world.cloud.iam().client(Caller.administrator(account), REGION);
        String arn = "arn:aws:iam::" + account + ":role/Worker";
        if (world.cloud.iam().roleId(arn).isEmpty()) {
            iam.createRole(request -> request.roleName("Worker")
                    .assumeRolePolicyDocument(
                            """
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                      "Principal": {"AWS": "arn:aws:iam::%s:root"}}]}
                    """
                                    .formatted(account)));
        }
        iam.putRolePolicy(
                request -> request.roleName("Worker").policyName("only").policyDocument(policy));
        String id = world.cloud.iam().roleId(arn).orElseThrow();
        return world.cloud.ec2().client(Caller.roleSession(arn, id, "session"), REGION);
    }
}
