package dev.amishare.step;

import static dev.amishare.step.ShareWorld.IMAGE_NAME;
import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SWEEP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.TestLedger;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class FindAbandonedClaimsTest {
    @Test
    void findsNothingAfterAnOrdinaryEnd() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");

            assertThat(sweep(world)).isEmpty();
        }
    }

    @Test
    void takesUpTheClaimOfAnExecutionThatHasEnded() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");

            assertThat(sweep(world))
                    .containsExactly(new FindAbandonedClaims.Abandoned(world.key, REGION, IMAGE_NAME, OTHER));
            assertThat(sweep(world)).hasSize(1);
            assertThat(world.ledger.read(world.id()).claim().flatMap(Claim::undoneBy))
                    .contains(SWEEP);
        }
    }

    @Test
    void leavesAloneWhoRunsAndWhomSomebodyUndoes() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(OTHER, "222222222222");
            world.runs(OTHER);
            assertThat(sweep(world)).isEmpty();
            world.ends(OTHER);
            world.ledger.takeUndo(world.id(), OTHER, Optional.empty(), MINE);

            assertThat(sweep(world)).isEmpty();
            world.ends(MINE);
            assertThat(sweep(world)).hasSize(1);
        }
    }

    @Test
    void tellsTheKeysOfAllShares() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");

            assertThat(new FindAbandonedClaims(world.ledger, world.executions())
                            .run(new FindAbandonedClaims.Input(SWEEP))
                            .keys())
                    .containsExactly(new FindAbandonedClaims.ShareKey(world.key, REGION));
        }
    }

    /** A state's output has its limit, and what never ends because it is too much is never undone. */
    @Test
    void takesUpNoMoreThanFitsAndTheNextSweepTheRest() {
        try (ShareWorld world = new ShareWorld()) {
            for (int i = 0; i < 203; i++) {
                TestLedger.claim(
                        world.ledger,
                        new ShareId(world.key, "image-" + i),
                        OTHER,
                        Principals.parse(List.of("222222222222")));
            }

            assertThat(sweep(world)).hasSize(200);
            assertThat(world.ledger.all())
                    .filteredOn(share -> share.claim().flatMap(Claim::undoneBy).isEmpty())
                    .hasSize(3);
        }
    }

    private static List<FindAbandonedClaims.Abandoned> sweep(ShareWorld world) {
        return new FindAbandonedClaims(world.ledger, world.executions())
                .run(new FindAbandonedClaims.Input(SWEEP))
                .claims();
    }
}
