package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.NOON;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.SOURCE_IMAGE;
import static dev.amishare.step.ShareWorld.SWEEP;
import static dev.amishare.step.ShareWorld.principals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;

final class ClaimShareTest {
    private static final String ANOTHER_SOURCE = "ami-0bbbbbbbbbbbbbbbb";

    @Test
    void copiesWhatNobodyHasShared() {
        try (ShareWorld world = new ShareWorld()) {
            ClaimShare.Output output = claim(world, Duration.ZERO, "222222222222");

            assertThat(output.next()).isEqualTo(ClaimShare.Next.COPY);
            assertThat(output.reused()).isFalse();
            assertThat(world.ledger.read(world.id()).adding()).isEqualTo(principals("222222222222"));
        }
    }

    @Test
    void answersTheSameWhenRepeated() {
        try (ShareWorld world = new ShareWorld()) {
            ClaimShare.Output output = claim(world, Duration.ZERO, "222222222222");

            assertThat(claim(world, Duration.ofMinutes(1), "222222222222")).isEqualTo(output);
        }
    }

    @Test
    void sharesTheImageThatIsCommitted() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");

            ClaimShare.Output output = claim(world, Duration.ZERO, "222222222222", "444444444444");

            assertThat(output.next()).isEqualTo(ClaimShare.Next.SHARE);
            assertThat(output.imageId()).isEqualTo(shared.imageId());
            assertThat(output.snapshots()).isEqualTo(shared.snapshots());
            assertThat(output.reused()).isTrue();
            assertThat(world.ledger.read(world.id()).adding()).isEqualTo(principals("444444444444"));
        }
    }

    @Test
    void doesNotTakeAnImageForGoneThatEc2DoesNotShowForAMoment() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            Ec2Client blind = new ForgetfulEc2(world.ec2, shared.imageId());

            ClaimShare.Output first = claim(world, blind, NOON, null, "444444444444");
            assertThat(first.next()).isEqualTo(ClaimShare.Next.WAIT);
            assertThat(first.waitSeconds()).isEqualTo(90);
            assertThat(first.goneSince()).isEqualTo(NOON);
            assertThat(world.ledger.read(world.id()).claim()).isEmpty();
            ClaimShare.Output second = claim(world, world.ec2, NOON.plusSeconds(90), first, "444444444444");

            assertThat(second.next()).isEqualTo(ClaimShare.Next.SHARE);
            assertThat(world.ledger.read(world.id()).granted()).isEqualTo(principals("222222222222", "444444444444"));
        }
    }

    @Test
    void closesTheShareOfAnImageThatIsGoneAndRegistersFromItsSnapshotsForTheSameSource() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));

            ClaimShare.Output output = claimTwice(world, world.plan("444444444444"));

            assertThat(output.next()).isEqualTo(ClaimShare.Next.REGISTER);
            assertThat(output.copies())
                    .extracting(WaitForCompletion.Copy::snapshotId)
                    .containsExactlyElementsOf(shared.snapshots().stream()
                            .map(SharedSnapshot::snapshotId)
                            .toList());
            assertThat(output.reused()).isFalse();
            assertThat(world.ledger.read(world.id()).granted()).isEqualTo(principals("444444444444"));
            assertThat(world.ledger.read(world.id()).former())
                    .extracting(FormerImage::imageId)
                    .containsExactly(shared.imageId());
        }
    }

    @Test
    void waitsTheWholeWindowBeforeItClosesAShare() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));
            ClaimShare.Output first = claim(world, world.ec2, NOON, null, "444444444444");

            ClaimShare.Output early = claim(world, world.ec2, NOON.plusSeconds(30), first, "444444444444");

            assertThat(early.next()).isEqualTo(ClaimShare.Next.WAIT);
            assertThat(early.waitSeconds()).isEqualTo(60);
            assertThat(world.ledger.read(world.id()).committed()).isPresent();
        }
    }

    @Test
    void doesNotCountALookFromBeforeTheCommit() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));
            ClaimShare.Output before = new ClaimShare.Output(
                    ClaimShare.Next.WAIT, 90, null, null, null, false, null, NOON.minusSeconds(600));

            ClaimShare.Output output = claim(world, world.ec2, NOON, before, "444444444444");

            assertThat(output.next()).isEqualTo(ClaimShare.Next.WAIT);
            assertThat(output.goneSince()).isEqualTo(NOON);
        }
    }

    @Test
    void copiesAnewAndForgetsTheFormerImageWhereItsSnapshotsAreGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));
            shared.snapshots().forEach(s -> world.ec2.deleteSnapshot(r -> r.snapshotId(s.snapshotId())));

            ClaimShare.Output output = claimTwice(world, world.plan("444444444444"));

            assertThat(output.next()).isEqualTo(ClaimShare.Next.COPY);
            assertThat(world.ledger.read(world.id()).former()).isEmpty();
            assertThat(world.ledger.read(world.id()).granted()).isEqualTo(principals("444444444444"));
        }
    }

    @Test
    void copiesAnewAndKeepsTheFormerImageWhereOneOfItsSnapshotsIsGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));
            world.ec2.deleteSnapshot(r -> r.snapshotId(shared.snapshots().get(0).snapshotId()));

            assertThat(claimTwice(world, world.plan("444444444444")).next()).isEqualTo(ClaimShare.Next.COPY);
            assertThat(world.ledger.read(world.id()).former()).hasSize(1);
        }
    }

    @Test
    void anotherSourceTakesTheNameOfAnImageThatIsGoneAndNothingElseOfIt() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));

            ClaimShare.Output output = claimTwice(world, ofAnotherSource(world, "444444444444"), NOON.plusSeconds(90));

            assertThat(output.next()).isEqualTo(ClaimShare.Next.COPY);
            assertThat(world.ledger.read(world.id()).granted()).isEqualTo(principals("444444444444"));
        }
    }

    @Test
    void refusesAnotherSourceWhereTheImageWasCommittedAMomentAgoAndIsNotShown() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));

            assertThatThrownBy(() -> claim(world, ofAnotherSource(world, "444444444444"), NOON.plusSeconds(89), null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(
                            shared.imageId(), SOURCE_IMAGE, NOON.plusSeconds(90).toString());
            assertThat(world.ledger.read(world.id()).committed()).isPresent();
        }
    }

    @Test
    void refusesAnotherSourceUnderTheNameOfAShare() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            Share before = world.ledger.read(world.id());

            assertThatThrownBy(() -> claim(world, ofAnotherSource(world, "444444444444"), NOON, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(shared.imageId(), SOURCE_IMAGE, ANOTHER_SOURCE, "another name");

            assertThat(world.ledger.read(world.id())).isEqualTo(before);
        }
    }

    @Test
    void refusesAnotherSourceWhoseClaimWasCommittedWhileItWaited() {
        try (ShareWorld world = new ShareWorld()) {
            world.runs(OTHER);
            world.claim(OTHER, "222222222222");
            RegionPlan plan = ofAnotherSource(world, "444444444444");
            assertThat(claim(world, plan, NOON, null).next()).isEqualTo(ClaimShare.Next.WAIT);
            SharedImage shared = world.make(OTHER);
            world.ledger.commit(
                    world.id(), OTHER, shared.imageId(), shared.snapshots(), principals("222222222222"), NOON);

            assertThatThrownBy(() -> claim(world, plan, NOON, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining(SOURCE_IMAGE);
        }
    }

    @Test
    void addsToWhatStandsOfASourceThatIsGoneAndMakesNothing() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            RegionPlan plan = Plans.with(world.plan("444444444444"), Way.STANDING, SOURCE_IMAGE);
            assertThat(claim(world, plan, NOON, null).next()).isEqualTo(ClaimShare.Next.SHARE);
            world.ledger.beginUndo(world.id(), MINE, MINE);
            world.ledger.release(world.id(), MINE);
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));

            assertThatThrownBy(() -> claimTwice(world, plan))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("gone", shared.snapshots().get(0).snapshotId());
            assertThat(world.ledger.read(world.id()).claim()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"PT0S,5", "PT1M,6", "PT1H,360", "PT48H,600"})
    void waitsForAnotherExecutionTheLongerTheLongerItRuns(Duration runsSince, int waitSeconds) {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");
            world.runs(OTHER);

            ClaimShare.Output output = claim(world, runsSince, "444444444444");

            assertThat(output.next()).isEqualTo(ClaimShare.Next.WAIT);
            assertThat(output.waitSeconds()).isEqualTo(waitSeconds);
            assertThat(world.ledger.read(world.id()).isClaimedBy(OTHER)).isTrue();
        }
    }

    @Test
    void undoesAnExecutionThatHasEndedAndNeverTakesItsClaimOver() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");

            ClaimShare.Output output = claim(world, Duration.ZERO, "444444444444");

            Share share = world.ledger.read(world.id());
            assertThat(output.next()).isEqualTo(ClaimShare.Next.UNDO);
            assertThat(output.abandoned()).isEqualTo(OTHER);
            assertThat(share.isClaimedBy(OTHER)).isTrue();
            assertThat(share.adding().isEmpty()).isTrue();
            assertThat(claim(world, Duration.ZERO, "444444444444")).isEqualTo(output);
        }
    }

    @Test
    void waitsWhileSomebodyElseUndoesAndTakesItUpWhenThatOneHasEndedToo() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");
            world.ledger.takeUndo(world.id(), OTHER, Optional.empty(), SWEEP);
            world.runs(SWEEP);

            assertThat(claim(world, Duration.ZERO, "444444444444").next()).isEqualTo(ClaimShare.Next.WAIT);
            world.ends(SWEEP);
            assertThat(claim(world, Duration.ZERO, "444444444444").next()).isEqualTo(ClaimShare.Next.UNDO);

            assertThat(world.ledger.read(world.id()).claim().flatMap(Claim::undoneBy))
                    .contains(MINE);
        }
    }

    @Test
    void endsWhereItsOwnUndoHasLeftSomethingInsteadOfTryingForEver() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");
            claim(world, Duration.ZERO, "444444444444");
            world.ledger.leave(world.id(), OTHER, List.of("image ami-1 (OperationNotPermitted)"));

            assertThatThrownBy(() -> claim(world, Duration.ZERO, "444444444444"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(OTHER, "image ami-1");
        }
    }

    @Test
    void triesAgainWhatAnotherUndoHasLeft() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");
            world.ledger.beginUndo(world.id(), OTHER, OTHER);
            world.ledger.leave(world.id(), OTHER, List.of("image ami-1 (UnauthorizedOperation)"));

            assertThat(claim(world, Duration.ZERO, "444444444444").next()).isEqualTo(ClaimShare.Next.UNDO);
        }
    }

    @Test
    void goesNoFurtherWhereItsOwnClaimIsBeingUndone() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            world.ledger.beginUndo(world.id(), MINE, MINE);

            assertThatThrownBy(() -> claim(world, Duration.ZERO, "222222222222"))
                    .isInstanceOf(NotShareable.class);
        }
    }

    private static ClaimShare.Output claim(ShareWorld world, Duration sinceNoon, String... targets) {
        return claim(world, world.plan(targets), NOON.plus(sinceNoon), null);
    }

    private static ClaimShare.Output claim(
            ShareWorld world, RegionPlan plan, Instant at, ClaimShare.@Nullable Output previous) {
        return claim(world, world.ec2, plan, at, previous);
    }

    private static ClaimShare.Output claim(
            ShareWorld world, Ec2Client ec2, Instant at, ClaimShare.@Nullable Output previous, String... targets) {
        return claim(world, ec2, world.plan(targets), at, previous);
    }

    private static ClaimShare.Output claim(
            ShareWorld world, Ec2Client ec2, RegionPlan plan, Instant at, ClaimShare.@Nullable Output previous) {
        return new ClaimShare(world.ledger, world.executions(), region -> ec2)
                .run(new ClaimShare.Input(plan, MINE, "token-of-mine", at, previous));
    }

    /** Two turns of the state machine, the second after it has waited. */
    private static ClaimShare.Output claimTwice(ShareWorld world, RegionPlan plan) {
        return claimTwice(world, plan, NOON);
    }

    private static ClaimShare.Output claimTwice(ShareWorld world, RegionPlan plan, Instant at) {
        ClaimShare.Output first = claim(world, plan, at, null);
        assertThat(first.next()).isEqualTo(ClaimShare.Next.WAIT);
        return claim(world, plan, at.plusSeconds(Objects.requireNonNull(first.waitSeconds())), first);
    }

    private static RegionPlan ofAnotherSource(ShareWorld world, String... targets) {
        return Plans.with(world.plan(targets), Way.SNAPSHOTS, ANOTHER_SOURCE);
    }

    /** EC2 that has not heard of an image, as it may happen for a moment. */
    private static final class ForgetfulEc2 implements Ec2Client {
        private final Ec2Client ec2;
        private final String imageId;

        private ForgetfulEc2(Ec2Client ec2, String imageId) {
            this.ec2 = ec2;
            this.imageId = imageId;
        }

        @Override
        public DescribeImagesResponse describeImages(DescribeImagesRequest request) {
            return request.imageIds().contains(imageId)
                    ? DescribeImagesResponse.builder().build()
                    : ec2.describeImages(request);
        }

        @Override
        public String serviceName() {
            return ec2.serviceName();
        }

        @Override
        public void close() {}
    }
}
