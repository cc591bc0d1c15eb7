package dev.amishare.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.json.Records;
import dev.amishare.step.Check.Result;
import dev.amishare.step.CommitShare.Entry;
import dev.amishare.step.Verify.TargetResult;
import dev.amishare.step.Verify.Verified;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ResultSizeTest {
    @Test
    void whatFitsStaysAsItIs() {
        Entry entry = entry("why", 3);
        assertThat(ResultSize.fit(entry, size(entry))).isEqualTo(entry);
    }

    @Test
    void theChecksOfTargetsAreLeftOutFirstAndThatIsSaid() {
        Entry entry = entry("why", 450);
        Entry fitting = ResultSize.fit(entry, size(entry) - 1);

        assertThat(fitting.targets()).hasSize(450).allMatch(target -> target.checks()
                .isEmpty());
        assertThat(fitting.targets()).extracting(TargetResult::verified).containsOnly(Verified.GRANTED);
        assertThat(fitting.checks()).hasSize(2).last().satisfies(check -> assertThat(check.detail())
                .contains("450 targets", "200000000000", "key-policy: why"));
    }

    @Test
    void thenTheDetailsOfTheImagesChecksAreCut() {
        Entry fitting = ResultSize.fit(entry("w".repeat(5_000), 450), 33_000);

        assertThat(size(fitting)).isLessThanOrEqualTo(33_000);
        assertThat(fitting.targets()).hasSize(450);
        assertThat(fitting.checks()).hasSize(2);
    }

    @Test
    void namesFewerOfThoseItIsAlsoSharedWithAndSaysSo() {
        List<String> others = IntStream.range(0, 400)
                .mapToObj(i -> String.valueOf(300_000_000_000L + i))
                .toList();
        Entry plain = entry("x", 2);
        Entry whole = new Entry(
                plain.region(),
                plain.imageId(),
                plain.kmsKeyArn(),
                true,
                plain.snapshots(),
                plain.checks(),
                plain.targets(),
                others);
        int room = size(plain) + 2_000;

        Entry fitting = ResultSize.fit(whole, room);

        assertThat(size(fitting)).isLessThanOrEqualTo(room);
        assertThat(fitting.alsoSharedWith()).isNotEmpty().hasSizeLessThan(400);
        assertThat(fitting.checks()).extracting(Check::name).contains("left-out");
        assertThat(ResultSize.fit(whole, size(whole)).alsoSharedWith()).isEqualTo(others);
    }

    private static int size(Entry entry) {
        return Records.write(entry).text().getBytes(StandardCharsets.UTF_8).length;
    }

    private static Entry entry(String why, int targets) {
        Check check = new Check("key-policy", Result.WARN, why);
        return new Entry(
                "us-east-1",
                "ami-0123456789abcdef0",
                "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                false,
                List.of(),
                List.of(check),
                IntStream.range(0, targets)
                        .mapToObj(i -> new TargetResult(
                                String.valueOf(200_000_000_000L + i), Verified.GRANTED, List.of(check)))
                        .toList(),
                null);
    }
}
