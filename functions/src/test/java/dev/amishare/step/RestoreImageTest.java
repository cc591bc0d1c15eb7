package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.SOURCE_IMAGE;
import static dev.amishare.step.ShareWorld.tag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.RegionPlan;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.SharedImage;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Tag;

final class RestoreImageTest {
    @Test
    void looksTwiceAndWritesNothingWhereNothingIsToDo() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = shared(world);
            restore(world, shared, Map.of());
            RecordedCalls calls = new RecordedCalls();

            RestoreImage.Output output = new RestoreImage(world.ledger, region -> calls.of(world.ec2))
                    .run(new RestoreImage.Input(world.plan("444444444444"), shared, MINE));

            assertThat(output.restored()).isEmpty();
            assertThat(calls.names).containsExactly("describeImages", "describeSnapshotsPaginator");
        }
    }

    @Test
    void enablesAnImageThatWasDisabled() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = shared(world);
            world.ec2.disableImage(r -> r.imageId(shared.imageId()));

            assertThat(restore(world, shared, Map.of())).anyMatch(line -> line.contains("disabled"));

            assertThat(world.image(shared.imageId()).state()).isEqualTo(ImageState.AVAILABLE);
        }
    }

    @Test
    void putsOurTagsBackOnImageAndSnapshotsAndLeavesOthersAlone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = shared(world);
            String snapshot = shared.snapshots().get(0).snapshotId();
            world.ec2.deleteTags(r -> r.resources(shared.imageId(), snapshot));
            world.ec2.createTags(r -> r.resources(shared.imageId())
                    .tags(tag("team", "platform"), tag(ManagedTags.SOURCE_IMAGE, "ami-0forged")));

            restore(world, shared, Map.of());

            assertThat(tags(world, shared.imageId()))
                    .isEqualTo(Map.of(
                            "team",
                            "platform",
                            ManagedTags.MANAGED,
                            "true",
                            ManagedTags.SOURCE_IMAGE,
                            SOURCE_IMAGE,
                            ManagedTags.EXECUTION,
                            OTHER));
            assertThat(world.ec2
                            .describeSnapshots(r -> r.snapshotIds(snapshot))
                            .snapshots()
                            .get(0)
                            .tags())
                    .contains(
                            tag(ManagedTags.MANAGED, "true"),
                            tag(ManagedTags.SOURCE_SNAPSHOT, ShareWorld.SOURCE_SNAPSHOTS.get(0)));
            assertThat(world.image(SOURCE_IMAGE).tags()).isEmpty();
        }
    }

    @Test
    void setsTheTagsOfTheRequestAndNotThoseOfTheSource() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = shared(world);
            world.ec2.createTags(r -> r.resources(shared.imageId()).tags(tag("version", "1"), tag("state", "tested")));

            List<String> restored = restore(world, shared, Map.of("version", "2", "state", "new"), "version");

            assertThat(tags(world, shared.imageId()))
                    .containsEntry("version", "2")
                    .containsEntry("state", "tested");
            assertThat(restored).anyMatch(line -> line.contains("version"));
        }
    }

    @Test
    void saysWhereThereIsNoRoomForTheRequestsTags() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = shared(world);
            restore(world, shared, Map.of());
            int room = 50 - tags(world, shared.imageId()).size();
            for (int i = 0; i < room; i++) {
                Tag filler = tag("filler-" + i, "x");
                world.ec2.createTags(r -> r.resources(shared.imageId()).tags(filler));
            }

            assertThatThrownBy(() -> restore(world, shared, Map.of("version", "2"), "version"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(shared.imageId(), "version", "50");
        }
    }

    @Test
    void touchesNoImageThatTheLedgerHasNotCommitted() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage made = world.make(MINE);
            world.ec2.disableImage(r -> r.imageId(made.imageId()));

            assertThatThrownBy(() -> restore(world, made, Map.of())).isInstanceOf(NotShareable.class);

            assertThat(world.image(made.imageId()).state()).isEqualTo(ImageState.DISABLED);
        }
    }

    @Test
    void endsWhereTheImageIsGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = shared(world);
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));

            assertThatThrownBy(() -> restore(world, shared, Map.of()))
                    .isInstanceOf(AwsUnavailable.class)
                    .hasMessageContaining("made anew");
        }
    }

    private static SharedImage shared(ShareWorld world) {
        SharedImage shared = world.shared("222222222222");
        world.claim(MINE, "444444444444");
        return shared;
    }

    private static List<String> restore(
            ShareWorld world, SharedImage image, Map<String, String> tags, String... requested) {
        RegionPlan plan = world.plan("444444444444");
        RegionPlan tagged = new RegionPlan(
                plan.region(),
                plan.sourceRegion(),
                plan.sourceImageId(),
                plan.imageName(),
                plan.keyArn(),
                plan.way(),
                plan.source(),
                plan.volumes(),
                plan.targets(),
                tags,
                List.of(requested),
                plan.snapshotTags(),
                plan.shareSnapshots(),
                plan.verify(),
                plan.notes(),
                plan.resultBytes());
        return new RestoreImage(world.ledger, region -> world.ec2)
                .run(new RestoreImage.Input(tagged, image, MINE))
                .restored();
    }

    private static Map<String, String> tags(ShareWorld world, String imageId) {
        return world.image(imageId).tags().stream().collect(Collectors.toMap(Tag::key, Tag::value));
    }
}
