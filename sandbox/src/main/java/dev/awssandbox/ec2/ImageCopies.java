package dev.awssandbox.ec2;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.CopyImageResponse;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.InstanceTypeSpecification;
import software.amazon.awssdk.services.ec2.model.ProductCode;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.StateReason;

/** CopyImage: the same image again, with snapshots of its own, licences and all. */
final class ImageCopies {
    private final Call call;

    ImageCopies(Call call) {
        this.call = call;
    }

    CopyImageResponse copy(CopyImageRequest request) {
        String sourceRegion = Errors.required(request.sourceRegion(), "sourceRegion");
        Ami source = new Images(new Call(call.ec2(), call.cloud(), call.caller(), sourceRegion))
                .visible(request.sourceImageId());
        Map<String, Map<String, String>> tags =
                Tags.requested(request.tagSpecifications(), Set.of("image", "snapshot"));
        Map<String, String> imageTags = new LinkedHashMap<>();
        if (Boolean.TRUE.equals(request.copyImageTags())) {
            imageTags.putAll(source.visibleTags(call.account()));
            imageTags.keySet().removeIf(Tags::isReserved);
        }
        imageTags.putAll(tags.getOrDefault("image", Map.of()));
        Map<String, String> snapshotTags = tags.getOrDefault("snapshot", Map.of());
        Map<String, EbsSnapshot> snapshots = snapshots(source, sourceRegion);

        Permit permit = call.permit("CopyImage")
                .on(source)
                .making("image", imageTags, Map.of("ec2:Owner", List.of(call.account())))
                .making("snapshot", snapshotTags, Map.of("ec2:Owner", List.of(call.account())));
        snapshots.values().forEach(permit::on);
        permit.check();
        if (!Boolean.TRUE.equals(request.dryRun())) {
            return call.once(
                    "CopyImage",
                    request.clientToken(),
                    request,
                    CopyImageResponse.class,
                    () -> copied(request, source, snapshots, imageTags, snapshotTags));
        }
        check(request, source, snapshots);
        throw Errors.dryRun();
    }

    private CopyImageResponse copied(
            CopyImageRequest request,
            Ami source,
            Map<String, EbsSnapshot> snapshots,
            Map<String, String> imageTags,
            Map<String, String> snapshotTags) {
        Map<String, Optional<String>> keys = check(request, source, snapshots);
        String description = request.description() == null
                ? "[Copied " + source.id() + " from " + source.region() + "] "
                        + Optional.ofNullable(source.image().description()).orElse("")
                : request.description();
        Image image = source.image().toBuilder()
                .imageId(call.newId("ami"))
                .ownerId(call.account())
                .imageOwnerAlias(null)
                .name(request.name())
                .description(description)
                .imageLocation(call.account() + "/" + request.name())
                .creationDate(Resource.timestamp(call.now()))
                .state(ImageState.PENDING)
                .stateReason((StateReason) null)
                .deprecationTime(null)
                .deregistrationProtection(null)
                .lastLaunchedTime(null)
                // Whether CopyImage keeps it is UNVERIFIED (aws-facts 0); the stricter reading.
                .instanceTypeSpecification((InstanceTypeSpecification) null)
                .sourceImageId(source.id())
                .sourceImageRegion(source.region())
                .build();
        Ami target = Registration.add(call, image, imageTags);
        target.uefiData(source.uefiData());
        copySnapshots(target, snapshots, keys, snapshotTags, within(request));
        return CopyImageResponse.builder().imageId(target.id()).build();
    }

    /** Starts a copy of every snapshot, and puts the copies where the sources were. */
    private void copySnapshots(
            Ami target,
            Map<String, EbsSnapshot> sources,
            Map<String, Optional<String>> keys,
            Map<String, String> tags,
            Optional<Duration> within) {
        Progress progress = new Progress(target, sources.size());
        Map<String, EbsSnapshot> copies = new LinkedHashMap<>();
        sources.forEach((id, source) -> {
            String description = "Copied for DestinationAmi " + target.id() + " from SourceAmi "
                    + target.image().sourceImageId() + " for SourceSnapshot " + id + ". Task created on "
                    + String.format(Locale.ROOT, "%,d", call.now().toEpochMilli()) + ".";
            @Nullable String key = keys.getOrDefault(id, Optional.empty()).orElse(null);
            copies.put(
                    id, new SnapshotCopies(call).start(source, key, description, tags, within, true, progress::ended));
        });
        List<BlockDeviceMapping> mappings = new ArrayList<>();
        for (BlockDeviceMapping mapping : target.image().blockDeviceMappings()) {
            EbsBlockDevice ebs = mapping.ebs();
            EbsSnapshot copy = ebs == null ? null : copies.get(ebs.snapshotId());
            mappings.add(
                    ebs == null || copy == null
                            ? mapping
                            : mapping.toBuilder()
                                    .ebs(ebs.toBuilder()
                                            .snapshotId(copy.id())
                                            .encrypted(copy.key() != null)
                                            .build())
                                    .build());
        }
        target.change(target.image().toBuilder().blockDeviceMappings(mappings).build());
        if (sources.isEmpty()) {
            call.cloud().kernel().after(Call.MOMENT, () -> Registration.becomeAvailable(call, target));
        }
    }

    /** The image is available when its last snapshot is completed, and failed when one of them is in error. */
    private final class Progress {
        private final Ami target;
        private int left;

        Progress(Ami target, int left) {
            this.target = target;
            this.left = left;
        }

        void ended(Optional<String> cause) {
            left--;
            if (!target.is(ImageState.PENDING) || !call.store().images().containsKey(target.id())) {
                return;
            }
            if (cause.isPresent()) {
                String message = "Copy image failed with an internal error. " + cause.get();
                target.change(target.image().toBuilder()
                        .state(ImageState.FAILED)
                        .stateReason(StateReason.builder()
                                .code("Client.InternalError")
                                .message(message)
                                .build())
                        .build());
                call.ec2().notices().imageBecame(target, "failed", message);
            } else if (left == 0) {
                Registration.becomeAvailable(call, target);
            }
        }
    }

    /** Refuses what cannot be copied; the key of each copy, by source snapshot. */
    private Map<String, Optional<String>> check(
            CopyImageRequest request, Ami source, Map<String, EbsSnapshot> snapshots) {
        String name = Registration.checkedName(request.name());
        Registration.checkDescription(request.description());
        if (!source.is(ImageState.AVAILABLE)) {
            throw Errors.unavailableImage(source.id());
        }
        boolean fromMarketplace = source.image().productCodes().stream()
                .map(ProductCode::productCodeTypeAsString)
                .anyMatch("marketplace"::equals);
        if (fromMarketplace && !source.ownedBy(call.account())) {
            throw Errors.of("InvalidRequest", "Images from AWS Marketplace cannot be copied to another AWS account");
        }
        boolean mayRead = snapshots.values().stream().allMatch(snapshot -> snapshot.readableBy(call.account()));
        boolean inInstanceStore = source.image().rootDeviceType() == DeviceType.INSTANCE_STORE;
        if (!mayRead || (inInstanceStore && !source.ownedBy(call.account()))) {
            throw Errors.of("InvalidRequest", "You do not have permission to access the storage of this ami");
        }
        if (inInstanceStore && request.encrypted() != null) {
            throw Errors.combination("Images of instance store volumes cannot be encrypted");
        }
        for (EbsSnapshot snapshot : snapshots.values()) {
            new SnapshotCopies(call).checkMayLeave(snapshot);
            if (!snapshot.is(SnapshotState.COMPLETED)) {
                throw Errors.of(
                        "IncorrectState",
                        "Snapshot is in invalid state - " + snapshot.snapshot().stateAsString());
            }
        }
        Map<String, Optional<String>> keys = new LinkedHashMap<>();
        boolean anyEncrypted = snapshots.values().stream().anyMatch(snapshot -> snapshot.key() != null);
        boolean saysWhatIsSo = Boolean.FALSE.equals(request.encrypted()) && !anyEncrypted;
        @Nullable Boolean encrypted = saysWhatIsSo ? null : request.encrypted();
        snapshots.forEach((id, snapshot) -> keys.put(
                id, Optional.ofNullable(new SnapshotCopies(call).key(snapshot, encrypted, request.kmsKeyId()))));
        within(request);
        new Registration(call).checkNameIsFree(name);
        return keys;
    }

    private Map<String, EbsSnapshot> snapshots(Ami source, String region) {
        Map<String, EbsSnapshot> snapshots = new LinkedHashMap<>();
        for (String id : source.snapshotIds()) {
            EbsSnapshot snapshot = call.ec2().store(region).snapshots().get(id);
            if (snapshot == null) {
                throw Errors.unknownSnapshot(id);
            }
            snapshots.put(id, snapshot);
        }
        return snapshots;
    }

    private static Optional<Duration> within(CopyImageRequest request) {
        Long minutes = request.snapshotCopyCompletionDurationMinutes();
        if (minutes == null) {
            return Optional.empty();
        }
        if (minutes < 15 || minutes > 2_880 || minutes % 15 != 0) {
            throw Errors.invalidValue(
                    "SnapshotCopyCompletionDurationMinutes must be between 15 and 2880, in steps of 15, not "
                            + minutes);
        }
        return Optional.of(Duration.ofMinutes(minutes));
    }
}
