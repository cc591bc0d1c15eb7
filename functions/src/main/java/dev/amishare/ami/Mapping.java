package dev.amishare.ami;

import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;

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
     * @param iops only where the volume type lets one choose; EC2 refuses to be told elsewhere
     * @param throughput as {@code iops}
     */
    public record Volume(
            @Nullable String snapshotId,
            @Nullable Integer sizeGiB,
            @Nullable String volumeType,
            @Nullable Integer iops,
            @Nullable Integer throughput,
            @Nullable Boolean deleteOnTermination,
            @Nullable Boolean encrypted) {
        private static final Set<String> WITH_IOPS = Set.of("io1", "io2", "gp3");

        public Volume {
            iops = volumeType != null && WITH_IOPS.contains(volumeType) ? iops : null;
            throughput = "gp3".equals(volumeType) ? throughput : null;
        }
    }

    /** The mapping as DescribeImages gives it. */
    public static Mapping of(BlockDeviceMapping mapping) {
        EbsBlockDevice ebs = mapping.ebs();
        return new Mapping(
                mapping.deviceName(),
                mapping.virtualName(),
                mapping.noDevice(),
                ebs == null
                        ? null
                        : new Volume(
                                ebs.snapshotId(),
                                ebs.volumeSize(),
                                ebs.volumeTypeAsString(),
                                ebs.iops(),
                                ebs.throughput(),
                                ebs.deleteOnTermination(),
                                ebs.encrypted()));
    }

    /** The snapshot that the volume starts from, if it is one and does. */
    public Optional<String> snapshot() {
        return Optional.ofNullable(ebs).map(Volume::snapshotId);
    }

    /** Whether it is a volume that starts without a snapshot and unencrypted. */
    boolean startsBlankAndPlain() {
        return ebs != null && ebs.snapshotId() == null && !Boolean.TRUE.equals(ebs.encrypted());
    }

    /**
     * The mapping as RegisterImage takes it. A volume from a snapshot must not say {@code Encrypted}, its snapshot does; a blank one
     * must, or it would start unencrypted; neither may name a key.
     *
     * @param snapshotId what the volume shall start from, in the place of the source's snapshot
     */
    BlockDeviceMapping toRegister(@Nullable String snapshotId) {
        BlockDeviceMapping.Builder mapping = BlockDeviceMapping.builder()
                .deviceName(deviceName)
                .virtualName(virtualName)
                .noDevice(noDevice);
        if (ebs != null) {
            mapping.ebs(EbsBlockDevice.builder()
                    .snapshotId(snapshotId)
                    .encrypted(snapshotId == null ? true : null)
                    .volumeSize(ebs.sizeGiB())
                    .volumeType(ebs.volumeType())
                    .iops(ebs.iops())
                    .throughput(ebs.throughput())
                    .deleteOnTermination(ebs.deleteOnTermination())
                    .build());
        }
        return mapping.build();
    }
}
