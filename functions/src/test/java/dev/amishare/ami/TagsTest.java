package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Tag;

final class TagsTest {
    @Test
    void theRequestsValueCountsBeforeTheSources() {
        Tags.Merged merged = Tags.merge(Map.of("team", "platform"), Map.of("team", "unknown", "os", "linux"));
        assertThat(merged.tags()).isEqualTo(Map.of("team", "platform", "os", "linux"));
        assertThat(merged.leftOut()).isEmpty();
    }

    @Test
    void reservedTagsOfTheSourceAreNotCarriedOver() {
        Map<String, String> source =
                Map.of("aws:backup:source", "x", "AWS:x", "y", "ami-share:execution", "old", "kept", "z");
        assertThat(Tags.merge(Map.of(), source).tags()).isEqualTo(Map.of("kept", "z"));
    }

    @Test
    void beyondFiftyTheSourcesLastOnesAreLeftOutFirst() {
        Map<String, String> requested = new LinkedHashMap<>();
        Map<String, String> source = new LinkedHashMap<>();
        for (int i = 0; i < 30; i++) {
            requested.put("r" + i, "request " + i);
            source.put("s" + i, "source " + i);
        }
        Tags.Merged merged = Tags.merge(requested, source);
        assertThat(merged.tags()).hasSize(46).containsAllEntriesOf(requested).containsKey("s15");
        assertThat(merged.leftOut()).hasSize(14).startsWith("s16").endsWith("s29");
    }

    @Test
    void whatTargetsCanReadIsCarriedOverToTheImageAndToNoSnapshot() {
        Map<String, String> tags = Map.of("ec2:SharedTag/os", "linux", "team", "platform");
        RegionPlan plan = Sample.plan(ImageAttributes.of(Sample.full()), tags);

        assertThat(Tags.merge(Map.of(), tags).tags()).isEqualTo(tags);
        assertThat(Tags.ofImage(plan, "x")).extracting(Tag::key).contains("ec2:SharedTag/os", "team");
        assertThat(Tags.ofSnapshots(plan, "x"))
                .extracting(Tag::key)
                .contains("team")
                .doesNotContain("ec2:SharedTag/os");
        assertThat(Tags.ofSnapshot(plan, "snap-9", "x"))
                .extracting(Tag::key)
                .contains("team")
                .doesNotContain("ec2:SharedTag/os");
    }
}
