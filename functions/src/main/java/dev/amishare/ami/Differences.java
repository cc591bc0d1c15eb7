package dev.amishare.ami;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Compares a shared image with its source, attribute by attribute. */
public final class Differences {
    private final List<String> lines = new ArrayList<>();

    private Differences() {}

    /**
     * What the shared image lacks of its source or has beside it, a line each: {@code attribute: source → shared}. Ids, name,
     * description, encryption and tags are expected to differ. What old descriptions leave out (billing before 2020) cannot be compared.
     */
    public static List<String> between(ImageAttributes source, ImageAttributes shared) {
        Differences d = new Differences();
        d.compare("architecture", source.architecture(), shared.architecture());
        d.compare("virtualizationType", source.virtualizationType(), shared.virtualizationType());
        d.compare("kernelId", source.kernelId(), shared.kernelId());
        d.compare("ramdiskId", source.ramdiskId(), shared.ramdiskId());
        d.compare("rootDeviceName", source.rootDeviceName(), shared.rootDeviceName());
        d.compare("bootMode", source.bootMode(), shared.bootMode());
        d.compare("tpmSupport", source.tpmSupport(), shared.tpmSupport());
        d.compare("imdsSupport", source.imdsSupport(), shared.imdsSupport());
        d.compare("enaSupport", isTrue(source.enaSupport()), isTrue(shared.enaSupport()));
        d.compare("sriovNetSupport", source.sriovNetSupport(), shared.sriovNetSupport());
        d.compare("platform", source.platform(), shared.platform());
        if (source.platformDetails() != null) {
            d.compare("platformDetails", source.platformDetails(), shared.platformDetails());
        }
        if (source.usageOperation() != null) {
            d.compare("usageOperation", source.usageOperation(), shared.usageOperation());
        }
        d.compare("productCodes", source.productCodes(), shared.productCodes());
        d.compare("watermarks", source.watermarks(), shared.watermarks());
        d.compare("instanceTypes", source.instanceTypes(), shared.instanceTypes());
        d.compareMappings(source.mappings(), shared.mappings());
        return List.copyOf(d.lines);
    }

    private void compareMappings(List<Mapping> source, List<Mapping> shared) {
        for (int i = 0; i < Math.max(source.size(), shared.size()); i++) {
            Mapping is = i < shared.size() ? shared.get(i) : null;
            Mapping was = i < source.size() ? source.get(i) : null;
            if (is == null || was == null) {
                compare(
                        "mappings[" + i + "]",
                        was == null ? null : was.deviceName(),
                        is == null ? null : is.deviceName());
            } else {
                compareMapping("mappings[" + i + "] " + was.deviceName() + " ", was, is);
            }
        }
    }

    private void compareMapping(String at, Mapping source, Mapping shared) {
        compare(at + "deviceName", source.deviceName(), shared.deviceName());
        compare(at + "virtualName", source.virtualName(), shared.virtualName());
        compare(at + "noDevice", source.noDevice() != null, shared.noDevice() != null);
        Mapping.Volume was = source.ebs();
        Mapping.Volume is = shared.ebs();
        if (was == null || is == null) {
            compare(at + "ebs", was != null, is != null);
            return;
        }
        compare(at + "snapshot", was.snapshotId() != null, is.snapshotId() != null);
        compare(at + "sizeGiB", was.sizeGiB(), is.sizeGiB());
        compare(at + "volumeType", was.volumeType(), is.volumeType());
        compare(at + "iops", was.iops(), is.iops());
        compare(at + "throughput", was.throughput(), is.throughput());
        compare(at + "deleteOnTermination", isTrue(was.deleteOnTermination()), isTrue(is.deleteOnTermination()));
    }

    private void compare(String attribute, @Nullable Object source, @Nullable Object shared) {
        if (!Objects.equals(source, shared)) {
            lines.add(
                    attribute + ": " + (source == null ? "none" : source) + " → " + (shared == null ? "none" : shared));
        }
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}
