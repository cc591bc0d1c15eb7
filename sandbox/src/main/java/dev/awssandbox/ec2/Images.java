package dev.awssandbox.ec2;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotReturnCode;
import software.amazon.awssdk.services.ec2.model.DeregisterImageRequest;
import software.amazon.awssdk.services.ec2.model.DeregisterImageResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeprecationResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageDeregistrationProtectionResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageResponse;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeprecationResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageDeregistrationProtectionResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageResponse;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.ProductCode;

/** Images that are there: finding them, and the ends of their lives. How they come to be is elsewhere. */
final class Images {
    private static final String PROTECTED = "enabled-without-cooldown";
    private static final String PROTECTED_WITH_COOLDOWN = "enabled-with-cooldown";
    private static final Duration COOLDOWN = Duration.ofHours(24);

    private final Call call;

    Images(Call call) {
        this.call = call;
    }

    DescribeImagesResponse describe(DescribeImagesRequest request) {
        call.permit("DescribeImages").onAnything().check();
        call.endDryRun(request.dryRun());
        if (!request.imageIds().isEmpty() && request.maxResults() != null) {
            throw Errors.combination("The parameter imagesSet cannot be used with the parameter maxResults");
        }
        List<Image> found = candidates(request)
                .filter(image -> request.owners().isEmpty()
                        || request.owners().stream().anyMatch(owner -> isOwner(image, owner)))
                .filter(image -> request.executableUsers().isEmpty()
                        || request.executableUsers().stream().anyMatch(user -> isExecutableBy(image, user)))
                .filter(filters().matching(request.filters()))
                .map(image -> image.describedTo(call.account()))
                .toList();
        Page<Image> page = Page.of(found, 1, request.maxResults(), request.nextToken());
        return DescribeImagesResponse.builder()
                .images(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    /** The images named; or all that the caller sees, without those that a listing hides. */
    private Stream<Ami> candidates(DescribeImagesRequest request) {
        if (request.imageIds().isEmpty()) {
            return call.store().images().values().stream()
                    .filter(this::isVisible)
                    .filter(image -> image.ownedBy(call.account())
                            || Boolean.TRUE.equals(request.includeDeprecated())
                            || !image.isDeprecated(call.now()))
                    .filter(image -> Boolean.TRUE.equals(request.includeDisabled()) || !image.is(ImageState.DISABLED));
        }
        request.imageIds().forEach(Images::checkId);
        List<String> unknown = request.imageIds().stream()
                .filter(id -> {
                    Ami image = call.store().images().get(id);
                    return image == null || !isVisible(image);
                })
                .toList();
        if (!unknown.isEmpty()) {
            throw Errors.unknownImages(unknown);
        }
        return call.store().images().values().stream()
                .filter(image -> request.imageIds().contains(image.id()));
    }

    private boolean isOwner(Ami image, String owner) {
        return owner.equals("self")
                ? image.ownedBy(call.account())
                : image.ownedBy(owner) || owner.equals(image.image().imageOwnerAlias());
    }

    /** {@code self}: shared with the caller, in whatever way; an account: shared with it by name; {@code all}: public. */
    private boolean isExecutableBy(Ami image, String user) {
        return switch (user) {
            case "self" -> call.ec2().visibility().isShared(image, call.account());
            case "all" -> image.isPublic();
            default -> image.permissions().stream().anyMatch(permission -> user.equals(permission.userId()));
        };
    }

    private Filters<Ami> filters() {
        return new Filters<Ami>()
                .by("architecture", of(Image::architectureAsString))
                .by("block-device-mapping.delete-on-termination", ofVolumes(EbsBlockDevice::deleteOnTermination))
                .by("block-device-mapping.device-name", image -> image.image().blockDeviceMappings().stream()
                        .map(mapping -> mapping.deviceName())
                        .toList())
                .by("block-device-mapping.encrypted", ofVolumes(EbsBlockDevice::encrypted))
                .by("block-device-mapping.snapshot-id", ofVolumes(EbsBlockDevice::snapshotId))
                .by("block-device-mapping.volume-size", ofVolumes(EbsBlockDevice::volumeSize))
                .by("block-device-mapping.volume-type", ofVolumes(EbsBlockDevice::volumeTypeAsString))
                .by("creation-date", of(Image::creationDate))
                .by("description", of(Image::description))
                .by("ena-support", of(Image::enaSupport))
                .by("free-tier-eligible", of(Image::freeTierEligible))
                .by("hypervisor", of(Image::hypervisorAsString))
                .by("image-allowed", of(Image::imageAllowed))
                .by("image-id", of(Image::imageId))
                .by("image-type", of(Image::imageTypeAsString))
                .by("is-public", Ami::isPublic)
                .by("kernel-id", of(Image::kernelId))
                .by("manifest-location", of(Image::imageLocation))
                .by("name", of(Image::name))
                .by("owner-alias", of(Image::imageOwnerAlias))
                .by("owner-id", of(Image::ownerId))
                .by("platform", of(Image::platformAsString))
                .by("product-code", ofCodes(ProductCode::productCodeId))
                .by("product-code.type", ofCodes(ProductCode::productCodeTypeAsString))
                .by("ramdisk-id", of(Image::ramdiskId))
                .by("root-device-name", of(Image::rootDeviceName))
                .by("root-device-type", of(Image::rootDeviceTypeAsString))
                .by("source-image-id", of(Image::sourceImageId))
                .by("source-image-region", of(Image::sourceImageRegion))
                .by("source-instance-id", of(Image::sourceInstanceId))
                .by("sriov-net-support", of(Image::sriovNetSupport))
                .by("state", of(Image::stateAsString))
                .by(
                        "state-reason-code",
                        of(image -> image.stateReason() == null
                                ? null
                                : image.stateReason().code()))
                .by(
                        "state-reason-message",
                        of(image -> image.stateReason() == null
                                ? null
                                : image.stateReason().message()))
                .by("virtualization-type", of(Image::virtualizationTypeAsString))
                .byTags(image -> image.visibleTags(call.account()));
    }

    private static Filters.Value<Ami> of(Filters.Value<Image> value) {
        return image -> value.of(image.image());
    }

    private static Filters.Value<Ami> ofVolumes(Filters.Value<EbsBlockDevice> value) {
        return image -> image.volumes()
                .map(mapping -> value.of(mapping.ebs()))
                .filter(Objects::nonNull)
                .toList();
    }

    private static Filters.Value<Ami> ofCodes(Filters.Value<ProductCode> value) {
        return image -> image.image().productCodes().stream()
                .map(value::of)
                .filter(Objects::nonNull)
                .toList();
    }

    DeregisterImageResponse deregister(DeregisterImageRequest request) {
        Ami image = owned(request.imageId());
        call.permit("DeregisterImage").on(image).check();
        checkMayGo(image);
        call.endDryRun(request.dryRun());
        call.store().images().remove(image.id());
        call.ec2().notices().imageBecame(image, "deregistered", "");
        DeregisterImageResponse.Builder response =
                DeregisterImageResponse.builder().returnValue(true);
        if (Boolean.TRUE.equals(request.deleteAssociatedSnapshots())) {
            List<DeleteSnapshotReturnCode> results = new ArrayList<>();
            for (String id : image.snapshotIds()) {
                results.add(DeleteSnapshotReturnCode.builder()
                        .snapshotId(id)
                        .returnCode(deleteSnapshot(id))
                        .build());
            }
            response.deleteSnapshotResults(results);
        }
        return response.build();
    }

    private void checkMayGo(Ami image) {
        if (image.tags(call.account()).containsKey("aws:backup:source-resource")) {
            throw Errors.of(
                    "InvalidRequest",
                    "This image is managed by AWS Backup and cannot be deleted via EC2 APIs. To delete this image,"
                            + " please use the Backup service");
        }
        String protection = image.image().deregistrationProtection();
        boolean isProtected = protection != null && protection.startsWith("enabled");
        if (isProtected || call.now().isBefore(image.protectedUntil())) {
            throw Errors.of(
                    "OperationNotPermitted",
                    "The image '" + image.id() + "' is protected from deregistration. Disable its deregistration"
                            + " protection first.");
        }
    }

    private String deleteSnapshot(String id) {
        EbsSnapshot snapshot = call.store().snapshots().get(id);
        if (snapshot == null || !snapshot.ownedBy(call.account())) {
            return "client-error";
        }
        if (call.store().holdersOf(id).findAny().isPresent()) {
            return "skipped";
        }
        if (!call.permit("DeleteSnapshot").on(snapshot).isGiven()) {
            return "missing-permissions";
        }
        new Snapshots(call).remove(snapshot);
        return "success";
    }

    DisableImageResponse disable(DisableImageRequest request) {
        Ami image = owned(request.imageId());
        call.permit("DisableImage").on(image).check();
        if (!image.is(ImageState.AVAILABLE)) {
            throw Errors.unavailableImage(image.id());
        }
        call.endDryRun(request.dryRun());
        image.permissions().clear();
        image.become(ImageState.DISABLED);
        return DisableImageResponse.builder().returnValue(true).build();
    }

    EnableImageResponse enable(EnableImageRequest request) {
        Ami image = owned(request.imageId());
        call.permit("EnableImage").on(image).check();
        if (!image.is(ImageState.DISABLED)) {
            throw Errors.of("IncorrectState", "The image '" + image.id() + "' is not disabled");
        }
        call.endDryRun(request.dryRun());
        image.become(ImageState.AVAILABLE);
        return EnableImageResponse.builder().returnValue(true).build();
    }

    EnableImageDeprecationResponse deprecate(EnableImageDeprecationRequest request) {
        Ami image = owned(request.imageId());
        call.permit("EnableImageDeprecation").on(image).check();
        Instant time = request.deprecateAt();
        if (time == null) {
            throw Errors.missing("DeprecateAt");
        }
        if (!time.isAfter(call.now())) {
            throw Errors.invalidValue("The deprecation time must be in the future");
        }
        if (time.isAfter(call.now().plus(Duration.ofDays(3653)))) {
            throw Errors.invalidValue("The deprecation time must not be later than 10 years from now");
        }
        call.endDryRun(request.dryRun());
        Instant rounded = time.plusSeconds(30).truncatedTo(ChronoUnit.MINUTES);
        image.change(image.image().toBuilder()
                .deprecationTime(Resource.timestamp(rounded))
                .build());
        return EnableImageDeprecationResponse.builder().returnValue(true).build();
    }

    DisableImageDeprecationResponse undeprecate(DisableImageDeprecationRequest request) {
        Ami image = owned(request.imageId());
        call.permit("DisableImageDeprecation").on(image).check();
        call.endDryRun(request.dryRun());
        image.change(image.image().toBuilder().deprecationTime(null).build());
        return DisableImageDeprecationResponse.builder().returnValue(true).build();
    }

    EnableImageDeregistrationProtectionResponse protect(EnableImageDeregistrationProtectionRequest request) {
        Ami image = owned(request.imageId());
        call.permit("EnableImageDeregistrationProtection").on(image).check();
        call.endDryRun(request.dryRun());
        boolean withCooldown = Boolean.TRUE.equals(request.withCooldown());
        image.change(image.image().toBuilder()
                .deregistrationProtection(withCooldown ? PROTECTED_WITH_COOLDOWN : PROTECTED)
                .build());
        return EnableImageDeregistrationProtectionResponse.builder()
                .returnValue("true")
                .build();
    }

    DisableImageDeregistrationProtectionResponse unprotect(DisableImageDeregistrationProtectionRequest request) {
        Ami image = owned(request.imageId());
        call.permit("DisableImageDeregistrationProtection").on(image).check();
        call.endDryRun(request.dryRun());
        if (PROTECTED_WITH_COOLDOWN.equals(image.image().deregistrationProtection())) {
            image.protectedUntil(call.now().plus(COOLDOWN));
        }
        image.change(
                image.image().toBuilder().deregistrationProtection("disabled").build());
        return DisableImageDeregistrationProtectionResponse.builder()
                .returnValue("true")
                .build();
    }

    /** An image that the caller sees; {@code AuthFailure} where it is somebody else's and not shared. */
    Ami visible(@Nullable String id) {
        Ami image = known(id);
        if (!call.ec2().visibility().mayLaunch(image, call.account())) {
            throw Errors.unauthorizedImage(image.id());
        }
        return image;
    }

    /** An image that the caller owns. */
    Ami owned(@Nullable String id) {
        Ami image = known(id);
        if (!image.ownedBy(call.account())) {
            throw Errors.of("AuthFailure", "Not authorized for image:" + image.id());
        }
        return image;
    }

    private Ami known(@Nullable String id) {
        String given = Errors.required(id, "ImageId");
        checkId(given);
        Ami image = call.store().images().get(given);
        if (image == null || !call.ec2().visibility().hasBeenHeardOf(image)) {
            throw Errors.unknownImages(List.of(given));
        }
        return image;
    }

    private boolean isVisible(Ami image) {
        return call.ec2().visibility().isVisible(image, call.account());
    }

    private static void checkId(String id) {
        if (!id.matches("ami-([0-9a-f]{8}|[0-9a-f]{17})")) {
            throw Errors.of("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
        }
    }
}
