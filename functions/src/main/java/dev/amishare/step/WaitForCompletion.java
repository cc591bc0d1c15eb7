package dev.amishare.step;

import dev.amishare.ami.Progress;
import dev.amishare.ami.RegionPlan;
import dev.amishare.aws.Regional;
import dev.amishare.error.AmiShareException;
import dev.amishare.error.CopyFailed;
import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/**
 * Looks once at all copies of the Region, and says when to look again; the state machine does the waiting, which may take days. Also
 * the place where a copy's failure is thrown, be it that it ended in an error, or that it could not be started: the Map that starts
 * copies returns errors, so that none is abandoned in flight.
 *
 * <p>Only reads, so it may be repeated.
 */
public final class WaitForCompletion {
    /**
     * The copies under way.
     *
     * @param image the copy of a whole image, on that way
     * @param previous what this step has answered the last time
     * @param at the time it is
     */
    public record Input(
            RegionPlan plan, List<Copy> copies, @Nullable CopiedImage image, @Nullable Output previous, Instant at) {}

    /** What became of the start of a copy: it has an id, or an error. */
    public record Copy(
            @Nullable String sourceSnapshotId,
            @Nullable String snapshotId,
            @Nullable String error,
            @Nullable String cause) {}

    /** What {@link CopyImage} has answered. */
    public record CopiedImage(String imageId, List<SharedSnapshot> snapshots) {}

    /** Whether all is done; if not, when to look again, and how far each copy is. */
    public record Output(boolean done, int waitSeconds, List<Progress> copies) {}

    private final Regional<Ec2Client> ec2;

    public WaitForCompletion(Regional<Ec2Client> ec2) {
        this.ec2 = ec2;
    }

    /** Looks at all copies. */
    public Output run(Input input) {
        input.copies().forEach(WaitForCompletion::throwIfNotStarted);
        CopiedImage image = input.image();
        if (image != null) {
            return lookAtImage(input, image.imageId());
        }
        return lookAtSnapshots(
                input, input.copies().stream().map(Copy::snapshotId).toList());
    }

    private Output lookAtImage(Input input, String imageId) {
        Image image = ec2.in(input.plan().region())
                .describeImages(
                        DescribeImagesRequest.builder().imageIds(imageId).build())
                .images()
                .get(0);
        if (image.state() == ImageState.AVAILABLE) {
            return new Output(true, 0, List.of());
        } else if (image.state() != ImageState.PENDING) {
            throw new CopyFailed(
                    "The copy " + imageId + " of image " + input.plan().sourceImageId() + " in "
                            + input.plan().region() + " ended as " + image.stateAsString() + ": "
                            + (image.stateReason() == null
                                    ? "AWS gives no reason"
                                    : image.stateReason().message()) + ". "
                            + advice(input.plan()));
        }
        List<String> snapshots = image.blockDeviceMappings().stream()
                .filter(mapping -> mapping.ebs() != null && mapping.ebs().snapshotId() != null)
                .map(mapping -> mapping.ebs().snapshotId())
                .toList();
        Output ofSnapshots = lookAtSnapshots(input, snapshots);
        // Its snapshots are done, but the image is not quite yet.
        return ofSnapshots.done() ? new Output(false, 5, ofSnapshots.copies()) : ofSnapshots;
    }

    private Output lookAtSnapshots(Input input, List<String> ids) {
        if (ids.isEmpty()) {
            return new Output(true, 0, List.of());
        }
        List<Snapshot> snapshots = ec2.in(input.plan().region())
                .describeSnapshots(
                        DescribeSnapshotsRequest.builder().snapshotIds(ids).build())
                .snapshots();
        snapshots.forEach(snapshot -> throwIfFailed(snapshot, input.plan()));
        List<Progress> progress = snapshots.stream()
                .map(snapshot -> Progress.of(snapshot, input.at(), before(input, snapshot.snapshotId())))
                .toList();
        Optional<Duration> wait = snapshots.stream()
                .filter(snapshot -> snapshot.state() != SnapshotState.COMPLETED)
                .map(snapshot -> progress.get(snapshots.indexOf(snapshot)).nextLook(input.at()))
                .max(Duration::compareTo);
        return new Output(
                wait.isEmpty(), Math.toIntExact(wait.orElse(Duration.ZERO).toSeconds()), progress);
    }

    private static Optional<Progress> before(Input input, String snapshotId) {
        return Optional.ofNullable(input.previous()).flatMap(output -> output.copies().stream()
                .filter(progress -> progress.snapshotId().equals(snapshotId))
                .findFirst());
    }

    private static void throwIfFailed(Snapshot snapshot, RegionPlan plan) {
        if (snapshot.state() == SnapshotState.ERROR) {
            throw new CopyFailed("The copy " + snapshot.snapshotId() + " of a snapshot of " + plan.sourceImageId()
                    + " in " + plan.region() + " ended in an error: " + snapshot.stateMessage() + ". " + advice(plan));
        }
    }

    private static String advice(RegionPlan plan) {
        return "Check that the function's role may use key " + plan.keyArn()
                + " and the keys of the source's snapshots, and that all of them are enabled; then start again.";
    }

    private static void throwIfNotStarted(Copy copy) {
        String error = copy.error();
        if (error == null) {
            return;
        }
        String cause = copy.cause() == null ? "no cause was given" : copy.cause();
        String message = "The copy of snapshot " + copy.sourceSnapshotId() + " was not started: " + readable(cause);
        throw AmiShareException.named(error, message)
                .orElseGet(() -> new CopyFailed(message + " (" + error + "). Start again later."));
    }

    /** A function's error comes as JSON, others as plain text. */
    private static String readable(String cause) {
        try {
            return Json.parse(cause) instanceof Json.Obj object
                            && object.get("errorMessage").orElse(Json.Nil.NULL) instanceof Json.Str message
                    ? message.value()
                    : cause;
        } catch (MalformedJson e) {
            return cause;
        }
    }
}
