package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.ELSEWHERE;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.copying;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** Snapshots that are not in a Region but beside it: on an Outpost, in a Local Zone. */
final class LocalSnapshotsTest {
    private static final String IMAGE = "ami-00000000000000001";
    private static final String SNAPSHOT = "snap-00000000000000009";

    @Test
    void onAnOutpostCannotBeCopiedOrShared() {
        try (World world = World.empty()) {
            load(world, "\"OutpostArn\": \"arn:aws:outposts:us-east-1:111111111111:outpost/op-0123456789abcdef0\"");

            assertThat(world.snapshot(SNAPSHOT).outpostArn()).endsWith("op-0123456789abcdef0");
            assertCannotBeCopied(world, REGION);
            assertRefused(() -> world.shareImage(IMAGE, World.FRIEND), "OperationNotPermitted", "Outpost");
            assertRefused(() -> world.shareSnapshot(SNAPSHOT, World.FRIEND), "OperationNotPermitted", "Outpost");
        }
    }

    @Test
    void inALocalZoneCanBeCopiedIntoItsParentRegionOnly() {
        try (World world = World.empty()) {
            load(world, "\"AvailabilityZone\": \"us-east-1-bos-1a\"");

            assertThat(world.snapshot(SNAPSHOT).availabilityZone()).isEqualTo("us-east-1-bos-1a");
            assertCannotBeCopied(world, ELSEWHERE);
            assertThat(world.owner().copySnapshot(copying(SNAPSHOT).build()).snapshotId())
                    .startsWith("snap-");
        }
    }

    private static void assertCannotBeCopied(World world, String region) {
        Ec2Client there = world.as(OWNER, region);
        assertRefused(() -> there.copySnapshot(copying(SNAPSHOT).build()), "UnsupportedOperation", SNAPSHOT);
        assertRefused(
                () -> there.copyImage(request ->
                        request.sourceImageId(IMAGE).sourceRegion(REGION).name("copy")),
                "UnsupportedOperation",
                SNAPSHOT);
        assertThat(there.describeSnapshots(request -> request.ownerIds("self")).snapshots())
                .hasSize(region.equals(REGION) ? 1 : 0);
    }

    private static void load(World world, String where) {
        world.load(
                """
                {"Images": [{"ImageId": "ami-00000000000000001", "Name": "local", "OwnerId": "111111111111", "State": "available",
                  "ImageType": "machine", "Architecture": "x86_64", "VirtualizationType": "hvm", "Hypervisor": "xen",
                  "CreationDate": "2025-06-01T10:00:00.000Z", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
                  "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-00000000000000009", "VolumeSize": 8,
                    "VolumeType": "gp3", "Encrypted": false, %s}}]}]}
                """
                        .formatted(where));
    }
}
