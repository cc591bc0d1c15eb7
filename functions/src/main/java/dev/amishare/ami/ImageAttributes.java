package dev.amishare.ami;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ProductCode;

/**
 * What DescribeImages says of an image, as far as it decides how machines boot from it and what they cost: what RegisterImage takes,
 * and what is compared afterwards. The UEFI variable store is not here: DescribeImages does not give it, and it may have 64 KB.
 *
 * @param deprecationTime when the image is hidden from others' listings
 * @param deregistrationProtection as EC2 writes it: {@code disabled}, {@code enabled-without-cooldown} …
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
        @Nullable String deregistrationProtection) {
    public ImageAttributes {
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
                image.deregistrationProtection());
    }

    /** The same, never deprecated. */
    public ImageAttributes withoutDeprecation() {
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
                null,
                deregistrationProtection);
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
