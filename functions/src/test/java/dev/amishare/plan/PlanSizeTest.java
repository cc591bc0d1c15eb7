package dev.amishare.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Targets;
import dev.amishare.ami.Way;
import dev.amishare.json.Records;
import dev.amishare.request.Faults;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;

final class PlanSizeTest {
    private static final int MOST = 262_144;

    @ParameterizedTest
    @CsvSource({
        "1, 450, true",
        "7, 450, true",
        "8, 450, false",
        "10, 340, true",
        "10, 450, false",
        "17, 180, true",
        "17, 450, false"
    })
    void whatFitsIsAccepted(int regions, int accounts, boolean fits) {
        Faults faults = new Faults();
        PlanSize.fitted(plans(regions, accounts, ""), faults);
        assertThat(faults.isEmpty()).isEqualTo(fits);
        assertThat(faults.lines()).allMatch(line -> line.contains("ask for fewer targets, tags or Regions"));
    }

    @Test
    void theRoomsOfAllResultsTogetherAndOfEachBesideItsPlanAreWhatStepFunctionsCarries() {
        List<RegionPlan> fitted = PlanSize.fitted(plans(7, 450, "é".repeat(2_000)), new Faults());

        assertThat(fitted.stream().mapToInt(RegionPlan::resultBytes).sum()).isLessThan(MOST - 1_000);
        assertThat(fitted)
                .allMatch(plan -> plan.resultBytes() >= 450 * 65)
                .allMatch(plan -> bytes(plan) + plan.resultBytes() < MOST);
    }

    @Test
    void countsBytesAndNotCharacters() {
        Faults ofCharacters = new Faults();
        Faults ofBytes = new Faults();
        PlanSize.fitted(plans(2, 10, "x".repeat(100_000)), ofCharacters);
        PlanSize.fitted(plans(2, 10, "é".repeat(100_000)), ofBytes);

        assertThat(ofCharacters.isEmpty()).isTrue();
        assertThat(ofBytes.lines())
                .singleElement()
                .asString()
                .startsWith("the request: its plans for all Regions would have 40");
    }

    @Test
    void nothingToPlanFits() {
        assertThat(PlanSize.fitted(List.of(), new Faults())).isEmpty();
    }

    private static int bytes(RegionPlan plan) {
        return Records.write(plan).text().getBytes(StandardCharsets.UTF_8).length;
    }

    private static List<RegionPlan> plans(int regions, int accounts, String tag) {
        ImageAttributes source = ImageAttributes.of(Image.builder()
                .name("golden")
                .blockDeviceMappings(BlockDeviceMapping.builder()
                        .deviceName("/dev/xvda")
                        .ebs(e -> e.snapshotId("snap-0123456789abcdef0")
                                .volumeSize(8)
                                .volumeType("gp3"))
                        .build())
                .build());
        List<String> ids = IntStream.range(0, accounts)
                .mapToObj(i -> String.valueOf(200_000_000_000L + i))
                .toList();
        return IntStream.range(0, regions)
                .mapToObj(i -> new RegionPlan(
                        "region-" + i,
                        "us-east-1",
                        "ami-0123456789abcdef0",
                        "golden-encrypted-0123456789abcdef",
                        "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
                        Way.SNAPSHOTS,
                        source,
                        List.of(new RegionPlan.SourceVolume("/dev/xvda", "snap-0123456789abcdef0", 8)),
                        new Targets(ids, List.of(), List.of(), List.of()),
                        Map.of("tag", tag),
                        List.of("tag"),
                        Map.of(),
                        false,
                        new RegionPlan.VerifyOptions(List.of("t3.micro"), false),
                        List.of(),
                        0))
                .toList();
    }
}
