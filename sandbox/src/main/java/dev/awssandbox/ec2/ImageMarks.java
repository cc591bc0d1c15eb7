package dev.awssandbox.ec2;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttachImageWatermarkRequest;
import software.amazon.awssdk.services.ec2.model.AttachImageWatermarkResponse;
import software.amazon.awssdk.services.ec2.model.DetachImageWatermarkRequest;
import software.amazon.awssdk.services.ec2.model.DetachImageWatermarkResponse;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.ImageWatermark;
import software.amazon.awssdk.services.ec2.model.InstanceTypeItem;
import software.amazon.awssdk.services.ec2.model.InstanceTypeSpecification;
import software.amazon.awssdk.services.ec2.model.InstanceTypeSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceImageInstanceTypeSpecificationRequest;
import software.amazon.awssdk.services.ec2.model.ReplaceImageInstanceTypeSpecificationResponse;

/**
 * What is written on an image after it was made: watermarks, which every image made of it by CopyImage bears, too, and the instance types
 * that it may be launched on. RegisterImage knows neither (aws-facts 0, where the rest of the rules here is not: error codes and the form
 * of names are the stricter reading).
 */
final class ImageMarks {
    private static final int LONGEST_NAME = 128;

    private final Call call;

    ImageMarks(Call call) {
        this.call = call;
    }

    AttachImageWatermarkResponse attach(AttachImageWatermarkRequest request) {
        Ami image = new Images(call).owned(request.imageId());
        call.permit("AttachImageWatermark").on(image).check();
        String name = Errors.required(request.watermarkName(), "WatermarkName");
        if (name.length() > LONGEST_NAME || name.contains(":")) {
            throw Errors.invalidValue("Value (" + name + ") for parameter WatermarkName is invalid.");
        }
        if (!image.is(ImageState.AVAILABLE)) {
            throw Errors.unavailableImage(image.id());
        }
        if (image.isPublic()) {
            throw Errors.of("OperationNotPermitted", "Watermarks are for private images; " + image.id() + " is public");
        }
        String key = call.account() + ":" + name;
        if (marks(image).anyMatch(mark -> key.equals(mark.watermarkKey()))) {
            throw Errors.invalidValue("The watermark " + key + " is attached to " + image.id() + " already");
        }
        call.endDryRun(request.dryRun());
        List<ImageWatermark> marks = new ArrayList<>(image.image().imageWatermarks());
        marks.add(ImageWatermark.builder()
                .watermarkKey(key)
                .sourceImageId(image.id())
                .sourceImageRegion(image.region())
                .sourceImageCreationTime(Instant.parse(image.image().creationDate()))
                .watermarkCreationTime(call.now())
                .build());
        image.change(image.image().toBuilder().imageWatermarks(marks).build());
        return AttachImageWatermarkResponse.builder().watermarkKey(key).build();
    }

    DetachImageWatermarkResponse detach(DetachImageWatermarkRequest request) {
        Ami image = new Images(call).owned(request.imageId());
        call.permit("DetachImageWatermark").on(image).check();
        String key = Errors.required(request.watermarkKey(), "WatermarkKey");
        List<ImageWatermark> others =
                marks(image).filter(mark -> !key.equals(mark.watermarkKey())).toList();
        if (others.size() == image.image().imageWatermarks().size()) {
            throw Errors.invalidValue("The watermark " + key + " is not attached to " + image.id());
        }
        call.endDryRun(request.dryRun());
        image.change(image.image().toBuilder().imageWatermarks(others).build());
        return DetachImageWatermarkResponse.builder().build();
    }

    private static Stream<ImageWatermark> marks(Ami image) {
        return image.image().imageWatermarks().stream();
    }

    /** None at all takes the specification away. */
    ReplaceImageInstanceTypeSpecificationResponse specify(ReplaceImageInstanceTypeSpecificationRequest request) {
        Ami image = new Images(call).owned(request.imageId());
        call.permit("ReplaceImageInstanceTypeSpecification").on(image).check();
        InstanceTypeSpecificationRequest wanted = request.instanceTypeSpecification();
        List<String> supported = wanted == null ? List.of() : wanted.supportedInstanceTypes();
        List<String> unsupported = wanted == null ? List.of() : wanted.unsupportedInstanceTypes();
        if (!supported.isEmpty() && !unsupported.isEmpty()) {
            throw Errors.combination("Name either SupportedInstanceTypes or UnsupportedInstanceTypes, not both");
        }
        Stream.concat(supported.stream(), unsupported.stream())
                .filter(type -> !type.matches("[a-z0-9*.-]+"))
                .findFirst()
                .ifPresent(type -> {
                    throw Errors.invalidValue("Invalid value '" + type + "' for InstanceType.");
                });
        call.endDryRun(request.dryRun());
        image.change(image.image().toBuilder()
                .instanceTypeSpecification(
                        supported.isEmpty() && unsupported.isEmpty() ? null : specification(supported, unsupported))
                .build());
        return ReplaceImageInstanceTypeSpecificationResponse.builder()
                .returnValue(true)
                .build();
    }

    private static InstanceTypeSpecification specification(List<String> supported, List<String> unsupported) {
        InstanceTypeSpecification.Builder specification = InstanceTypeSpecification.builder();
        if (!supported.isEmpty()) {
            specification.supportedInstanceTypes(items(supported));
        }
        if (!unsupported.isEmpty()) {
            specification.unsupportedInstanceTypes(items(unsupported));
        }
        return specification.build();
    }

    private static List<InstanceTypeItem> items(List<String> types) {
        return types.stream()
                .map(type -> InstanceTypeItem.builder().instanceType(type).build())
                .toList();
    }

    /** Refuses a launch on a type that the image is not for. */
    static void checkIsFor(Image image, String type) {
        @Nullable InstanceTypeSpecification specification = image.instanceTypeSpecification();
        if (specification == null) {
            return;
        }
        List<InstanceTypeItem> supported = specification.supportedInstanceTypes();
        boolean isLeftOut = !supported.isEmpty() && !names(supported, type);
        if (isLeftOut || names(specification.unsupportedInstanceTypes(), type)) {
            throw Errors.combination("The instance type '" + type + "' is not supported by the image '"
                    + image.imageId() + "', which says which instance types it is for.");
        }
    }

    private static boolean names(List<InstanceTypeItem> items, String type) {
        return items.stream()
                .map(item -> Pattern.quote(item.instanceType()).replace("*", "\\E.*\\Q"))
                .anyMatch(type::matches);
    }
}
