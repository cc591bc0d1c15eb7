package dev.amishare.step;

import dev.amishare.ami.Differences;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ImageAttributes.TypeSpecification;
import dev.amishare.ami.Mapping;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Registration;
import dev.amishare.ami.Tags;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.error.AmiShareException;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageAttributeName;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * Registers the shared image from the copies, or takes the one that CopyImage has made, and compares it with its source: whatever way
 * the image came about, it goes on only if it is as its source.
 *
 * <p>The id that AWS returned is written into the claim, and from then on that is the image. A name is unique in an account and Region,
 * so that an id that never came mostly costs nothing: if the name is taken by an image of exactly the copies that the claim has made, that is
 * the image; if by anything else, nothing of it is touched. An image of snapshots that were there before the claim anybody may have registered,
 * so it is named and left. The copy of a whole image is known by its id alone.
 */
public final class RegisterAmi {
    /**
     * What to register.
     *
     * @param copies none where a whole image was copied, or where nothing needs to be; those of a former image of the same source, where
     *     that one is gone and they stand
     */
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
        ShareId id = new ShareId(plan.keyArn(), plan.imageName());
        Share share = ledger.held(id, input.execution());
        String uefiData =
                plan.source().mayHaveUefiData() ? uefiData(ec2.in(plan.sourceRegion()), plan.sourceImageId()) : null;
        Ec2Client client = ec2.in(plan.region());
        Image image = image(client, input, share, uefiData);
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
        if (isCopied(input)) {
            recordSnapshots(id, input.execution(), output.snapshots());
            tagSnapshots(client, input, output.snapshots());
        }
        return output;
    }

    /** Whether EC2 has copied the whole image for this claim. */
    private static boolean isCopied(Input input) {
        return input.plan().way() == Way.COPY_IMAGE && input.copies().isEmpty();
    }

    private Image image(Ec2Client client, Input input, Share share, @Nullable String uefiData) {
        Optional<String> made = share.claim().orElseThrow().made().imageId();
        if (made.isPresent()) {
            return described(client, made.get());
        }
        if (isCopied(input)) {
            throw new NotShareable("The claim of " + input.execution() + " on " + share.id()
                    + " holds no image, though CopyImage has answered. Start the same request again.");
        }
        Map<String, String> sources = sources(input);
        if (input.plan().way() != Way.SAME_SNAPSHOTS) {
            new Former(client, input.plan().region()).prepare(share, sources.values());
        }
        return registered(
                client, input, share, Registration.request(input.plan(), sources, uefiData, input.execution()));
    }

    private Image registered(Ec2Client client, Input input, Share share, RegisterImageRequest request) {
        String imageId;
        try {
            imageId = client.registerImage(request).imageId();
        } catch (Ec2Exception e) {
            if (!Images.isCode(e, "InvalidAMIName.Duplicate")) {
                throw e;
            }
            imageId = unanswered(client, input, share).imageId();
        }
        ledger.recordImage(share.id(), input.execution(), imageId);
        return described(client, imageId);
    }

    private static Image described(Ec2Client client, String imageId) {
        return client.describeImages(r -> r.imageIds(imageId)).images().get(0);
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

    /** The image that has the name, if an earlier try has made it of these snapshots. */
    private static Image unanswered(Ec2Client client, Input input, Share share) {
        RegionPlan plan = input.plan();
        Set<String> wanted = Set.copyOf(sources(input).values());
        Made made = share.claim().orElseThrow().made();
        List<Made.Copy> copies = made.copies().stream()
                .filter(copy -> wanted.contains(copy.snapshotId()))
                .toList();
        Unanswered unanswered = new Unanswered(client, share);
        return unanswered
                .image(copies)
                .filter(image -> wanted.equals(Set.copyOf(Images.snapshotIds(image))))
                .orElseThrow(() -> unanswered.doubtful().stream()
                        .findFirst()
                        .<AmiShareException>map(image -> doubtful(image, plan))
                        .orElseGet(() -> taken(client, plan)));
    }

    private static NotShareable doubtful(Image image, RegionPlan plan) {
        return new NotShareable("The name " + plan.imageName() + " is taken in " + plan.region() + " by "
                + image.imageId()
                + ", which is of the same snapshots. It may be this execution's, if AWS registered it and"
                + " its answer never came, or somebody else's: nothing tells which, so it is neither shared nor removed."
                + " Deregister it if nobody needs it, then start again; or ask for another name.");
    }

    private static AmiShareException taken(Ec2Client client, RegionPlan plan) {
        return Images.named(client, plan.imageName()).stream()
                .findFirst()
                .<AmiShareException>map(image -> new NotShareable("The name " + plan.imageName() + " is taken in "
                        + plan.region() + " by " + image.imageId()
                        + ", which this execution did not make. Ask for another name, or deregister that image."))
                .orElseGet(() -> new AwsUnavailable("AWS says that the name " + plan.imageName() + " is taken in "
                        + plan.region() + " but does not show by which image. Start again later."));
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

    /** Undo could read them off the image, but only as long as that is there. */
    private void recordSnapshots(ShareId id, String execution, List<SharedSnapshot> snapshots) {
        ledger.recordCopies(
                id,
                execution,
                snapshots.stream()
                        .map(s -> new Made.Copy(s.snapshotId(), Optional.of(s.sourceSnapshotId())))
                        .toList());
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
