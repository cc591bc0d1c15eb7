package dev.amishare.ami;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageWatermark;
import software.amazon.awssdk.services.ec2.model.InstanceTypeItem;
import software.amazon.awssdk.services.ec2.model.InstanceTypeSpecification;
import software.amazon.awssdk.services.ec2.model.ProductCode;

/**
 * What DescribeImages says of an image, as far as it decides how machines boot from it and what they cost: what RegisterImage takes,
 * and what is compared afterwards. The UEFI variable store is not here: DescribeImages does not give it, and it may have 64 KB.
 *
 * @param deprecationTime when the image is hidden from others' listings
 * @param deregistrationProtection as EC2 writes it: {@code disabled}, {@code enabled-without-cooldown} …
 * @param watermarks the keys of its watermarks, {@code account:name}, sorted
 * @param instanceTypes which types EC2 lets it run on; where it says nothing, all
 */
public record ImageAttributes(
        @Nullable String name,
        @Nullable String description,
        @Nullable String architecture,
        @Nullable String virtualizationType,
        @Nullable String kernelId,
        @Nullable String ramdiskId,
        @Nullable String rootDeviceName,
        @Nullable String bootMode,
        @Nullable String tpmSupport,
        @Nullable String imdsSupport,
        @Nullable Boolean enaSupport,
        @Nullable String sriovNetSupport,
        @Nullable String platform,
        @Nullable String platformDetails,
        @Nullable String usageOperation,
        List<String> productCodes,
        List<Mapping> mappings,
        @Nullable Instant deprecationTime,
        @Nullable String deregistrationProtection,
        List<String> watermarks,
        @Nullable TypeSpecification instanceTypes) {
    /**
     * The instance types that EC2 lets an image run on, sorted; each may hold {@code *}.
     *
     * @param supported if there are any, no others
     */
    public record TypeSpecification(List<String> supported, List<String> unsupported) {
        public TypeSpecification {
            supported = List.copyOf(supported);
            unsupported = List.copyOf(unsupported);
        }

        static @Nullable TypeSpecification of(@Nullable InstanceTypeSpecification specification) {
            if (specification == null) {
                return null;
            }
            TypeSpecification read = new TypeSpecification(
                    types(specification.supportedInstanceTypes()), types(specification.unsupportedInstanceTypes()));
            return read.supported.isEmpty() && read.unsupported.isEmpty() ? null : read;
        }

        @Override
        public String toString() {
            return "supported " + supported + ", unsupported " + unsupported;
        }

        private static List<String> types(List<InstanceTypeItem> items) {
            return items.stream().map(InstanceTypeItem::instanceType).sorted().toList();
        }

        boolean permits(String type) {
            return (supported.isEmpty() || matches(supported, type)) && !matches(unsupported, type);
        }

        private static boolean matches(List<String> patterns, String type) {
            return patterns.stream()
                    .anyMatch(pattern -> type.matches("\\Q" + pattern.replace("*", "\\E.*\\Q") + "\\E"));
        }
    }

    public ImageAttributes {
        watermarks = List.copyOf(watermarks);
        productCodes = List.copyOf(productCodes);
        mappings = List.copyOf(mappings);
    }

    /** The attributes as DescribeImages gives them. */
    public static ImageAttributes of(Image image) {
        return new ImageAttributes(
                image.name(),
                image.description(),
                image.architectureAsString(),
                image.virtualizationTypeAsString(),
                image.kernelId(),
                image.ramdiskId(),
                image.rootDeviceName(),
                image.bootModeAsString(),
                image.tpmSupportAsString(),
                image.imdsSupportAsString(),
                image.enaSupport(),
                image.sriovNetSupport(),
                image.platformAsString(),
                image.platformDetails(),
                image.usageOperation(),
                image.productCodes().stream()
                        .map(ProductCode::productCodeId)
                        .filter(Objects::nonNull)
                        .toList(),
                image.blockDeviceMappings().stream().map(Mapping::of).toList(),
                time(image.deprecationTime()),
                image.deregistrationProtection(),
                image.imageWatermarks().stream()
                        .map(ImageWatermark::watermarkKey)
                        .filter(Objects::nonNull)
                        .sorted()
                        .toList(),
                TypeSpecification.of(image.instanceTypeSpecification()));
    }

    /** The same, never deprecated. */
    public ImageAttributes withoutDeprecation() {
        return with(null, watermarks, instanceTypes);
    }

    /** The same, with what can be changed on an image at any time as it is on {@code other}. */
    public ImageAttributes withChangeable(ImageAttributes other) {
        return with(deprecationTime, other.watermarks, other.instanceTypes);
    }

    /** The same, with this specification of instance types. */
    public ImageAttributes withInstanceTypes(TypeSpecification specification) {
        return with(deprecationTime, watermarks, specification);
    }

    private ImageAttributes with(
            @Nullable Instant newDeprecation, List<String> newWatermarks, @Nullable TypeSpecification newTypes) {
        return new ImageAttributes(
                name,
                description,
                architecture,
                virtualizationType,
                kernelId,
                ramdiskId,
                rootDeviceName,
                bootMode,
                tpmSupport,
                imdsSupport,
                enaSupport,
                sriovNetSupport,
                platform,
                platformDetails,
                usageOperation,
                productCodes,
                mappings,
                newDeprecation,
                deregistrationProtection,
                newWatermarks,
                newTypes);
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null || text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** The snapshots that volumes start from, each once, in the order of the mappings. */
    public List<String> snapshots() {
        Set<String> distinct = new LinkedHashSet<>();
        mappings.forEach(mapping -> mapping.snapshot().ifPresent(distinct::add));
        return List.copyOf(distinct);
    }

    /** Whether somebody charges for it: then only CopyImage is sure to keep the billing codes. */
    public boolean isLicensed() {
        boolean plain = usageOperation == null || usageOperation.equals("RunInstances");
        boolean windows = platform != null && usageOperation == null;
        return !plain || windows || !productCodes.isEmpty();
    }

    /** Whether the image may carry UEFI variables, which only DescribeImageAttribute shows. */
    public boolean mayHaveUefiData() {
        return bootMode != null && bootMode.startsWith("uefi");
    }
}
