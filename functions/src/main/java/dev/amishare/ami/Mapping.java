package dev.amishare.ami;

import org.jspecify.annotations.Nullable;

/**
 * A block device of an image: an EBS volume, an instance store volume ({@code virtualName}), or nothing ({@code noDevice}).
 *
 * @param noDevice what EC2 gives for a suppressed device: an empty string
 */
public record Mapping(
        String deviceName, @Nullable String virtualName, @Nullable String noDevice, @Nullable Volume ebs) {
    /**
     * An EBS volume of a mapping.
     *
     * @param snapshotId {@code null} for a volume that starts blank
     */
    public record Volume(
            @Nullable String snapshotId,
            @Nullable Integer sizeGiB,
            @Nullable String volumeType,
            @Nullable Integer iops,
            @Nullable Integer throughput,
            @Nullable Boolean deleteOnTermination,
            @Nullable Boolean encrypted) {}
}
