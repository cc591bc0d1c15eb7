package dev.awssandbox.ec2;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/** Volumes. */
final class Volumes {
    private final Call call;

    Volumes(Call call) {
        this.call = call;
    }

    CreateVolumeResponse create(CreateVolumeRequest request) {
        String zone = new Network(call)
                .subnetFor(null, Errors.required(request.availabilityZone(), "AvailabilityZone"))
                .availabilityZone();
        Map<String, String> tags =
                Tags.requested(request.tagSpecifications(), Set.of("volume")).getOrDefault("volume", Map.of());
        boolean isBlank = request.snapshotId() == null || request.snapshotId().isEmpty();
        EbsSnapshot snapshot = isBlank ? null : new Snapshots(call).readable(request.snapshotId());
        EbsBlockDevice ebs = EbsBlockDevice.builder()
                .volumeSize(request.size())
                .volumeType(request.volumeTypeAsString())
                .iops(request.iops())
                .throughput(request.throughput())
                .encrypted(request.encrypted())
                .kmsKeyId(request.kmsKeyId())
                .build();
        NewVolume wanted =
                NewVolume.of(call, ebs, snapshot, snapshot == null || snapshot.ownedBy(call.account()), zone);
        Permit permit =
                call.permit("CreateVolume").making("volume", tags, EbsVolume.keysOf(wanted.volume(), call.region()));
        if (snapshot != null) {
            permit.on(snapshot);
        }
        permit.check();
        if (snapshot != null && !snapshot.is(SnapshotState.COMPLETED)) {
            throw Errors.of(
                    "IncorrectState",
                    "Snapshot is in invalid state - " + snapshot.snapshot().stateAsString());
        }
        call.endDryRun(request.dryRun());
        return call.once("CreateVolume", request.clientToken(), request, CreateVolumeResponse.class, () -> {
            EbsVolume volume = add(wanted, tags);
            call.cloud().kernel().after(Call.MOMENT, () -> judge(wanted, volume));
            Volume made = volume.volume();
            return CreateVolumeResponse.builder()
                    .volumeId(made.volumeId())
                    .size(made.size())
                    .volumeType(made.volumeType())
                    .iops(made.iops())
                    .throughput(made.throughput())
                    .snapshotId(made.snapshotId())
                    .availabilityZone(made.availabilityZone())
                    .encrypted(made.encrypted())
                    .kmsKeyId(made.kmsKeyId())
                    .state(made.state())
                    .createTime(made.createTime())
                    .multiAttachEnabled(false)
                    .tags(volume.tagList(call.account()))
                    .build();
        });
    }

    /** A volume whose keys cannot be used is gone again; only an event says why. */
    private void judge(NewVolume wanted, EbsVolume volume) {
        Optional<String> refusal = wanted.refusal(call, volume.id());
        if (refusal.isPresent()) {
            call.store().volumes().remove(volume.id());
            call.ec2().notices().volumeFailed(volume.owner(), volume.region(), volume.id(), refusal.get());
        } else {
            wanted.recordUse(call);
            volume.change(
                    volume.volume().toBuilder().state(VolumeState.AVAILABLE).build());
        }
    }

    /** Puts a new volume into the store, {@code creating}. */
    EbsVolume add(NewVolume wanted, Map<String, String> tags) {
        EbsVolume volume = new EbsVolume(
                wanted.volume().toBuilder()
                        .volumeId(call.newId("vol"))
                        .createTime(call.now())
                        .build(),
                call.account(),
                call.region());
        call.store().volumes().put(volume.id(), volume);
        new Tags(call).put(volume, tags);
        return volume;
    }

    DescribeVolumesResponse describe(DescribeVolumesRequest request) {
        call.permit("DescribeVolumes").onAnything().check();
        call.endDryRun(request.dryRun());
        Set<String> wanted = new HashSet<>();
        request.volumeIds().forEach(id -> wanted.add(owned(id).id()));
        Filters<EbsVolume> filters = new Filters<EbsVolume>()
                .by("attachment.instance-id", volume -> volume.volume().attachments().stream()
                        .map(attachment -> attachment.instanceId())
                        .toList())
                .by("attachment.device", volume -> volume.volume().attachments().stream()
                        .map(attachment -> attachment.device())
                        .toList())
                .by("availability-zone", volume -> volume.volume().availabilityZone())
                .by("encrypted", volume -> volume.volume().encrypted())
                .by("size", volume -> volume.volume().size())
                .by("snapshot-id", volume -> volume.volume().snapshotId())
                .by("status", volume -> volume.volume().stateAsString())
                .by("volume-id", EbsVolume::id)
                .by("volume-type", volume -> volume.volume().volumeTypeAsString())
                .byTags(volume -> volume.tags(call.account()));
        List<Volume> found = all().filter(volume -> wanted.isEmpty() || wanted.contains(volume.id()))
                .filter(filters.matching(request.filters()))
                .map(this::described)
                .toList();
        Page<Volume> page = Page.of(found, 5, request.maxResults(), request.nextToken());
        return DescribeVolumesResponse.builder()
                .volumes(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    Volume described(EbsVolume volume) {
        return volume.volume().toBuilder().tags(volume.tagList(call.account())).build();
    }

    DeleteVolumeResponse delete(DeleteVolumeRequest request) {
        EbsVolume volume = owned(request.volumeId());
        call.permit("DeleteVolume").on(volume).check();
        if (!volume.volume().attachments().isEmpty()) {
            throw Errors.of(
                    "VolumeInUse",
                    "Volume " + volume.id() + " is currently attached to "
                            + volume.volume().attachments().get(0).instanceId());
        }
        call.endDryRun(request.dryRun());
        call.store().volumes().remove(volume.id());
        return DeleteVolumeResponse.builder().build();
    }

    EbsVolume owned(@Nullable String id) {
        String given = Errors.required(id, "VolumeId");
        EbsVolume volume = call.store().volumes().get(given);
        if (volume == null || !volume.ownedBy(call.account())) {
            throw Errors.unknownVolume(given);
        }
        return volume;
    }

    private Stream<EbsVolume> all() {
        return call.store().volumes().values().stream().filter(volume -> volume.ownedBy(call.account()));
    }
}
