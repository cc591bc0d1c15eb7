package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.NOON;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SWEEP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.ManagedTags;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.TestLedger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.OperationType;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

final class FindStrangersTest {
    @Test
    void findsNobodyWhereOnlyTargetsAreLetIn() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222", "444444444444");

            assertThat(look(world)).isEqualTo(new FindStrangers.Output(true, 1, null, List.of(), List.of(), 0));
        }
    }

    @Test
    void tellsWhoMayLaunchAndWhoMayCopyEachWithTheRemedyAndRemovesNobody() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            String snapshot = image.snapshots().get(1).snapshotId();
            letIn(world, image, "444444444444");
            letCopy(world, snapshot, "555555555555");

            assertThat(look(world).strangers())
                    .containsExactly(
                            new Stranger(
                                    image.imageId(),
                                    REGION,
                                    "444444444444",
                                    "aws ec2 modify-image-attribute --region eu-west-1 --image-id " + image.imageId()
                                            + " --launch-permission \"Remove=[{UserId=444444444444}]\""),
                            new Stranger(
                                    snapshot,
                                    REGION,
                                    "555555555555",
                                    "aws ec2 modify-snapshot-attribute --region eu-west-1 --snapshot-id " + snapshot
                                            + " --attribute createVolumePermission --operation-type remove --user-ids 555555555555"));
            assertThat(world.launchPermissions(image.imageId()))
                    .containsExactlyInAnyOrder("222222222222", "444444444444");
        }
    }

    @Test
    void takesNobodyForAStrangerWhomAnExecutionIsAdding() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            world.claim(MINE, "444444444444");
            world.settle(MINE);
            world.addLaunchPermission(MINE, image, world.plan(true, "444444444444"));

            assertThat(look(world).strangers()).isEmpty();
            world.ledger.beginUndo(world.id(), MINE, MINE);
            assertThat(look(world).strangers()).isEmpty();
        }
    }

    @Test
    void countsASurplusInThePolicyOnlyAtASecondLook() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");
            String policy = world.policy();
            world.putPolicy(policy.replace("222222222222", "555555555555"));

            FindStrangers.Output first = turn(world, null);
            FindStrangers.Output second = turn(world, first);

            assertThat(first.done()).isFalse();
            assertThat(first.strangers()).isEmpty();
            assertThat(second.done()).isTrue();
            assertThat(second.strangers())
                    .extracting(Stranger::resource, Stranger::stranger)
                    .contains(Tuple.tuple(world.key, "555555555555 in the statement AmiShareUse"));
            world.putPolicy(policy);
            assertThat(turn(world, first).strangers()).isEmpty();
        }
    }

    @Test
    void tellsThatItCannotTellWhereTheTagIsGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            world.ec2.deleteTags(r -> r.resources(image.imageId()).tags(ShareWorld.tag(ManagedTags.MANAGED, "true")));

            assertThat(look(world).strangers())
                    .singleElement()
                    .matches(stranger -> stranger.stranger().equals("unknown"))
                    .matches(stranger -> stranger.remedy().contains("put it back"));
        }
    }

    /** Its principals and copiers are dropped, so whoever may still copy what stands is a stranger. */
    @Test
    void looksAtTheSnapshotsOfAnImageThatIsGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            letCopy(world, image.snapshots().get(0).snapshotId(), "222222222222");
            world.ec2.deregisterImage(r -> r.imageId(image.imageId()));
            world.ledger.close(world.id(), image.imageId(), NOON);

            assertThat(look(world).strangers())
                    .extracting(Stranger::resource)
                    .contains(image.snapshots().get(0).snapshotId());
        }
    }

    @Test
    void goesThroughALargeLedgerAFewSharesAtATimeAndTellsTwenty() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            for (int i = 0; i < 30; i++) {
                letIn(world, image, "3000000000" + (10 + i));
                ShareId id = new ShareId(world.key, "golden-" + i);
                TestLedger.claim(
                        world.ledger, id, MINE, ShareWorld.SOURCE_IMAGE, ShareWorld.principals("222222222222"));
                world.ledger.commit(id, MINE, "ami-gone" + i, List.of(), ShareWorld.principals("222222222222"), NOON);
            }
            List<FindStrangers.Output> turns = new ArrayList<>();
            FindStrangers.Output output = turn(world, null);
            for (turns.add(output); !output.done(); turns.add(output)) {
                output = turn(world, output);
            }

            assertThat(turns).hasSize(4);
            assertThat(output.strangers()).hasSize(20);
            assertThat(output.more()).isEqualTo(10);
        }
    }

    private static FindStrangers.Output look(ShareWorld world) {
        FindStrangers.Output output = turn(world, null);
        while (!output.done()) {
            world.passTime(Duration.ofSeconds(output.waitSeconds()));
            output = turn(world, output);
        }
        return output;
    }

    private static FindStrangers.Output turn(ShareWorld world, FindStrangers.@Nullable Output previous) {
        return new FindStrangers(world.ledger, region -> world.ec2, region -> world.kms, Boundary.unlimited())
                .run(new FindStrangers.Input(world.key, REGION, SWEEP, previous));
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
}
