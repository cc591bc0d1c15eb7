package dev.amishare.step;

import dev.amishare.ami.Differences;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ImageAttributes.TypeSpecification;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.Mapping;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Registration;
import dev.amishare.ami.Tags;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageAttributeName;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * Registers the shared image from the copies, or takes the one that CopyImage has made, and compares it with its source: whatever way
 * the image came about, it goes on only if it is as its source.
 *
 * <p>A name is unique in an account and Region, which makes this step safe to repeat: if the name is taken, by what an earlier try of
 * the same execution made from the same snapshots, that is the image; if by anything else, nothing of it is touched.
 */
public final class RegisterAmi {
    /** The copies to register: none where a whole image was copied, or where nothing needs to be. */
    public record Input(RegionPlan plan, List<WaitForCompletion.Copy> copies, String execution) {}

    /** The shared image, not yet shared with anybody. */
    public record Output(String imageId, List<SharedSnapshot> snapshots) {}

    private final Regional<Ec2Client> ec2;
    private final Ledger ledger;

    public RegisterAmi(Regional<Ec2Client> ec2, Ledger ledger) {
        this.ec2 = ec2;
        this.ledger = ledger;
    }

    /** Registers the image unless it is there, and compares it with its source. */
    public Output run(Input input) {
        RegionPlan plan = input.plan();
        ledger.held(new ShareId(plan.keyArn(), plan.imageName()), input.execution());
        String uefiData =
                plan.source().mayHaveUefiData() ? uefiData(ec2.in(plan.sourceRegion()), plan.sourceImageId()) : null;
        Ec2Client client = ec2.in(plan.region());
        Image image =
                plan.way() == Way.COPY_IMAGE ? imageOfThatName(client, input) : registered(client, input, uefiData);
        List<String> differences = new ArrayList<>(Differences.between(plan.source(), specified(client, plan, image)));
        if (uefiData != null && !uefiData.equals(uefiData(client, image.imageId()))) {
            differences.add("uefiData: differs from the source's");
        }
        if (!differences.isEmpty()) {
            throw new AttributesLost("Image " + image.imageId() + " in " + plan.region() + ", made of "
                    + plan.sourceImageId() + ", differs from it: " + String.join("; ", differences)
                    + ". Nothing of it is kept. " + advice(plan.way()));
        }
        Output output = new Output(image.imageId(), snapshots(plan.source(), image));
        if (plan.way() == Way.COPY_IMAGE) {
            tagSnapshots(client, input, output.snapshots());
        }
        return output;
    }

    private Image registered(Ec2Client client, Input input, @Nullable String uefiData) {
        RegisterImageRequest request = Registration.request(input.plan(), sources(input), uefiData, input.execution());
        try {
            String imageId = client.registerImage(request).imageId();
            return client.describeImages(
                            DescribeImagesRequest.builder().imageIds(imageId).build())
                    .images()
                    .get(0);
        } catch (Ec2Exception e) {
            if (e.awsErrorDetails().errorCode().equals("InvalidAMIName.Duplicate")) {
                return imageOfThatName(client, input);
            }
            throw e;
        }
    }

    /**
     * The image's attributes, with the source's specification of instance types applied: RegisterImage takes none. EC2 may show it late,
     * so it is Verify that looks at what came of it.
     */
    private static ImageAttributes specified(Ec2Client client, RegionPlan plan, Image image) {
        ImageAttributes made = ImageAttributes.of(image);
        TypeSpecification wanted = plan.source().instanceTypes();
        if (wanted == null || wanted.equals(made.instanceTypes())) {
            return made;
        }
        client.replaceImageInstanceTypeSpecification(replace -> replace.imageId(image.imageId())
                .instanceTypeSpecification(types -> types.supportedInstanceTypes(orNone(wanted.supported()))
                        .unsupportedInstanceTypes(orNone(wanted.unsupported()))));
        return made.withInstanceTypes(wanted);
    }

    private static @Nullable List<String> orNone(List<String> types) {
        return types.isEmpty() ? null : types;
    }

    /** Source snapshot → the snapshot to register in its place. */
    private static Map<String, String> sources(Input input) {
        Map<String, String> snapshots = new LinkedHashMap<>();
        if (input.plan().way() == Way.SAME_SNAPSHOTS) {
            input.plan().source().snapshots().forEach(id -> snapshots.put(id, id));
        } else {
            input.copies()
                    .forEach(copy -> snapshots.put(
                            Objects.requireNonNull(copy.sourceSnapshotId()),
                            Objects.requireNonNull(copy.snapshotId())));
        }
        return snapshots;
    }

    private static Image imageOfThatName(Ec2Client client, Input input) {
        RegionPlan plan = input.plan();
        Image image = client
                .describeImages(DescribeImagesRequest.builder()
                        .owners("self")
                        .includeDisabled(true)
                        .filters(Filter.builder()
                                .name("name")
                                .values(plan.imageName())
                                .build())
                        .build())
                .images()
                .stream()
                .findFirst()
                .orElseThrow(() -> new AwsUnavailable("AWS says that the name " + plan.imageName() + " is taken in "
                        + plan.region() + " but does not show by which image. Start again later."));
        Optional<String> madeBy = image.tags().stream()
                .filter(tag -> tag.key().equals(ManagedTags.EXECUTION))
                .map(Tag::value)
                .findFirst();
        boolean sameSnapshots = plan.way() == Way.COPY_IMAGE
                || List.copyOf(sources(input).values())
                        .containsAll(ImageAttributes.of(image).snapshots());
        if (madeBy.equals(Optional.of(input.execution())) && sameSnapshots) {
            return image;
        }
        throw new NotShareable(
                "The name " + plan.imageName() + " is taken in " + plan.region() + " by " + image.imageId()
                        + ", which this execution did not make. Ask for another name, or deregister that image.");
    }

    private static @Nullable String uefiData(Ec2Client client, String imageId) {
        return Optional.ofNullable(client.describeImageAttribute(DescribeImageAttributeRequest.builder()
                                .imageId(imageId)
                                .attribute(ImageAttributeName.UEFI_DATA)
                                .build())
                        .uefiData())
                .map(attribute -> attribute.value())
                .filter(value -> !value.isEmpty())
                .orElse(null);
    }

    /** Which snapshot stands where which of the source stood. */
    private static List<SharedSnapshot> snapshots(ImageAttributes source, Image image) {
        List<SharedSnapshot> snapshots = new ArrayList<>();
        List<Mapping> shared = ImageAttributes.of(image).mappings();
        for (int i = 0; i < source.mappings().size(); i++) {
            Optional<String> from = source.mappings().get(i).snapshot();
            Optional<String> to = shared.get(i).snapshot();
            if (from.isPresent() && to.isPresent()) {
                snapshots.add(new SharedSnapshot(shared.get(i).deviceName(), from.get(), to.get()));
            }
        }
        return snapshots;
    }

    /** CopyImage gives all snapshots the same tags; here each gets its own. */
    private static void tagSnapshots(Ec2Client client, Input input, List<SharedSnapshot> snapshots) {
        Map<String, List<Tag>> tags = new LinkedHashMap<>();
        snapshots.forEach(snapshot -> tags.put(
                snapshot.snapshotId(), Tags.ofSnapshot(input.plan(), snapshot.sourceSnapshotId(), input.execution())));
        tags.forEach((id, own) -> client.createTags(
                CreateTagsRequest.builder().resources(id).tags(own).build()));
    }

    private static String advice(Way way) {
        return way == Way.COPY_IMAGE
                ? "AWS made the copy, so ask AWS Support."
                : "If it was its licence that got lost, make a new image of an instance of the source, and share that one.";
    }
}
