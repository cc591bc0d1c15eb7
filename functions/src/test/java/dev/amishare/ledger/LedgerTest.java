package dev.amishare.ledger;

import static dev.amishare.ledger.TestLedger.FIRST;
import static dev.amishare.ledger.TestLedger.GOLDEN;
import static dev.amishare.ledger.TestLedger.KEY;
import static dev.amishare.ledger.TestLedger.SECOND;
import static dev.amishare.ledger.TestLedger.SNAPSHOTS;
import static dev.amishare.ledger.TestLedger.principals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LedgerTest {
    private static final String ROLE = "arn:aws:iam::333333333333:role/Launcher";

    @Test
    void givesAClaimToTheFirstThatAsksAndShowsItToTheNext() {
        try (TestLedger world = new TestLedger()) {
            Share first = TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));
            Share second = TestLedger.claim(world.ledger, GOLDEN, SECOND, principals("444444444444"));

            assertThat(first.isClaimedBy(FIRST)).isTrue();
            assertThat(first.adding()).isEqualTo(principals("222222222222"));
            assertThat(second).isEqualTo(first);
            assertThat(world.ledger.read(GOLDEN)).isEqualTo(first);
        }
    }

    @Test
    void changesNothingWhenAClaimIsRepeated() {
        try (TestLedger world = new TestLedger()) {
            Share first = TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));

            assertThat(TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222", "444444444444")))
                    .isEqualTo(first);
        }
    }

    @Test
    void claimsOnlyWhatIsNotCommitted() {
        try (TestLedger world = new TestLedger()) {
            world.committed("222222222222");

            Share share = TestLedger.claim(world.ledger, GOLDEN, SECOND, principals("222222222222", "444444444444"));

            assertThat(share.adding()).isEqualTo(principals("444444444444"));
            assertThat(share.granted()).isEqualTo(principals("222222222222", "444444444444"));
        }
    }

    @Test
    void addsWhatWasClaimedToWhatWasCommitted() {
        try (TestLedger world = new TestLedger()) {
            world.committed("222222222222");
            TestLedger.claim(world.ledger, GOLDEN, SECOND, principals(ROLE));

            Share share = world.commit(SECOND, ROLE);

            assertThat(share.claim()).isEmpty();
            assertThat(share.committed().orElseThrow().principals()).isEqualTo(principals("222222222222", ROLE));
            assertThat(share.committed().orElseThrow().execution()).isEqualTo(SECOND);
            assertThat(share.committed().orElseThrow().snapshots()).isEqualTo(SNAPSHOTS);
            assertThat(world.ledger.read(GOLDEN)).isEqualTo(share);
        }
    }

    @Test
    void changesNothingWhenACommitIsRepeatedEvenBesideTheNextClaim() {
        try (TestLedger world = new TestLedger()) {
            Share share = world.committed("222222222222");
            assertThat(world.commit(FIRST, "222222222222")).isEqualTo(share);
            Share next = TestLedger.claim(world.ledger, GOLDEN, SECOND, principals("444444444444"));

            assertThat(world.commit(FIRST, "222222222222")).isEqualTo(next);
        }
    }

    @Test
    void commitsNothingForAnExecutionWhoseClaimIsNotThere() {
        try (TestLedger world = new TestLedger()) {
            assertThatThrownBy(() -> world.commit(FIRST, "222222222222"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining(FIRST);
            TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));
            world.ledger.beginUndo(GOLDEN, FIRST, FIRST);

            assertThatThrownBy(() -> world.commit(FIRST, "222222222222")).hasMessageContaining("being undone");
            assertThat(world.ledger.read(GOLDEN).committed()).isEmpty();
        }
    }

    @Test
    void letsOnlyTheHolderOfARunningClaimGoForward() {
        try (TestLedger world = new TestLedger()) {
            TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));

            assertThat(world.ledger.held(GOLDEN, FIRST).isClaimedBy(FIRST)).isTrue();
            assertThatThrownBy(() -> world.ledger.held(GOLDEN, SECOND)).hasMessageContaining("gone");
            world.ledger.beginUndo(GOLDEN, FIRST, FIRST);
            assertThatThrownBy(() -> world.ledger.held(GOLDEN, FIRST)).hasMessageContaining("being undone");
            assertThatThrownBy(() -> world.ledger.intend(GOLDEN, FIRST, List.of("222222222222"), List.of()))
                    .isInstanceOf(NotShareable.class);
        }
    }

    @Test
    void countsNobodyOfAClaimThatIsBeingUndone() {
        try (TestLedger world = new TestLedger()) {
            world.committed("222222222222");
            TestLedger.claim(world.ledger, GOLDEN, SECOND, principals("444444444444"));

            Share share = world.ledger.beginUndo(GOLDEN, SECOND, SECOND).orElseThrow();

            assertThat(share.granted()).isEqualTo(principals("222222222222"));
            assertThat(share.claim().orElseThrow().adding()).isEqualTo(principals("444444444444"));
        }
    }

    @Test
    void beginsNoUndoOfWhatIsNotClaimed() {
        try (TestLedger world = new TestLedger()) {
            Share share = world.committed("222222222222");

            assertThat(world.ledger.beginUndo(GOLDEN, FIRST, FIRST)).isEmpty();
            assertThat(world.ledger.read(GOLDEN)).isEqualTo(share);
        }
    }

    @Test
    void writesDownAllThatIsIntended() {
        try (TestLedger world = new TestLedger()) {
            TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));
            world.ledger.intend(GOLDEN, FIRST, List.of("222222222222"), List.of());

            Claim claim = world.ledger
                    .intend(GOLDEN, FIRST, List.of("444444444444", "222222222222"), List.of("555555555555"))
                    .claim()
                    .orElseThrow();

            assertThat(claim.permissions()).containsExactly("222222222222", "444444444444");
            assertThat(claim.copiers()).containsExactly("555555555555");
            assertThat(world.commit(FIRST, "222222222222")
                            .committed()
                            .orElseThrow()
                            .copiers())
                    .containsExactly("555555555555");
        }
    }

    @Test
    void letsOneUndoAtATimeAndTheNextOnlyFromTheOneItKnows() {
        try (TestLedger world = new TestLedger()) {
            TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));

            Share taken = world.ledger.takeUndo(GOLDEN, FIRST, Optional.empty(), SECOND);
            Share late = world.ledger.takeUndo(GOLDEN, FIRST, Optional.empty(), "third");

            assertThat(taken.claim().flatMap(Claim::undoneBy)).contains(SECOND);
            assertThat(late).isEqualTo(taken);
            assertThat(world.ledger
                            .takeUndo(GOLDEN, FIRST, Optional.of(SECOND), "third")
                            .claim()
                            .flatMap(Claim::undoneBy))
                    .contains("third");
        }
    }

    @Test
    void keepsTheClaimAsLongAsUndoHasLeftSomething() {
        try (TestLedger world = new TestLedger()) {
            TestLedger.claim(world.ledger, GOLDEN, FIRST, principals("222222222222"));
            world.ledger.beginUndo(GOLDEN, FIRST, FIRST);
            world.ledger.leave(GOLDEN, FIRST, List.of("image ami-1"));

            assertThat(world.ledger.release(GOLDEN, FIRST).isClaimedBy(FIRST)).isTrue();
            world.ledger.leave(GOLDEN, FIRST, List.of());
            world.ledger.release(GOLDEN, FIRST);

            assertThat(world.ledger.sharesUnder(KEY)).isEmpty();
        }
    }

    @Test
    void keepsWhatIsCommittedWhenAClaimIsReleasedAndTheClaimsOfOthers() {
        try (TestLedger world = new TestLedger()) {
            Share committed = world.committed("222222222222");
            TestLedger.claim(world.ledger, GOLDEN, SECOND, principals("444444444444"));

            world.ledger.release(GOLDEN, FIRST);
            assertThat(world.ledger.read(GOLDEN).isClaimedBy(SECOND)).isTrue();
            world.ledger.release(GOLDEN, SECOND);

            assertThat(world.ledger.read(GOLDEN)).isEqualTo(committed);
        }
    }

    @Test
    void listsTheSharesOfAKeyAndAll() {
        try (TestLedger world = new TestLedger()) {
            Share golden = world.committed("222222222222");
            Share silver =
                    TestLedger.claim(world.ledger, new ShareId(KEY, "silver"), FIRST, principals("222222222222"));
            Share other = TestLedger.claim(world.ledger, new ShareId(KEY + "2", "other"), SECOND, principals(ROLE));

            assertThat(world.ledger.sharesUnder(KEY)).containsExactly(golden, silver);
            assertThat(world.ledger.all()).containsExactlyInAnyOrder(golden, silver, other);
        }
    }

    @Test
    void leavesTheDeadOutUntilSomebodyAsksForThemAnew() {
        try (TestLedger world = new TestLedger()) {
            world.committed("222222222222", ROLE);
            world.ledger.markOrphaned(GOLDEN, principals(ROLE, "999999999999"));

            Share share = world.ledger.read(GOLDEN);
            assertThat(share.committed().orElseThrow().orphaned()).isEqualTo(principals(ROLE));
            assertThat(share.granted()).isEqualTo(principals("222222222222"));
            assertThat(TestLedger.claim(world.ledger, GOLDEN, SECOND, principals(ROLE))
                            .adding())
                    .isEqualTo(principals(ROLE));
            assertThat(world.commit(SECOND, ROLE).committed().orElseThrow().orphaned())
                    .isEqualTo(Principals.none());
        }
    }
}
