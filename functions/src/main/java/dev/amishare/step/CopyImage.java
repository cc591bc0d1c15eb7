package dev.amishare.step;

import dev.amishare.ami.Digest;
import dev.amishare.ami.ImageDescription;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Tags;
import dev.amishare.aws.Regional;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.List;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CopyImageRequest;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * Starts the copy of a whole image, encrypted under the share key, and does not wait for it: the way of licensed images, whose billing
 * codes only CopyImage is sure to keep, and of images that somebody else owns.
 *
 * <p>The ClientToken makes it safe to repeat: the same execution always gets the same copy.
 */
public final class CopyImage {
    private static final int TOKEN_BYTES = 32;

    /** The image to copy. */
    public record Input(RegionPlan plan, String execution) {}

    /** The copy that was started; its snapshots are known once it is done ({@link RegisterAmi}). */
    public record Output(String imageId, List<SharedSnapshot> snapshots) {}

    private final Regional<Ec2Client> ec2;
    private final Ledger ledger;

    public CopyImage(Regional<Ec2Client> ec2, Ledger ledger) {
        this.ec2 = ec2;
        this.ledger = ledger;
    }

    /** Starts the copy, or finds the one that was started before. */
    public Output run(Input input) {
        RegionPlan plan = input.plan();
        ledger.held(new ShareId(plan.keyArn(), plan.imageName()), input.execution());
        CopyImageRequest request = CopyImageRequest.builder()
                .clientToken(Digest.of(input.execution() + " " + plan.region() + " " + plan.imageName(), TOKEN_BYTES))
                .sourceRegion(plan.sourceRegion())
                .sourceImageId(plan.sourceImageId())
                .name(plan.imageName())
                .description(ImageDescription.of(
                        plan.sourceImageId(), plan.sourceRegion(), plan.source().description()))
                .encrypted(true)
                .kmsKeyId(plan.keyArn())
                .tagSpecifications(
                        TagSpecification.builder()
                                .resourceType(ResourceType.IMAGE)
                                .tags(Tags.ofImage(plan, input.execution()))
                                .build(),
                        TagSpecification.builder()
                                .resourceType(ResourceType.SNAPSHOT)
                                .tags(Tags.ofSnapshots(plan, input.execution()))
                                .build())
                .build();
        return new Output(ec2.in(plan.region()).copyImage(request).imageId(), List.of());
    }
}
