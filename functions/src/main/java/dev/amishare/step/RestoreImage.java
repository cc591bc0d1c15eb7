package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Tags;
import dev.amishare.aws.Regional;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * Brings a committed image back into the shape in which it was committed, whatever has happened to it since: enables it, puts our tags
 * back on it and its snapshots, and sets the tags that this request asks for. A step of its own, since all later ones change only what
 * bears our tag, and since who was shared with before needs the image, too. (Its launch permissions, which AWS drops when an image is
 * disabled, {@link AddLaunchPermission} adds again.)
 *
 * <p>Safe to repeat: it looks twice at most, and writes only what is missing. What it has mended, undo leaves mended.
 */
public final class RestoreImage {
    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;

    /** The committed image. */
    public record Input(RegionPlan plan, SharedImage image, String execution) {}

    /**
     * What was done.
     *
     * @param restored a line each; empty as a rule
     */
    public record Output(List<String> restored) {}

    public RestoreImage(Ledger ledger, Regional<Ec2Client> ec2) {
        this.ledger = ledger;
        this.ec2 = ec2;
    }

    public Output run(Input input) {
        RegionPlan plan = input.plan();
        Share share = ledger.held(new ShareId(plan.keyArn(), plan.imageName()), input.execution());
        String imageId = input.image().imageId();
        Committed committed = share.committed()
                .filter(c -> c.imageId().equals(imageId))
                .orElseThrow(() -> new NotShareable("Image " + imageId + " in " + plan.region()
                        + " is not what the ledger holds as " + share.id()
                        + ", so it is not changed. Start the same request again."));
        Ec2Client client = ec2.in(plan.region());
        Images images = new Images(client, plan.region());
        Image image = images.find(imageId)
                .orElseThrow(
                        () -> new AwsUnavailable(
                                "Image " + imageId + " in " + plan.region()
                                        + " is gone, or AWS does not show it. Start the same request again: if it is gone, it is made anew."));
        List<String> restored = new ArrayList<>();
        putTagsBack(client, images, committed, image, restored);
        if (image.state() == ImageState.DISABLED) {
            client.enableImage(r -> r.imageId(imageId));
            restored.add("image " + imageId + " was disabled and is enabled");
        }
        setRequestedTags(client, plan, image, restored);
        return new Output(restored);
    }

    private static void putTagsBack(
            Ec2Client client, Images images, Committed committed, Image image, List<String> restored) {
        List<String> ofImage = OurTags.ofImage(committed).putBack(client, image.imageId(), image.tags());
        note(restored, image.imageId(), ofImage);
        Map<String, SharedSnapshot> copies = committed.snapshots().stream()
                .filter(SharedSnapshot::isCopy)
                .collect(Collectors.toMap(SharedSnapshot::snapshotId, s -> s, (one, same) -> one, LinkedHashMap::new));
        for (Snapshot snapshot : images.standing(copies.keySet())) {
            SharedSnapshot copy = Objects.requireNonNull(copies.get(snapshot.snapshotId()));
            List<String> ofSnapshot = OurTags.ofSnapshot(committed.sourceImageId(), copy)
                    .putBack(client, snapshot.snapshotId(), snapshot.tags());
            note(restored, snapshot.snapshotId(), ofSnapshot);
        }
    }

    private static void note(List<String> restored, String resourceId, List<String> keys) {
        if (!keys.isEmpty()) {
            restored.add(
                    "tags " + String.join(", ", keys) + " of " + resourceId + " were gone or changed and are back");
        }
    }

    /** Only the request's own: what the source bears, or somebody has written on the image since, is not this request's to change. */
    private static void setRequestedTags(Ec2Client client, RegionPlan plan, Image image, List<String> restored) {
        Map<String, String> wanted = new LinkedHashMap<>(plan.tags());
        wanted.keySet().retainAll(plan.requestedTags());
        wanted.keySet().removeIf(Tags::isReserved);
        for (Tag tag : image.tags()) {
            wanted.remove(tag.key(), tag.value());
        }
        try {
            OurTags.put(client, image.imageId(), wanted);
        } catch (Ec2Exception e) {
            if (!Images.isCode(e, "TagLimitExceeded")) {
                throw e;
            }
            throw new NotShareable("Image " + image.imageId() + " in " + plan.region()
                    + " has no room for the tags " + String.join(", ", wanted.keySet())
                    + ": AWS allows 50. Remove some of its tags, or leave tags out of the request.");
        }
        if (!wanted.isEmpty()) {
            restored.add("tags " + String.join(", ", wanted.keySet()) + " of " + image.imageId()
                    + " are set as the request asks");
        }
    }
}
