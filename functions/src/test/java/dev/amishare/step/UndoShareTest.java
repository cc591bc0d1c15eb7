package dev.amishare.step;

import static dev.amishare.step.ShareWorld.IMAGE_NAME;
import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SOURCE_IMAGE;
import static dev.amishare.step.ShareWorld.tag;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.Way;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Duration;
import java.util.ArrayList;
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
    void takesBackThePermissionsOnSnapshotsWhereItMayNotReadTheImages() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            world.claim(MINE, "444444444444");
            world.addLaunchPermission(MINE, image, world.plan(true, "444444444444"));
            var denied = new RecordedCalls().of(world.ec2, "describeImageAttribute");

            UndoShare.Output output = new UndoShare(world.ledger, region -> denied)
                    .run(new UndoShare.Input(world.key, REGION, IMAGE_NAME, MINE, null));

            assertThat(output.undone()).hasSize(2).allMatch(line -> line.startsWith("permission of 444444444444"));
            assertThat(output.left())
                    .singleElement()
                    .asString()
                    .startsWith("launch permission of 444444444444 on image " + image.imageId());
            assertThat(world.launchPermissions(image.imageId())).contains("444444444444");
            assertThat(release(world).released()).isFalse();
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
    void neverRemovesWhatSomebodyHasTaggedAsTheExecutions() {
        try (ShareWorld world = new ShareWorld()) {
            String backup = world.copy("nobody's", SOURCES.get(1));
            world.passTime(Duration.ofMinutes(1));
            String others = register(world, "others", backup);
            world.passTime(Duration.ofMinutes(1));
            world.claim(MINE, "222222222222");
            world.ec2.createTags(r -> r.resources(SOURCE_IMAGE, SOURCES.get(0), backup, others)
                    .tags(tag(ManagedTags.MANAGED, "true"), tag(ManagedTags.EXECUTION, MINE)));

            assertThat(world.undo(MINE).undone()).isEmpty();

            assertThat(world.images()).extracting(Image::imageId).containsExactlyInAnyOrder(SOURCE_IMAGE, others);
            assertThat(world.snapshotIds()).containsExactlyInAnyOrder(SOURCES.get(0), SOURCES.get(1), backup);
        }
    }

    @Test
    void neverRemovesAnImageOfTheSharesNameThatIsOfOtherSnapshots() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            String copy = world.copy(MINE, SOURCES.get(0));
            String backup = world.copy("nobody's", SOURCES.get(1));
            world.passTime(Duration.ofMinutes(1));
            String others = register(world, IMAGE_NAME, backup);

            assertThat(world.undo(MINE).undone()).containsExactly("snapshot " + copy + " in " + REGION);

            assertThat(world.images()).extracting(Image::imageId).contains(others);
        }
    }

    @Test
    void removesTheCopyOfAWholeImageAndTheSnapshotsThatCameAboutWithIt() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(Way.COPY_IMAGE, MINE, "222222222222");
            String copied = copyImage(world, IMAGE_NAME, MINE, world.key);
            String anothers = copyImage(world, "another's", "another's", world.key);
            world.passTime(Duration.ofMinutes(1));

            UndoShare.Output output = world.undo(MINE);

            assertThat(world.images()).extracting(Image::imageId).containsExactlyInAnyOrder(SOURCE_IMAGE, anothers);
            assertThat(world.snapshotIds()).hasSize(4).containsAll(SOURCES);
            assertThat(output.undone()).hasSize(3).contains("image " + copied + " in " + REGION);
        }
    }

    @Test
    void removesNoCopyOfTheWholeSourceThatIsOlderThanTheClaim() {
        try (ShareWorld world = new ShareWorld()) {
            String older = copyImage(world, IMAGE_NAME, MINE, world.key);
            world.passTime(Duration.ofMinutes(10));
            world.claim(Way.COPY_IMAGE, MINE, "222222222222");

            assertThat(world.undo(MINE).undone()).isEmpty();

            assertThat(world.images()).extracting(Image::imageId).contains(older);
        }
    }

    @Test
    void removesNoCopyOfTheWholeSourceThatIsUnderAnotherKey() {
        try (ShareWorld world = new ShareWorld()) {
            String otherKey = world.kms.createKey().keyMetadata().arn();
            world.claim(Way.COPY_IMAGE, MINE, "222222222222");
            String others = copyImage(world, IMAGE_NAME, MINE, otherKey);
            world.passTime(Duration.ofMinutes(1));

            assertThat(world.undo(MINE).undone()).isEmpty();

            assertThat(world.images()).extracting(Image::imageId).contains(others);
            assertThat(world.snapshotIds()).hasSize(4);
        }
    }

    @Test
    void removesNoCopyOfTheWholeSourceThatDoesNotBearTheExecutionsTag() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(Way.COPY_IMAGE, MINE, "222222222222");
            String others = copyImage(world, IMAGE_NAME, OTHER, world.key);
            world.passTime(Duration.ofMinutes(1));

            assertThat(world.undo(MINE).undone()).isEmpty();

            assertThat(world.images()).extracting(Image::imageId).contains(others);
        }
    }

    @Test
    void removesNoCopyOfTheWholeSourceWhereTheExecutionCopiesSnapshots() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            String others = copyImage(world, IMAGE_NAME, MINE, world.key);
            world.passTime(Duration.ofMinutes(1));

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.undone()).isEmpty();
            assertThat(output.left()).isEmpty();
            assertThat(world.images()).extracting(Image::imageId).contains(others);
            assertThat(world.snapshotIds()).hasSize(4);
        }
    }

    @Test
    void removesNoImageOfTheSourcesOwnSnapshotsWhereTheExecutionCopiesThem() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            String others = register(world, IMAGE_NAME, SOURCES.get(0), SOURCES.get(1));

            assertThat(world.undo(MINE).undone()).isEmpty();

            assertThat(world.images()).extracting(Image::imageId).contains(others);
        }
    }

    @Test
    void leavesAndNamesAnImageOfTheSourcesOwnSnapshotsThatAnybodyMayHaveRegistered() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(Way.SAME_SNAPSHOTS, MINE, "222222222222");
            String image = register(world, IMAGE_NAME, SOURCES.get(0), SOURCES.get(1));

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.undone()).isEmpty();
            assertThat(output.left()).singleElement().asString().contains(image, "nothing tells", "deregister it");
            assertThat(world.images()).extracting(Image::imageId).contains(image);
            assertThat(release(world).released()).isTrue();
        }
    }

    @Test
    void removesAnImageOfTheSourcesOwnSnapshotsThatIsRecordedAndNotTheSnapshots() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(Way.SAME_SNAPSHOTS, MINE, "222222222222");
            String image = register(world, IMAGE_NAME, SOURCES.get(0), SOURCES.get(1));
            world.ledger.recordImage(world.id(), MINE, image);

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.undone()).containsExactly("image " + image + " in " + REGION);
            assertThat(output.left()).isEmpty();
            assertThat(world.snapshotIds()).containsExactlyInAnyOrderElementsOf(SOURCES);
        }
    }

    @Test
    void leavesAndNamesAnImageOfAFormerOnesSnapshotsThatAnybodyMayHaveRegistered() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage former = closed(world);
            world.claim(MINE, "444444444444");
            String image = registerAgain(world, former);

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.undone()).isEmpty();
            assertThat(output.left()).singleElement().asString().contains(image, "nothing tells");
            assertThat(world.images()).extracting(Image::imageId).contains(image);
            assertThat(release(world).released()).isTrue();
        }
    }

    @Test
    void removesAnImageThatWasRegisteredAgainAndIsRecordedAndNotTheSnapshotsOfTheFormerOne() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage former = closed(world);
            world.claim(MINE, "444444444444");
            String image = registerAgain(world, former);
            world.ledger.recordImage(world.id(), MINE, image);

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.undone()).containsExactly("image " + image + " in " + REGION);
            assertThat(world.snapshotIds())
                    .containsAll(former.snapshots().stream()
                            .map(SharedSnapshot::snapshotId)
                            .toList());
            assertThat(world.ledger.read(world.id()).former()).hasSize(1);
        }
    }

    @Test
    void neverLiftsAProtectionThatSomebodyElseHasSet() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(image.imageId()).withCooldown(false));

            UndoShare.Output output = world.undo(MINE);

            assertThat(output.left())
                    .anyMatch(line -> line.startsWith("image " + image.imageId()) && line.contains("has not set"));
            assertThat(world.image(image.imageId()).deregistrationProtection()).isEqualTo("enabled-without-cooldown");
            assertThat(release(world).released()).isFalse();
        }
    }

    @Test
    void keepsASnapshotThatAnotherImageUsesAndSaysSo() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            String used = image.snapshots().get(0).snapshotId();
            register(world, "somebody-elses", used);

            UndoShare.Output output = world.undo(MINE);

            assertThat(world.snapshotIds())
                    .contains(used)
                    .doesNotContain(image.snapshots().get(1).snapshotId());
            assertThat(output.left()).singleElement().asString().contains(used, "stays");
            assertThat(release(world).released()).isTrue();
        }
    }

    @Test
    void removesAnImageThatItsExecutionHasAlreadyProtected() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ledger.recordProtection(world.id(), MINE);
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
            register(world, IMAGE_NAME, snapshot);

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

    /** A shared image that somebody has deregistered, its share closed. */
    private static SharedImage closed(ShareWorld world) {
        SharedImage former = world.shared("222222222222");
        world.ec2.deregisterImage(r -> r.imageId(former.imageId()));
        world.ledger.close(world.id(), former.imageId(), ShareWorld.NOON);
        return former;
    }

    private static String registerAgain(ShareWorld world, SharedImage former) {
        return register(
                world,
                IMAGE_NAME,
                former.snapshots().stream().map(SharedSnapshot::snapshotId).toArray(String[]::new));
    }

    private static ReleaseClaim.Output release(ShareWorld world) {
        return new ReleaseClaim(world.ledger).run(new ReleaseClaim.Input(world.key, IMAGE_NAME, MINE));
    }

    private static void permit(ShareWorld world, SharedImage image, String account) {
        world.ec2.modifyImageAttribute(r ->
                r.imageId(image.imageId()).launchPermission(l -> l.add(LaunchPermissions.named(List.of(account)))));
    }

    /** Registers an image that bears the execution's tags, as whoever may tag can make it. */
    private static String register(ShareWorld world, String name, String... snapshots) {
        List<BlockDeviceMapping> mappings = new ArrayList<>();
        for (String snapshot : snapshots) {
            String device = mappings.isEmpty() ? "/dev/xvda" : "/dev/sdb";
            mappings.add(BlockDeviceMapping.builder()
                    .deviceName(device)
                    .ebs(e -> e.snapshotId(snapshot))
                    .build());
        }
        return world.ec2
                .registerImage(r -> r.name(name)
                        .architecture("x86_64")
                        .virtualizationType("hvm")
                        .rootDeviceName("/dev/xvda")
                        .blockDeviceMappings(mappings)
                        .tagSpecifications(tags(ResourceType.IMAGE, MINE)))
                .imageId();
    }

    private static String copyImage(ShareWorld world, String name, String execution, String key) {
        return world.ec2
                .copyImage(r -> r.name(name)
                        .sourceImageId(SOURCE_IMAGE)
                        .sourceRegion(REGION)
                        .encrypted(true)
                        .kmsKeyId(key)
                        .tagSpecifications(tags(ResourceType.IMAGE, execution), tags(ResourceType.SNAPSHOT, execution)))
                .imageId();
    }

    private static TagSpecification tags(ResourceType type, String execution) {
        return TagSpecification.builder()
                .resourceType(type)
                .tags(tag(ManagedTags.MANAGED, "true"), tag(ManagedTags.EXECUTION, execution))
                .build();
    }
}
