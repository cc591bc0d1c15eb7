package dev.amishare.ami;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** The request that registers an image like the source from other snapshots. */
public final class Registration {
    private Registration() {}

    /**
     * Everything that DescribeImages gives and RegisterImage takes. What the source does not say is not said: EC2's defaults were the
     * source's, too, but for architecture and virtualization type, which every image has.
     *
     * @param copies source snapshot id → the snapshot to register in its place
     * @param uefiData the source's UEFI variables, if it has any
     */
    public static RegisterImageRequest request(
            RegionPlan plan, Map<String, String> copies, @Nullable String uefiData, String execution) {
        ImageAttributes source = plan.source();
        return RegisterImageRequest.builder()
                .name(plan.imageName())
                .description(ImageDescription.of(plan.sourceImageId(), plan.sourceRegion(), source.description()))
                .architecture(source.architecture())
                .virtualizationType(source.virtualizationType())
                .kernelId(source.kernelId())
                .ramdiskId(source.ramdiskId())
                .rootDeviceName(source.rootDeviceName())
                .bootMode(source.bootMode())
                .tpmSupport(source.tpmSupport())
                .imdsSupport(source.imdsSupport())
                .enaSupport(source.enaSupport())
                .sriovNetSupport(source.sriovNetSupport())
                .uefiData(uefiData)
                .blockDeviceMappings(source.mappings().stream()
                        .map(mapping -> mapping.toRegister(
                                mapping.snapshot().map(id -> copyOf(id, copies)).orElse(null)))
                        .toList())
                .tagSpecifications(TagSpecification.builder()
                        .resourceType(ResourceType.IMAGE)
                        .tags(Tags.ofImage(plan, execution))
                        .build())
                .build();
    }

    private static String copyOf(String snapshotId, Map<String, String> copies) {
        String copy = copies.get(snapshotId);
        if (copy == null) {
            throw new IllegalArgumentException("no copy of " + snapshotId + " among " + copies);
        }
        return copy;
    }
}
