package dev.awssandbox.ec2;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Volume;

/** A volume, attached or not. */
final class EbsVolume extends Resource {
    private Volume volume;
    private @Nullable String grant;

    EbsVolume(Volume volume, String owner, String region) {
        super(volume.volumeId(), "volume", owner, region);
        this.volume = volume;
    }

    /** Without tags. */
    Volume volume() {
        return volume;
    }

    void change(Volume changed) {
        this.volume = changed;
    }

    /** The grant by which its instance uses its key, or null. */
    @Nullable
    String grant() {
        return grant;
    }

    void grant(@Nullable String id) {
        this.grant = id;
    }

    /** The key it is encrypted under, or null. */
    @Nullable
    String key() {
        return Boolean.TRUE.equals(volume.encrypted()) ? volume.kmsKeyId() : null;
    }

    @Override
    Map<String, List<String>> conditionKeys() {
        Map<String, List<String>> keys = new LinkedHashMap<>(keysOf(volume, region()));
        keys.put("ec2:VolumeID", List.of(id()));
        return keys;
    }

    /** The keys of a volume, whether it is there or about to be made. */
    static Map<String, List<String>> keysOf(Volume volume, String region) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("ec2:Encrypted", List.of(String.valueOf(Boolean.TRUE.equals(volume.encrypted()))));
        keys.put("ec2:VolumeSize", List.of(String.valueOf(volume.size())));
        keys.put("ec2:VolumeType", List.of(volume.volumeTypeAsString()));
        keys.put("ec2:AvailabilityZone", List.of(volume.availabilityZone()));
        if (volume.snapshotId() != null && !volume.snapshotId().isEmpty()) {
            keys.put("ec2:ParentSnapshot", List.of("arn:aws:ec2:" + region + "::snapshot/" + volume.snapshotId()));
        }
        if (volume.kmsKeyId() != null) {
            keys.put("ec2:KmsKeyId", List.of(volume.kmsKeyId()));
        }
        if (volume.iops() != null) {
            keys.put("ec2:VolumeIops", List.of(String.valueOf(volume.iops())));
        }
        if (volume.throughput() != null) {
            keys.put("ec2:VolumeThroughput", List.of(String.valueOf(volume.throughput())));
        }
        return keys;
    }
}
