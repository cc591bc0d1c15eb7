package dev.amishare.step;

import static dev.amishare.step.ShareWorld.IMAGE_NAME;
import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SOURCE_IMAGE;
import static dev.amishare.step.ShareWorld.tag;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ledger.SharedImage;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

final class UndoShareTest {
    private static final List<String> SOURCES = List.of("snap-0aaaaaaaaaaaaaaa1", "snap-0aaaaaaaaaaaaaaa2");

    @Test
    void removesImageAndSnapshotsOfTheExecutionAndNothingElse() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            String elsewhere = world.copy(OTHER, SOURCES.get(0));

            UndoShare.Output output = world.undo(MINE);

            assertThat(world.images()).extracting(Image::imageId).containsExactly(SOURCE_IMAGE);
            assertThat(world.snapshotIds()).containsExactlyInAnyOrder(SOURCES.get(0), SOURCES.get(1), elsewhere);
            assertThat(output.left()).isEmpty();
            assertThat(output.undone())
                    .containsExactlyInAnyOrder(
                            "image " + image.imageId() + " in " + REGION,
                            "snapshot " + image.snapshots().get(0).snapshotId() + " in " + REGION,
                            "snapshot " + image.snapshots().get(1).snapshotId() + " in " + REGION);
        }
    }

    @Test
    void removesCopiesThatAreStillPending() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            world.copy(MINE, SOURCES.get(0));

            world.undo(MINE);

            assertThat(world.snapshotIds()).containsExactlyInAnyOrderElementsOf(SOURCES);
        }
    }

    @Test
    void canBeRepeated() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            world.make(MINE);
            world.undo(MINE);

            UndoShare.Output again = world.undo(MINE);

            assertThat(again.undone()).isEmpty();
            assertThat(again.left()).isEmpty();
            assertThat(again.done()).isTrue();
        }
    }

    @Test
    void takesBackThePermissionsThatThisExecutionAddedToTheCommittedImageOnly() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222", world.role("333333333333", "Launcher"));
            permit(world, image, "555555555555");
            String[] added = {"444444444444", "555555555555", world.role("333333333333", "Other")};
            world.claim(MINE, added);
            world.addLaunchPermission(MINE, image, world.plan(added));

            UndoShare.Output output = world.undo(MINE);

            assertThat(world.launchPermissions(image.imageId()))
                    .containsExactlyInAnyOrder("222222222222", "333333333333", "555555555555");
            assertThat(world.images()).extracting(Image::imageId).contains(image.imageId());
            assertThat(output.undone())
                    .containsExactly("launch permission of 444444444444 on image " + image.imageId() + " in " + REGION);
        }
    }

    @Test
    void takesBackThePermissionsOnSnapshots() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            world.claim(MINE, "222222222222");
            world.addLaunchPermission(MINE, image, world.plan(true, "222222222222"));

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.undone()).hasSize(2).allMatch(line -> line.startsWith("permission of 222222222222"));
            assertThat(world.launchPermissions(image.imageId())).containsExactly("222222222222");
        }
    }

    @Test
    void leavesACommittedShareAlone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");

            UndoShare.Output output = world.undo(OTHER, null);

            assertThat(output.done()).isTrue();
            assertThat(output.undone()).isEmpty();
            assertThat(output.left())
                    .containsExactly("image " + image.imageId() + " in " + REGION
                            + " stays (it was shared as asked before this failure)");
            assertThat(world.images()).extracting(Image::imageId).contains(image.imageId());
        }
    }

    @Test
    void neverRemovesWhatIsNotManagedThoughItBearsTheExecutionsTag() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            world.ec2.createTags(r -> r.resources(SOURCE_IMAGE, SOURCES.get(0)).tags(tag(ManagedTags.EXECUTION, MINE)));

            assertThat(world.undo(MINE).undone()).isEmpty();

            assertThat(world.images()).extracting(Image::imageId).containsExactly(SOURCE_IMAGE);
            assertThat(world.snapshotIds()).containsExactlyInAnyOrderElementsOf(SOURCES);
        }
    }

    @Test
    void keepsASnapshotThatAnotherImageUsesAndSaysSo() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            String used = image.snapshots().get(0).snapshotId();
            world.ec2.registerImage(r -> r.name("somebody-elses")
                    .architecture("x86_64")
                    .virtualizationType("hvm")
                    .rootDeviceName("/dev/xvda")
                    .blockDeviceMappings(BlockDeviceMapping.builder()
                            .deviceName("/dev/xvda")
                            .ebs(e -> e.snapshotId(used))
                            .build()));

            UndoShare.Output output = world.undo(MINE);

            assertThat(world.snapshotIds())
                    .contains(used)
                    .doesNotContain(image.snapshots().get(1).snapshotId());
            assertThat(output.left()).singleElement().asString().contains(used, "stays");
            assertThat(release(world).released()).isTrue();
        }
    }

    @Test
    void removesAnImageThatItHasAlreadyProtected() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(image.imageId()).withCooldown(false));

            assertThat(world.undo(MINE).left()).isEmpty();
            assertThat(world.images()).hasSize(1);
        }
    }

    @Test
    void namesWhatItMayNotRemoveAndKeepsTheClaimForTheSweep() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(image.imageId()).withCooldown(true));

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.left()).anyMatch(line -> line.startsWith("image " + image.imageId()));
            assertThat(release(world).released()).isFalse();
            assertThat(world.ledger.read(world.id()).isClaimedBy(MINE)).isTrue();
        }
    }

    @Test
    void findsInItsSecondLookWhatWasMadeAfterTheFirst() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            UndoShare.Output first = world.undo(MINE, null);
            assertThat(first.done()).isFalse();
            assertThat(first.waitSeconds()).isEqualTo(UndoShare.LONGEST_INVOCATION_SECONDS);
            String late = world.copy(MINE, SOURCES.get(0));
            world.passTime(Duration.ofSeconds(first.waitSeconds()));

            UndoShare.Output second = world.undo(MINE, first);

            assertThat(second.done()).isTrue();
            assertThat(second.undone()).containsExactly("snapshot " + late + " in " + REGION);
        }
    }

    @Test
    void findsInItsSecondLookAnImageThatTheFirstWasTooEarlyToSee() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            String snapshot = world.copy(MINE, SOURCES.get(0));
            world.passTime(Duration.ofMinutes(1));
            world.ec2.registerImage(r -> r.name("just-now")
                    .architecture("x86_64")
                    .virtualizationType("hvm")
                    .rootDeviceName("/dev/xvda")
                    .blockDeviceMappings(BlockDeviceMapping.builder()
                            .deviceName("/dev/xvda")
                            .ebs(e -> e.snapshotId(snapshot))
                            .build())
                    .tagSpecifications(TagSpecification.builder()
                            .resourceType(ResourceType.IMAGE)
                            .tags(tag(ManagedTags.MANAGED, "true"), tag(ManagedTags.EXECUTION, MINE))
                            .build()));

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.looks()).isEqualTo(2);
            assertThat(output.left()).isEmpty();
            assertThat(world.images()).extracting(Image::imageId).containsExactly(SOURCE_IMAGE);
            assertThat(world.snapshotIds()).containsExactlyInAnyOrderElementsOf(SOURCES);
        }
    }

    @Test
    void bringsBackTheLedgerOfBefore() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");
            var before = world.ledger.read(world.id());
            world.claim(MINE, "444444444444");

            world.undo(MINE);
            assertThat(release(world).released()).isTrue();

            assertThat(world.ledger.read(world.id())).isEqualTo(before);
        }
    }

    private static ReleaseClaim.Output release(ShareWorld world) {
        return new ReleaseClaim(world.ledger).run(new ReleaseClaim.Input(world.key, IMAGE_NAME, MINE));
    }

    private static void permit(ShareWorld world, SharedImage image, String account) {
        world.ec2.modifyImageAttribute(r ->
                r.imageId(image.imageId()).launchPermission(l -> l.add(LaunchPermissions.named(List.of(account)))));
    }
}
