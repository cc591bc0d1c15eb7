package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.ELSEWHERE;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.registration;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;

final class CopyImageTest {
    private static final String WINDOWS = "ami-0000000000000000a";
    private static final String WINDOWS_SNAPSHOT = "snap-0000000000000000a";

    @Test
    void isPendingUntilItsLastSnapshotIsCopied() {
        try (World world = World.withImage()) {
            String copy = copied(world, copyOfImage(AMI).encrypted(true).kmsKeyId(key(world)));

            world.pass(Duration.ofSeconds(98));
            assertThat(world.image(copy).stateAsString()).isEqualTo("pending");
            world.pass(Duration.ofSeconds(2));
            assertThat(world.image(copy).stateAsString()).isEqualTo("available");
        }
    }

    @Test
    void isTheSameImageUnderANewKeyWithSnapshotsOfItsOwn() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            String key = key(world);
            String id = copied(
                    world,
                    copyOfImage(AMI)
                            .encrypted(true)
                            .kmsKeyId(key)
                            .copyImageTags(true)
                            .tagSpecifications(World.tagging("snapshot", World.tag("copied", "yes"))));
            world.settle();

            Image copy = world.image(id);

            assertThat(copy.sourceImageId()).isEqualTo(AMI);
            assertThat(copy.sourceImageRegion()).isEqualTo(REGION);
            assertThat(copy.tags()).extracting("key").containsExactly("team");
            assertThat(copy.architectureAsString()).isEqualTo("x86_64");
            assertThat(copy.blockDeviceMappings())
                    .extracting(BlockDeviceMapping::deviceName)
                    .containsExactly("/dev/xvda", "/dev/sdf");
            assertThat(snapshots(world, copy)).hasSize(2).allSatisfy(snapshot -> {
                assertThat(snapshot.kmsKeyId()).isEqualTo(key);
                assertThat(snapshot.tags()).extracting("key").containsExactly("copied");
                assertThat(snapshot.snapshotId()).isNotIn(ROOT, DATA);
            });
            assertThat(world.owner()
                            .describeImageAttribute(
                                    request -> request.imageId(id).attribute("launchPermission"))
                            .launchPermissions())
                    .isEmpty();
        }
    }

    private static List<Snapshot> snapshots(World world, Image image) {
        return image.blockDeviceMappings().stream()
                .map(mapping -> world.snapshot(mapping.ebs().snapshotId()))
                .toList();
    }

    @Test
    void keepsTheLicencesThatRegistrationMayLose() {
        try (World world = withWindows()) {
            world.cloud.ec2().loseBillingCodes(WINDOWS_SNAPSHOT);

            String copied = copied(world, copyOfImage(WINDOWS));
            String registered = registerWindows(world);
            world.settle();

            assertThat(world.image(copied).usageOperation()).isEqualTo("RunInstances:0002");
            assertThat(world.image(copied).platformDetails()).isEqualTo("Windows");
            assertThat(world.image(registered).usageOperation()).isEqualTo("RunInstances");
            assertThat(world.image(registered).platformDetails()).isEqualTo("Linux/UNIX");
        }
    }

    @Test
    void isNotTheOnlyWayToKeepThemWhereTheSnapshotKnowsThem() {
        try (World world = withWindows()) {
            String registered = registerWindows(world);
            world.settle();

            assertThat(world.image(registered).usageOperation()).isEqualTo("RunInstances:0002");
            assertThat(world.image(registered).platformAsString()).isEqualTo("windows");
        }
    }

    private static String registerWindows(World world) {
        return world.owner()
                .registerImage(registration()
                        .blockDeviceMappings(BlockDeviceMapping.builder()
                                .deviceName("/dev/xvda")
                                .ebs(ebs -> ebs.snapshotId(WINDOWS_SNAPSHOT))
                                .build())
                        .build())
                .imageId();
    }

    private static World withWindows() {
        World world = World.withImage();
        world.load(
                """
                {"Images": [{"ImageId": "ami-0000000000000000a", "Name": "windows", "State": "available",
                  "Architecture": "x86_64", "VirtualizationType": "hvm", "CreationDate": "2025-06-01T10:00:00.000Z",
                  "Platform": "windows", "PlatformDetails": "Windows", "UsageOperation": "RunInstances:0002",
                  "RootDeviceName": "/dev/sda1", "RootDeviceType": "ebs", "BlockDeviceMappings": [
                  {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-0000000000000000a", "VolumeSize": 30}}]}]}
                """);
        return world;
    }

    @Test
    void fromSnapshotsThatAreToLoseTheirLicencesByTheirDocument() {
        try (World world = World.empty()) {
            world.load(
                    """
                    {"Images": [{"ImageId": "ami-0000000000000000a", "Name": "windows", "State": "available",
                      "Platform": "windows", "PlatformDetails": "Windows", "UsageOperation": "RunInstances:0002",
                      "CreationDate": "", "RootDeviceName": "/dev/sda1", "RootDeviceType": "ebs", "BlockDeviceMappings": [
                      {"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": "snap-0000000000000000a", "VolumeSize": 30,
                       "_losesBillingCodes": true}}]}]}
                    """);

            String registered = registerWindows(world);
            world.settle();

            assertThat(world.image(registered).usageOperation()).isEqualTo("RunInstances");
        }
    }

    @Test
    void failsWhenTheKeyCannotBeUsed() {
        try (World world = World.withImage()) {
            String key = key(world);
            world.cloud.kms().client(Caller.administrator(OWNER), REGION).disableKey(request -> request.keyId(key));

            String copy = copied(world, copyOfImage(AMI).encrypted(true).kmsKeyId(key));
            world.settle();

            assertThat(world.image(copy).stateAsString()).isEqualTo("failed");
            assertThat(world.image(copy).stateReason().message())
                    .startsWith("Copy image failed with an internal error.");
        }
    }

    @Test
    void answersTheSameTokenWithTheSameImage() {
        try (World world = World.withImage()) {
            String first = copied(world, copyOfImage(AMI).clientToken("once"));
            String second = copied(world, copyOfImage(AMI).clientToken("once"));

            assertThat(second).isEqualTo(first);
            assertRefused(
                    () -> copied(world, copyOfImage(AMI).clientToken("once").name("other")),
                    "IdempotentParameterMismatch");
            assertRefused(() -> copied(world, copyOfImage(AMI)), "InvalidAMIName.Duplicate");
        }
    }

    @Test
    void acrossAccountsWantsTheStorageSharedToo() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            assertRefused(
                    () -> world.friend().copyImage(copyOfImage(AMI).build()),
                    "InvalidRequest",
                    "You do not have permission to access the storage of this ami");

            world.shareSnapshot(ROOT, FRIEND);
            world.shareSnapshot(DATA, FRIEND);
            assertThat(world.friend().copyImage(copyOfImage(AMI).build()).imageId())
                    .startsWith("ami-");
        }
    }

    @Test
    void goesToAnotherRegion() {
        try (World world = World.withImage()) {
            String copy = world.as(OWNER, ELSEWHERE)
                    .copyImage(copyOfImage(AMI).build())
                    .imageId();
            world.settle();

            assertThat(world.as(OWNER, ELSEWHERE)
                            .describeImages(request -> request.imageIds(copy))
                            .images()
                            .get(0)
                            .stateAsString())
                    .isEqualTo("available");
        }
    }

    @Test
    void waitsForSlotsRatherThanBeRefused() {
        try (World world = World.withQuota(1)) {
            String copy = copied(world, copyOfImage(AMI).encrypted(true).kmsKeyId(key(world)));
            world.settle();

            assertThat(world.image(copy).stateAsString()).isEqualTo("available");
            assertThat(world.cloud.ec2().mostCopiesInFlight()).isEqualTo(1);
        }
    }

    private static CopyImageRequest.Builder copyOfImage(String image) {
        return CopyImageRequest.builder().name("copy").sourceImageId(image).sourceRegion(REGION);
    }

    private static String copied(World world, CopyImageRequest.Builder request) {
        String id = world.owner().copyImage(request.build()).imageId();
        world.pass(Duration.ofSeconds(1));
        return id;
    }

    private static String key(World world) {
        return world.cloud
                .kms()
                .client(Caller.administrator(OWNER), REGION)
                .createKey(request -> {})
                .keyMetadata()
                .arn();
    }
}
