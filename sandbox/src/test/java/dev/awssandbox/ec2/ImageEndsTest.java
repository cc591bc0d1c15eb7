package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.registration;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotReturnCode;

final class ImageEndsTest {
    @Test
    void aDeregisteredImageIsGoneAndLeavesItsSnapshots() {
        try (World world = World.withImage()) {
            world.owner().deregisterImage(request -> request.imageId(AMI));

            assertRefused(() -> world.image(AMI), "InvalidAMIID.NotFound");
            assertThat(world.snapshot(ROOT).stateAsString()).isEqualTo("completed");
        }
    }

    @Test
    void deregistrationTakesTheSnapshotsAlongButThoseOfOtherImages() {
        try (World world = World.withImage()) {
            world.owner().registerImage(registration().build());

            assertThat(world.owner()
                            .deregisterImage(request -> request.imageId(AMI).deleteAssociatedSnapshots(true))
                            .deleteSnapshotResults())
                    .extracting(DeleteSnapshotReturnCode::snapshotId, DeleteSnapshotReturnCode::returnCodeAsString)
                    .containsExactly(tuple(ROOT, "skipped"), tuple(DATA, "success"));
            assertRefused(() -> world.snapshot(DATA), "InvalidSnapshot.NotFound");
        }
    }

    @Test
    void aSnapshotOfAnImageCannotBeDeleted() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner().deleteSnapshot(request -> request.snapshotId(ROOT)),
                    "InvalidSnapshot.InUse",
                    "The snapshot " + ROOT + " is currently in use by " + AMI);
        }
    }

    @Test
    void aProtectedImageStaysUntilItsProtectionAndTheCooldownAreOver() {
        try (World world = World.withImage()) {
            world.owner().enableImageDeregistrationProtection(request -> request.imageId(AMI)
                    .withCooldown(true));
            assertRefused(
                    () -> world.owner().deregisterImage(request -> request.imageId(AMI)), "OperationNotPermitted");

            world.owner().disableImageDeregistrationProtection(request -> request.imageId(AMI));
            world.pass(Duration.ofHours(23));
            assertRefused(
                    () -> world.owner().deregisterImage(request -> request.imageId(AMI)), "OperationNotPermitted");
            world.pass(Duration.ofHours(2));
            world.owner().deregisterImage(request -> request.imageId(AMI));

            assertRefused(() -> world.image(AMI), "InvalidAMIID.NotFound");
        }
    }

    @Test
    void aDeprecationLiesInTheFutureAndOnAMinute() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner().enableImageDeprecation(request -> request.imageId(AMI)
                            .deprecateAt(world.cloud.kernel().now().minusSeconds(1))),
                    "InvalidParameterValue");
            world.owner().enableImageDeprecation(request -> request.imageId(AMI)
                    .deprecateAt(world.cloud.kernel().now().plusSeconds(100)));

            assertThat(world.image(AMI).deprecationTime()).isEqualTo("2026-01-01T00:02:00.000Z");
            world.owner().disableImageDeprecation(request -> request.imageId(AMI));
            assertThat(world.image(AMI).deprecationTime()).isNull();
        }
    }

    @Test
    void anImageOfAwsBackupIsNotForEc2ToDeregister() {
        try (World world = World.empty()) {
            world.load(
                    """
                    {"Images": [{"ImageId": "ami-00000001", "Name": "backup", "State": "available", "CreationDate": "",
                      "Tags": [{"Key": "aws:backup:source-resource", "Value": "i-09bba03659a0990da"}]}]}
                    """);

            assertRefused(
                    () -> world.owner().deregisterImage(request -> request.imageId("ami-00000001")), "InvalidRequest");
        }
    }

    @Test
    void aVolumeBecomesASnapshotAndASnapshotAVolume() {
        try (World world = World.withImage()) {
            String volume = world.owner()
                    .createVolume(request -> request.availabilityZone("us-east-1b")
                            .snapshotId(ROOT)
                            .volumeType("gp3"))
                    .volumeId();
            world.settle();
            String snapshot = world.owner()
                    .createSnapshot(request -> request.volumeId(volume).description("of a volume"))
                    .snapshotId();
            assertThat(world.snapshot(snapshot).stateAsString()).isEqualTo("pending");
            world.settle();

            assertThat(world.snapshot(snapshot).stateAsString()).isEqualTo("completed");
            assertThat(world.snapshot(snapshot).volumeId()).isEqualTo(volume);
            assertThat(world.snapshot(snapshot).volumeSize()).isEqualTo(8);
        }
    }
}
