package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DifferencesTest {
    private static final ImageAttributes SOURCE = ImageAttributes.of(Sample.full());

    @Test
    void anImageDoesNotDifferFromItself() {
        assertThat(Differences.between(SOURCE, ImageAttributes.of(Sample.full())))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "architecture",
                "virtualizationType",
                "kernelId",
                "ramdiskId",
                "rootDeviceName",
                "bootMode",
                "tpmSupport",
                "imdsSupport",
                "sriovNetSupport",
                "platform",
                "platformDetails",
                "usageOperation"
            })
    void namesTheAttributeThatDiffersOrIsMissing(String attribute) {
        String was = String.valueOf(get(SOURCE, attribute));
        assertThat(Differences.between(SOURCE, with(SOURCE, attribute, "other")))
                .containsExactly(attribute + ": " + was + " → other");
        assertThat(Differences.between(SOURCE, with(SOURCE, attribute, null)))
                .containsExactly(attribute + ": " + was + " → none");
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "description", "deprecationTime", "deregistrationProtection"})
    void whatIsExpectedToDifferIsNotNamed(String attribute) {
        assertThat(Differences.between(SOURCE, with(SOURCE, attribute, null))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"platformDetails", "usageOperation"})
    void whatOldDescriptionsLeaveOutIsNotCompared(String attribute) {
        assertThat(Differences.between(with(SOURCE, attribute, null), SOURCE)).isEmpty();
    }

    @Test
    void whatIsNotSaidOfEnaIsThatThereIsNone() {
        assertThat(Differences.between(with(SOURCE, "enaSupport", false), with(SOURCE, "enaSupport", null)))
                .isEmpty();
        assertThat(Differences.between(SOURCE, with(SOURCE, "enaSupport", null)))
                .containsExactly("enaSupport: true → false");
    }

    @Test
    void namesLostProductCodes() {
        assertThat(Differences.between(SOURCE, with(SOURCE, "productCodes", List.of())))
                .containsExactly("productCodes: [code] → []");
    }

    @Test
    void namesLostWatermarksAndInstanceTypes() {
        ImageAttributes source = ImageAttributes.of(Sample.full().toBuilder()
                .imageWatermarks(mark -> mark.watermarkKey("1:b"), mark -> mark.watermarkKey("1:a"))
                .instanceTypeSpecification(types -> types.supportedInstanceTypes(type -> type.instanceType("t3.*")))
                .build());

        assertThat(Differences.between(source, SOURCE))
                .containsExactly(
                        "watermarks: [1:a, 1:b] → []", "instanceTypes: supported [t3.*], unsupported [] → none");
        assertThat(Differences.between(source, source.withChangeable(SOURCE))).hasSize(2);
        assertThat(Differences.between(source.withChangeable(SOURCE), SOURCE)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, deviceName, /dev/sda1, /dev/xvda → /dev/sda1",
        "2, virtualName, ephemeral1, ephemeral0 → ephemeral1",
        "3, noDevice, , true → false",
        "0, ebs, , true → false"
    })
    void namesTheMappingAndWhatOfItDiffers(int at, String component, @Nullable String value, String line) {
        List<Mapping> mappings = new ArrayList<>(SOURCE.mappings());
        mappings.set(at, with(mappings.get(at), component, value));

        assertThat(Differences.between(SOURCE, with(SOURCE, "mappings", mappings)))
                .containsExactly("mappings[" + at + "] "
                        + SOURCE.mappings().get(at).deviceName() + " " + component + ": " + line);
    }

    @ParameterizedTest
    @CsvSource({
        "snapshotId, snapshot: true → false",
        "sizeGiB, sizeGiB: 8 → none",
        "iops, iops: 3000 → none",
        "throughput, throughput: 125 → none",
        "deleteOnTermination, deleteOnTermination: true → false"
    })
    void namesWhatOfAVolumeIsLost(String component, String line) {
        Mapping.Volume volume = Objects.requireNonNull(SOURCE.mappings().get(0).ebs());
        List<Mapping> mappings = new ArrayList<>(SOURCE.mappings());
        mappings.set(0, with(mappings.get(0), "ebs", with(volume, component, null)));

        assertThat(Differences.between(SOURCE, with(SOURCE, "mappings", mappings)))
                .containsExactly("mappings[0] /dev/xvda " + line);
    }

    @Test
    void namesTheTypeOfAVolumeWithWhatDependsOnIt() {
        Mapping.Volume volume = Objects.requireNonNull(SOURCE.mappings().get(0).ebs());
        List<Mapping> mappings = new ArrayList<>(SOURCE.mappings());
        mappings.set(0, with(mappings.get(0), "ebs", with(volume, "volumeType", "gp2")));

        assertThat(Differences.between(SOURCE, with(SOURCE, "mappings", mappings)))
                .containsExactly(
                        "mappings[0] /dev/xvda volumeType: gp3 → gp2",
                        "mappings[0] /dev/xvda iops: 3000 → none",
                        "mappings[0] /dev/xvda throughput: 125 → none");
    }

    @Test
    void namesMappingsThatAreMissingOrTooMany() {
        ImageAttributes less = with(SOURCE, "mappings", SOURCE.mappings().subList(0, 3));
        assertThat(Differences.between(SOURCE, less)).containsExactly("mappings[3]: /dev/sdd → none");
        assertThat(Differences.between(less, SOURCE)).containsExactly("mappings[3]: none → /dev/sdd");
    }

    /** The record with one component changed. */
    private static <R extends Record> R with(R record, String component, @Nullable Object value) {
        RecordComponent[] components = record.getClass().getRecordComponents();
        @Nullable
        Object[] values = Stream.of(components)
                .map(c -> c.getName().equals(component) ? value : get(record, c.getName()))
                .toArray();
        Class<?>[] types = Stream.of(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            @SuppressWarnings("unchecked")
            R changed = (R) record.getClass().getDeclaredConstructor(types).newInstance(values);
            return changed;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Object get(Record record, String component) {
        try {
            return record.getClass().getDeclaredMethod(component).invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
