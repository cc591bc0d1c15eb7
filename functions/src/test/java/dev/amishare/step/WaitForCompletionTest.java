package dev.amishare.step;

import static dev.amishare.step.SourceAccount.GOLDEN;
import static dev.amishare.step.SourceAccount.HOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.RegionPlan;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.CopyFailed;
import dev.amishare.error.NotShareable;
import dev.amishare.step.WaitForCompletion.Copy;
import dev.awssandbox.Settings;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WaitForCompletionTest {
    @ParameterizedTest
    @CsvSource({"PT10S, 5", "PT1M, 10", "PT10H, 40", "PT48H, 50"})
    void seesTheEndOfACopyWithinAFewDozenLooks(Duration copy, int looks) {
        try (SourceAccount account =
                SourceAccount.withGolden(Settings.defaults().withLargestCopy(copy))) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            List<Copy> copies = List.of(
                    SourceAccount.copy(account.copySnapshot(plan, 0)),
                    SourceAccount.copy(account.copySnapshot(plan, 1)));
            var started = account.now();

            assertThat(account.await(plan, copies, null)).isLessThanOrEqualTo(looks);

            assertThat(Duration.between(started, account.now()))
                    .isBetween(copy, copy.plusSeconds(10).plus(copy.dividedBy(100)));
        }
    }

    @Test
    void showsHowFarEachCopyIs() {
        try (SourceAccount account =
                SourceAccount.withGolden(Settings.defaults().withLargestCopy(Duration.ofSeconds(100)))) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            List<Copy> copies = List.of(
                    SourceAccount.copy(account.copySnapshot(plan, 0)),
                    SourceAccount.copy(account.copySnapshot(plan, 1)));
            account.pass(Duration.ofSeconds(50));
            WaitForCompletion.Output output = account.look(plan, copies, null, null);
            assertThat(output.done()).isFalse();
            assertThat(output.copies()).hasSize(2).extracting(p -> p.percent()).containsExactly(100, 50);
        }
    }

    @Test
    void aCopyThatMayNotUseItsKeyFailsWithWhatAwsSaysOfIt() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.claim(plan);
            account.kms(HOME).disableKey(disable -> disable.keyId(account.key));
            Copy copy = SourceAccount.copy(account.copySnapshot(plan, 0));
            account.pass(Duration.ofMinutes(1));
            assertThatThrownBy(() -> account.look(plan, List.of(copy), null, null))
                    .isInstanceOf(CopyFailed.class)
                    .hasMessageContainingAll(
                            String.valueOf(copy.snapshotId()),
                            GOLDEN,
                            HOME,
                            "Given key ID is not accessible",
                            account.key);
        }
    }

    @Test
    void throwsTheErrorOfACopyThatWasNotStarted() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            Copy denied = new Copy(
                    "snap-0aaaaaaaaaaaaaaa1",
                    null,
                    "dev.amishare.error.NotShareable",
                    "{\"errorMessage\":\"ec2:CopySnapshot was denied\",\"errorType\":\"dev.amishare.error.NotShareable\"}");
            Copy throttled = new Copy("snap-0aaaaaaaaaaaaaaa2", null, "dev.amishare.error.AwsUnavailable", "{}");
            Copy killed = new Copy("snap-0aaaaaaaaaaaaaaa2", null, "Lambda.Unknown", "The function was killed");
            assertThatThrownBy(() -> account.look(plan, List.of(denied), null, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage(
                            "The copy of snapshot snap-0aaaaaaaaaaaaaaa1 was not started: ec2:CopySnapshot was denied");
            assertThatThrownBy(() -> account.look(plan, List.of(throttled), null, null))
                    .isInstanceOf(AwsUnavailable.class);
            assertThatThrownBy(() -> account.look(plan, List.of(killed), null, null))
                    .isInstanceOf(CopyFailed.class)
                    .hasMessage("The copy of snapshot snap-0aaaaaaaaaaaaaaa2 was not started: The function was killed "
                            + "(Lambda.Unknown). Start again later.");
        }
    }
}
