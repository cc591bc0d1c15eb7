package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.Tag;

final class RegistrationTest {
    private static final ImageAttributes SOURCE = ImageAttributes.of(Sample.full());
    private static final RegionPlan PLAN = Sample.plan(SOURCE, Map.of("team", "platform"));

    @Test
    void saysAllThatTheSourceSays() {
        RegisterImageRequest request = Registration.request(PLAN, Map.of("snap-1", "snap-9"), "uefi", Sample.EXECUTION);

        assertThat(request.name()).isEqualTo("golden-encrypted");
        assertThat(request.architectureAsString()).isEqualTo("x86_64");
        assertThat(request.virtualizationType()).isEqualTo("hvm");
        assertThat(request.kernelId()).isEqualTo("aki-1");
        assertThat(request.ramdiskId()).isEqualTo("ari-2");
        assertThat(request.rootDeviceName()).isEqualTo("/dev/xvda");
        assertThat(request.bootModeAsString()).isEqualTo("uefi-preferred");
        assertThat(request.tpmSupportAsString()).isEqualTo("v2.0");
        assertThat(request.imdsSupportAsString()).isEqualTo("v2.0");
        assertThat(request.enaSupport()).isTrue();
        assertThat(request.sriovNetSupport()).isEqualTo("simple");
        assertThat(request.uefiData()).isEqualTo("uefi");
        assertThat(request.tagSpecifications().get(0).tags()).isEqualTo(Tags.ofImage(PLAN, Sample.EXECUTION));
    }

    /** EC2 takes Encrypted of a blank volume only, and figures only where the type lets one choose. */
    @Test
    void registersEachDeviceAsEc2TakesIt() {
        assertThat(Registration.request(PLAN, Map.of("snap-1", "snap-9"), null, Sample.EXECUTION)
                        .blockDeviceMappings())
                .containsExactly(
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/xvda")
                                .ebs(e -> e.snapshotId("snap-9")
                                        .volumeSize(8)
                                        .volumeType("gp3")
                                        .iops(3000)
                                        .throughput(125)
                                        .deleteOnTermination(true))
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdb")
                                .ebs(e -> e.encrypted(true).volumeSize(30).volumeType("gp2"))
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdc")
                                .virtualName("ephemeral0")
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdd")
                                .noDevice("")
                                .build());
    }

    @Test
    void registersNothingOfWhichThereIsNoCopy() {
        assertThatThrownBy(() -> Registration.request(PLAN, Map.of("snap-2", "snap-9"), null, Sample.EXECUTION))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no copy of snap-1");
    }

    @Test
    void tagsWhatItMakesWithOursFirst() {
        List<Tag> ours = List.of(
                tag("ami-share:managed", "true"),
                tag("ami-share:source-image", "ami-0123456789abcdef0"),
                tag("ami-share:execution", Sample.EXECUTION));
        Tag team = tag("team", "platform");

        assertThat(Tags.ofImage(PLAN, Sample.EXECUTION))
                .startsWith(ours.toArray(Tag[]::new))
                .endsWith(team)
                .hasSize(4);
        assertThat(Tags.ofSnapshots(PLAN, Sample.EXECUTION)).isEqualTo(Tags.ofImage(PLAN, Sample.EXECUTION));
        assertThat(Tags.ofSnapshot(PLAN, "snap-1", Sample.EXECUTION))
                .contains(tag("ami-share:source-snapshot", "snap-1"), tag("of", "snapshot"))
                .doesNotContain(team);
        assertThat(Tags.ofSnapshot(PLAN, "snap-2", Sample.EXECUTION)).contains(team);
    }

    @Test
    void readsAnImageAsItIsDescribed() {
        assertThat(SOURCE.snapshots()).containsExactly("snap-1");
        assertThat(SOURCE.deprecationTime()).isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
        assertThat(SOURCE.withoutDeprecation().deprecationTime()).isNull();
        assertThat(SOURCE.withoutDeprecation().mappings()).isEqualTo(SOURCE.mappings());
        assertThat(ImageAttributes.of(Sample.plain().deprecationTime("soon").build())
                        .deprecationTime())
                .isNull();
        assertThat(ImageAttributes.of(Sample.plain().deprecationTime("").build())
                        .deprecationTime())
                .isNull();
        assertThat(ImageAttributes.of(Sample.plain().build()).deprecationTime()).isNull();
    }

    @ParameterizedTest
    @CsvSource({"uefi, true", "uefi-preferred, true", "legacy-bios, false", ", false"})
    void whatBootsByUefiMayHaveItsData(String bootMode, boolean may) {
        assertThat(ImageAttributes.of(Sample.plain().bootMode(bootMode).build()).mayHaveUefiData())
                .isEqualTo(may);
    }

    @ParameterizedTest
    @CsvSource({"gp3, 3000, 125", "io1, 3000, ", "io2, 3000, ", "gp2, , ", "st1, , ", ", , "})
    void keepsFiguresOnlyWhereTheTypeLetsOneChoose(String type, Integer iops, Integer throughput) {
        Mapping.Volume volume = new Mapping.Volume("snap-1", 8, type, 3000, 125, true, null);

        assertThat(volume.iops()).isEqualTo(iops);
        assertThat(volume.throughput()).isEqualTo(throughput);
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }
}
