package dev.amishare.step;

import static dev.amishare.step.SourceAccount.EXECUTION;
import static dev.amishare.step.SourceAccount.GOLDEN;
import static dev.amishare.step.SourceAccount.HOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.RegionPlan;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.TestLedger;
import dev.awssandbox.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Tag;

final class CopySnapshotTest {
    @Test
    void startsAnEncryptedCopyTaggedFromTheFirstMoment() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);

            CopySnapshot.Output copy = account.copySnapshot(plan, 1);

            Snapshot snapshot = snapshot(account, Objects.requireNonNull(copy.snapshotId()));
            assertThat(copy.sourceSnapshotId()).isEqualTo("snap-0aaaaaaaaaaaaaaa2");
            assertThat(snapshot.state()).isEqualTo(SnapshotState.PENDING);
            assertThat(snapshot.encrypted()).isTrue();
            assertThat(snapshot.kmsKeyId()).isEqualTo(account.key);
            assertThat(tags(snapshot))
                    .isEqualTo(Map.of(
                            "ami-share:managed",
                            "true",
                            "ami-share:source-image",
                            GOLDEN,
                            "ami-share:source-snapshot",
                            "snap-0aaaaaaaaaaaaaaa2",
                            "ami-share:execution",
                            EXECUTION));
        }
    }

    @Test
    void adoptsTheCopyThatAnEarlierTryHasStarted() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            CopySnapshot.Output first = account.copySnapshot(plan, 0);
            account.pass(Duration.ofSeconds(1));
            int snapshots = numberOfSnapshots(account);

            assertThat(account.copySnapshot(plan, 0)).isEqualTo(first);
            assertThat(numberOfSnapshots(account)).isEqualTo(snapshots);
        }
    }

    @Test
    void doesNotAdoptWhatAnotherExecutionHasStarted() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            CopySnapshot.Output first = account.copySnapshot(plan, 0);
            account.ledger.beginUndo(SourceAccount.id(plan), EXECUTION, EXECUTION);
            account.ledger.release(SourceAccount.id(plan), EXECUTION);
            TestLedger.claim(account.ledger, SourceAccount.id(plan), "another", Principals.none());

            CopySnapshot.Output second = new CopySnapshot(account::ec2, account.ledger)
                    .run(new CopySnapshot.Input(plan, plan.volumes().get(0), "another", account.now()));

            assertThat(second.snapshotId()).isNotEqualTo(first.snapshotId());
        }
    }

    @Test
    void startsNothingWithoutAClaim() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            int snapshots = numberOfSnapshots(account);
            assertThatThrownBy(() -> account.copySnapshot(plan, 0)).isInstanceOf(NotShareable.class);
            assertThat(numberOfSnapshots(account)).isEqualTo(snapshots);
        }
    }

    @Test
    void startsNothingOnceItsClaimIsBeingUndone() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            account.ledger.beginUndo(SourceAccount.id(plan), EXECUTION, EXECUTION);
            int snapshots = numberOfSnapshots(account);
            assertThatThrownBy(() -> account.copySnapshot(plan, 0)).isInstanceOf(NotShareable.class);
            assertThat(numberOfSnapshots(account)).isEqualTo(snapshots);
        }
    }

    @Test
    void waitsUntilTheFirstCopyInFlightMayBeDoneWhereAwsAllowsNoMore() {
        Settings oneAtATime = new Settings(Duration.ofMinutes(10), 1, Duration.ZERO, Duration.ZERO);
        try (SourceAccount account = SourceAccount.withGolden(oneAtATime)) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            account.copySnapshot(plan, 1);
            int waits = 0;
            CopySnapshot.Output other = account.copySnapshot(plan, 0);
            while (other.snapshotId() == null) {
                int wait = Objects.requireNonNull(other.waitSeconds());
                assertThat(wait).isBetween(5, 600);
                account.pass(Duration.ofSeconds(wait));
                other = account.copySnapshot(plan, 0);
                waits++;
            }
            assertThat(waits).isBetween(1, 15);
            assertThat(account.cloud.ec2().mostCopiesInFlight()).isEqualTo(1);
        }
    }

    @Test
    void carriesTheSourcesTagsOverAndTheRequests() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.ec2(HOME).createTags(create -> create.resources("snap-0aaaaaaaaaaaaaaa1")
                    .tags(Tag.builder().key("volume").value("root").build()));
            RegionPlan plan = account.plan(
                            "{\"sourceImageId\": \"" + GOLDEN
                                    + "\", \"targets\": {\"accounts\": [\"222222222222\"]}, \"tags\": {\"team\": \"platform\"}}")
                    .regions()
                    .get(0);
            account.claim(plan);
            Snapshot copy = snapshot(
                    account,
                    Objects.requireNonNull(account.copySnapshot(plan, 0).snapshotId()));
            assertThat(tags(copy))
                    .containsEntry("volume", "root")
                    .containsEntry("team", "platform")
                    .hasSize(6);
        }
    }

    private static Snapshot snapshot(SourceAccount account, String id) {
        return account.ec2(HOME)
                .describeSnapshots(describe -> describe.snapshotIds(id))
                .snapshots()
                .get(0);
    }

    private static int numberOfSnapshots(SourceAccount account) {
        return account.ec2(HOME)
                .describeSnapshots(describe -> describe.ownerIds("self"))
                .snapshots()
                .size();
    }

    private static Map<String, String> tags(Snapshot snapshot) {
        return snapshot.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value));
    }
}
