package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.copying;
import static dev.awssandbox.ec2.World.launchOf;
import static dev.awssandbox.ec2.World.registration;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.kms.KmsClient;

final class LaunchTest {
    @Test
    void ofAnImageOfOnesOwnIsPendingAndThenRuns() {
        try (World world = World.withImage()) {
            Instance pending = world.owner()
                    .runInstances(launchOf(AMI).build())
                    .instances()
                    .get(0);
            assertThat(pending.state().nameAsString()).isEqualTo("pending");
            world.settle();

            Instance running = world.instance(OWNER, pending.instanceId());
            assertThat(running.state().nameAsString()).isEqualTo("running");
            assertThat(running.blockDeviceMappings()).extracting("deviceName").containsExactly("/dev/xvda", "/dev/sdf");
            assertThat(volumes(world, OWNER)).extracting(Volume::encrypted).containsExactly(false, false);
        }
    }

    @Test
    void ofAnImageThatIsNotSharedIsRefused() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.friend().runInstances(launchOf(AMI).build()),
                    "AuthFailure",
                    "Not authorized for images: [" + AMI + "]");
            assertRefused(
                    () -> world.friend()
                            .runInstances(launchOf("ami-0aaaaaaaaaaaaaaaa").build()),
                    "InvalidAMIID.NotFound",
                    "The image id '[ami-0aaaaaaaaaaaaaaaa]' does not exist");
        }
    }

    @Test
    void inADryRunChangesNothing() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            assertRefused(
                    () -> world.friend().runInstances(launchOf(AMI).dryRun(true).build()),
                    "DryRunOperation",
                    "Request would have succeeded, but DryRun flag is set.");
            assertThat(statusOfDryRun(world)).isEqualTo(412);
            assertThat(volumes(world, FRIEND)).isEmpty();
        }
    }

    private static int statusOfDryRun(World world) {
        try {
            world.friend().runInstances(launchOf(AMI).dryRun(true).build());
            return 200;
        } catch (Ec2Exception e) {
            return e.statusCode();
        }
    }

    @Test
    void ofASharedImageWithoutItsKeyIsTerminatedThoughTheDryRunPassed() {
        try (World world = World.withImage()) {
            String image = encryptedImage(world, key(world));
            world.shareImage(image, FRIEND);
            assertRefused(
                    () -> world.friend()
                            .runInstances(launchOf(image).dryRun(true).build()),
                    "DryRunOperation");

            Instance instance = world.launched(FRIEND, launchOf(image));

            assertThat(instance.state().nameAsString()).isEqualTo("terminated");
            assertThat(instance.stateTransitionReason()).isEqualTo("Server.InternalError");
            assertThat(instance.stateReason().code()).isEqualTo("Client.InternalError");
            assertThat(instance.stateReason().message()).isEqualTo("Client.InternalError: Client error on launch");
            assertThat(volumes(world, FRIEND)).isEmpty();
        }
    }

    @Test
    void ofASharedImageRunsOnVolumesUnderTheLaunchersOwnKey() {
        try (World world = World.withImage()) {
            String key = key(world);
            letUse(world, key, FRIEND);
            String image = encryptedImage(world, key);
            world.shareImage(image, FRIEND);

            Instance instance = world.launched(FRIEND, launchOf(image));

            assertThat(instance.state().nameAsString()).isEqualTo("running");
            assertThat(volumes(world, FRIEND)).singleElement().satisfies(volume -> {
                assertThat(volume.encrypted()).isTrue();
                assertThat(volume.kmsKeyId()).isEqualTo(world.cloud.kms().ebsKey(FRIEND, REGION));
                assertThat(volume.stateAsString()).isEqualTo("in-use");
            });
            assertThat(world.cloud.trail().of(OWNER))
                    .anyMatch(record -> record.path("eventName").asText().equals("SharedSnapshotVolumeCreated"));
        }
    }

    @Test
    void holdsAGrantOnTheVolumesKeyWhileTheInstanceLives() {
        try (World world = World.withImage()) {
            String key = key(world);
            String id =
                    world.launched(OWNER, launchOf(encryptedImage(world, key))).instanceId();

            assertThat(kms(world, OWNER)
                            .listGrants(request -> request.keyId(key))
                            .grants())
                    .singleElement()
                    .satisfies(grant -> assertThat(grant.granteePrincipal()).endsWith(id));

            world.owner().terminateInstances(request -> request.instanceIds(id));
            world.settle();
            assertThat(kms(world, OWNER)
                            .listGrants(request -> request.keyId(key))
                            .grants())
                    .isEmpty();
        }
    }

    @Test
    void failsWhenTheLaunchersDefaultKeyIsDisabledThoughTheSharedOneIsRight() {
        try (World world = World.withImage()) {
            String key = key(world);
            letUse(world, key, FRIEND);
            String image = encryptedImage(world, key);
            world.shareImage(image, FRIEND);
            String own =
                    kms(world, FRIEND).createKey(request -> {}).keyMetadata().arn();
            world.friend().modifyEbsDefaultKmsKeyId(request -> request.kmsKeyId(own));
            kms(world, FRIEND).disableKey(request -> request.keyId(own));

            assertThat(world.launched(FRIEND, launchOf(image)).state().nameAsString())
                    .isEqualTo("terminated");
        }
    }

    @Test
    void failsUnderADisabledKeyEvenForItsOwner() {
        try (World world = World.withImage()) {
            String key = key(world);
            String image = encryptedImage(world, key);
            assertThat(world.launched(OWNER, launchOf(image)).state().nameAsString())
                    .isEqualTo("running");
            kms(world, OWNER).disableKey(request -> request.keyId(key));

            Instance instance = world.launched(OWNER, launchOf(image));
            assertThat(instance.state().nameAsString()).isEqualTo("terminated");
            assertThat(instance.stateReason().code()).isEqualTo("Client.InvalidKMSKey.InvalidState");
            assertThat(instance.stateReason().message())
                    .isEqualTo("Client.InvalidKMSKey.InvalidState: The KMS key provided is in an incorrect state");
        }
    }

    @Test
    void encryptsUnderTheKeyThatTheRequestNames() {
        try (World world = World.withImage()) {
            String key = key(world);
            BlockDeviceMapping root = BlockDeviceMapping.builder()
                    .deviceName("/dev/xvda")
                    .ebs(ebs -> ebs.encrypted(true).kmsKeyId(key).volumeSize(20))
                    .build();

            world.launched(OWNER, launchOf(AMI).blockDeviceMappings(root));

            assertThat(volumes(world, OWNER).get(0).kmsKeyId()).isEqualTo(key);
            assertThat(volumes(world, OWNER).get(0).size()).isEqualTo(20);
            assertThat(volumes(world, OWNER).get(1).encrypted()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "t4g.micro, InvalidParameterValue, architecture",
        "q9.huge, InvalidParameterValue, Invalid value 'q9.huge' for InstanceType."
    })
    void wantsATypeThatFits(String type, String code, String message) {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner()
                            .runInstances(launchOf(AMI)
                                    .instanceType(type)
                                    .dryRun(true)
                                    .build()),
                    code,
                    message);
        }
    }

    @Test
    void wantsATypeThatBootsAsTheImageDoes() {
        try (World world = World.withImage()) {
            String uefi = registered(world, "uefi", true);

            assertRefused(
                    () -> world.owner()
                            .runInstances(
                                    launchOf(uefi).instanceType("t2.micro").build()),
                    "InvalidParameterValue",
                    "boot mode 'uefi'");
            assertThat(world.launched(OWNER, launchOf(uefi)).currentInstanceBootModeAsString())
                    .isEqualTo("uefi");
        }
    }

    @Test
    void wantsEnaWhereTheTypeNeedsIt() {
        try (World world = World.withImage()) {
            String image = registered(world, "legacy-bios", false);

            assertRefused(
                    () -> world.owner().runInstances(launchOf(image).build()),
                    "InvalidParameterCombination",
                    "Enhanced networking with the Elastic Network Adapter (ENA) is required for the 't3.micro' instance"
                            + " type.");
            assertThat(world.launched(OWNER, launchOf(image).instanceType("t2.micro"))
                            .state()
                            .nameAsString())
                    .isEqualTo("running");
        }
    }

    private static String registered(World world, String bootMode, boolean ena) {
        String id = world.owner()
                .registerImage(registration().bootMode(bootMode).enaSupport(ena).build())
                .imageId();
        world.settle();
        return id;
    }

    @Test
    void makesTwoVolumesOfASnapshotThatIsMappedTwice() {
        try (World world = World.withImage()) {
            BlockDeviceMapping twin = BlockDeviceMapping.builder()
                    .deviceName("/dev/sdb")
                    .ebs(ebs -> ebs.snapshotId(World.ROOT).volumeType("gp3").deleteOnTermination(true))
                    .build();
            String image = world.owner()
                    .registerImage(registration()
                            .blockDeviceMappings(World.rootMapping(), twin)
                            .build())
                    .imageId();
            world.settle();

            world.launched(OWNER, launchOf(image));

            assertThat(volumes(world, OWNER)).extracting(Volume::stateAsString).containsExactly("in-use", "in-use");
        }
    }

    @Test
    void wantsAnAvailableImage() {
        try (World world = World.withImage()) {
            world.owner().disableImage(request -> request.imageId(AMI));

            assertRefused(() -> world.owner().runInstances(launchOf(AMI).build()), "InvalidAMIID.Unavailable");
        }
    }

    @Test
    void answersTheSameTokenWithTheSameInstance() {
        try (World world = World.withImage()) {
            String first = runWithToken(world, 1);
            String second = runWithToken(world, 1);

            assertThat(second).isEqualTo(first);
            assertRefused(() -> runWithToken(world, 2), "IdempotentParameterMismatch");
        }
    }

    private static String runWithToken(World world, int count) {
        return world.owner()
                .runInstances(launchOf(AMI).clientToken("token").maxCount(count).build())
                .instances()
                .get(0)
                .instanceId();
    }

    @Test
    void endsWithTerminationAndKeepsTheVolumesThatAreToStay() {
        try (World world = World.withImage()) {
            String id = world.launched(OWNER, launchOf(AMI)).instanceId();

            assertThat(world.owner()
                            .terminateInstances(request -> request.instanceIds(id))
                            .terminatingInstances()
                            .get(0)
                            .currentState()
                            .nameAsString())
                    .isEqualTo("shutting-down");
            world.settle();

            Instance instance = world.instance(OWNER, id);
            assertThat(instance.state().nameAsString()).isEqualTo("terminated");
            assertThat(instance.stateReason().code()).isEqualTo("Client.UserInitiatedShutdown");
            assertThat(volumes(world, OWNER)).extracting(Volume::size).containsExactly(40);
        }
    }

    /** An image of one encrypted volume. */
    private static String encryptedImage(World world, String key) {
        String snapshot = world.owner()
                .copySnapshot(copying(World.ROOT).encrypted(true).kmsKeyId(key).build())
                .snapshotId();
        world.settle();
        String id = world.owner()
                .registerImage(registration()
                        .blockDeviceMappings(BlockDeviceMapping.builder()
                                .deviceName("/dev/xvda")
                                .ebs(ebs -> ebs.snapshotId(snapshot))
                                .build())
                        .build())
                .imageId();
        world.settle();
        return id;
    }

    private static String key(World world) {
        return kms(world, OWNER).createKey(request -> {}).keyMetadata().arn();
    }

    /** What AWS documents for a launch from a shared encrypted snapshot. */
    private static void letUse(World world, String key, String account) {
        kms(world, OWNER).putKeyPolicy(request -> request.keyId(key)
                .policyName("default")
                .policy(
                        """
                {"Version": "2012-10-17", "Statement": [
                  {"Sid": "Owner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root"},
                   "Action": "kms:*", "Resource": "*"},
                  {"Sid": "Use", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::%s:root"},
                   "Action": ["kms:DescribeKey", "kms:Decrypt", "kms:ReEncryptFrom", "kms:CreateGrant"], "Resource": "*",
                   "Condition": {"StringEquals": {"kms:ViaService": "ec2.us-east-1.amazonaws.com"}}}]}
                """
                                .formatted(OWNER, account)));
    }

    private static KmsClient kms(World world, String account) {
        return world.cloud.kms().client(Caller.administrator(account), REGION);
    }

    private static List<Volume> volumes(World world, String account) {
        return world.as(account).describeVolumes(request -> {}).volumes();
    }
}
