package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.NOON;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.SWEEP;
import static dev.amishare.step.ShareWorld.principals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.error.NotShareable;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.SharedImage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClaimShareTest {
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
    void copiesAnewWhereSomebodyHasDeregisteredTheCommittedImage() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));

            ClaimShare.Output output = claim(world, Duration.ZERO, "222222222222");

            assertThat(output.next()).isEqualTo(ClaimShare.Next.COPY);
            assertThat(output.reused()).isFalse();
            assertThat(world.ledger.read(world.id()).granted()).isEqualTo(principals("222222222222"));
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
        return new ClaimShare(world.ledger, world.executions(), region -> world.ec2)
                .run(new ClaimShare.Input(world.plan(targets), MINE, "token-of-mine", NOON.plus(sinceNoon)));
    }
}
