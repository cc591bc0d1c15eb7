package dev.amishare.ami;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
}
