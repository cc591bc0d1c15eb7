package dev.awssandbox.ec2;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/**
 * A volume about to be made: what it will be, and of which snapshot.
 *
 * @param volume without an id
 * @param snapshot null for a blank one
 * @param ownerOfAll whether the account owns what it is made of, and so keeps its key
 * @param keyNamed whether the request named its key
 */
record NewVolume(Volume volume, @Nullable EbsSnapshot snapshot, boolean ownerOfAll, boolean keyNamed) {
    /**
     * Decides size, speed and key.
     *
     * @param snapshot which may be somebody else's, where an image that is shared leads to it
     * @param ownsSource whether the account owns the image, or else the snapshot
     */
    static NewVolume of(
            Call call, EbsBlockDevice ebs, @Nullable EbsSnapshot snapshot, boolean ownsSource, String zone) {
        Boolean encrypted = ebs.encrypted();
        String named = ebs.kmsKeyId();
        String sourceKey = snapshot == null ? null : snapshot.key();
        if (named != null && !Boolean.TRUE.equals(encrypted) && sourceKey == null) {
            throw Errors.of(
                    "InvalidParameterDependency", "The parameter KmsKeyId requires the parameter Encrypted to be set.");
        }
        if (Boolean.FALSE.equals(encrypted) && sourceKey != null) {
            throw Errors.of(
                    "InvalidBlockDeviceMapping", "The encrypted flag cannot be false, since the snapshot is encrypted");
        }
        String type = ebs.volumeType() == null ? "gp2" : ebs.volumeTypeAsString();
        int smallest = snapshot == null ? 1 : snapshot.snapshot().volumeSize();
        Integer wanted = ebs.volumeSize();
        if (wanted == null && snapshot == null) {
            throw Errors.missing("size/snapshot");
        }
        int size = wanted == null ? smallest : wanted;
        if (size < smallest) {
            throw Errors.of(
                    "InvalidBlockDeviceMapping",
                    "Volume of size " + size + "GB is smaller than its snapshot, expect size >= " + smallest + "GB");
        }
        VolumeRules.check(type, size, ebs.iops(), ebs.throughput());
        String key = key(call, named, encrypted, sourceKey, ownsSource);
        return new NewVolume(
                Volume.builder()
                        .size(size)
                        .volumeType(type)
                        .iops(ebs.iops() == null && type.equals("gp3") ? Integer.valueOf(3_000) : ebs.iops())
                        .throughput(
                                ebs.throughput() == null && type.equals("gp3")
                                        ? Integer.valueOf(125)
                                        : ebs.throughput())
                        .snapshotId(snapshot == null ? "" : snapshot.id())
                        .availabilityZone(zone)
                        .encrypted(key != null)
                        .kmsKeyId(key)
                        .state(VolumeState.CREATING)
                        .multiAttachEnabled(false)
                        .build(),
                snapshot,
                ownsSource,
                named != null);
    }

    private static @Nullable String key(
            Call call,
            @Nullable String named,
            @Nullable Boolean encrypted,
            @Nullable String sourceKey,
            boolean ownsSource) {
        Keys keys = call.ec2().keys();
        if (named != null) {
            return keys.arnOf(call.account(), call.region(), named);
        }
        if (sourceKey != null && ownsSource) {
            return sourceKey;
        }
        boolean encrypts = Boolean.TRUE.equals(encrypted)
                || sourceKey != null
                || call.settings().encryptionByDefault();
        return encrypts ? keys.defaultKey(call.account(), call.region()) : null;
    }

    /** Why it cannot be made, which shows only after the call was answered; or nothing. */
    Optional<String> refusal(Call call, String volumeId) {
        EbsSnapshot source = snapshot;
        if (source != null
                && (!call.store().snapshots().containsKey(source.id()) || !source.is(SnapshotState.COMPLETED))) {
            return Optional.of("The snapshot " + source.id() + " does not exist.");
        }
        String key = volume.kmsKeyId();
        if (key == null) {
            return Optional.empty();
        }
        Keys keys = call.ec2().keys();
        String sourceKey = source == null ? null : source.key();
        if (source != null && sourceKey != null) {
            boolean staysUnderKey = sourceKey.equals(key) && ownerOfAll && !keyNamed;
            if (staysUnderKey) {
                return keys.refusalToAttach(call.caller(), call.region(), key, source.encryptionContext());
            }
            Optional<String> unreadable =
                    keys.refusalToRead(call.caller(), call.region(), sourceKey, source.encryptionContext());
            if (unreadable.isPresent()) {
                return unreadable;
            }
        }
        return keys.refusalToWrite(call.caller(), call.region(), key, volumeId);
    }

    /** The owner of a snapshot that is somebody else's hears of the volume made of it. */
    void recordUse(Call call) {
        EbsSnapshot source = snapshot;
        if (source != null && !source.ownedBy(call.account())) {
            call.ec2().recordUse("SharedSnapshotVolumeCreated", source, call.account());
        }
    }
}
