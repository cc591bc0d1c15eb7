package dev.amishare.step;

import dev.amishare.aws.Regional;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.OperationType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

/**
 * Takes back what an execution made, and nothing else: the launch permissions that its claim says it added, the image and the snapshots
 * whose ids its calls returned and its claim records, and what a call made whose answer never came ({@link Unanswered}). What is
 * committed is never touched, nor what was there before the claim. A step of its own, since it must be reachable from every other, and
 * from executions that find the claim of one that has ended.
 *
 * <p>It looks twice: EC2 may show late what it has just made (aws-facts.md 12, item 12), and a function that was abandoned may still be
 * making something. An error of AWS that may pass does not keep it from the rest; then it looks again. What AWS forbids to remove, and
 * what somebody else has protected, is left, named, and noted in the claim. Safe to repeat: it looks for what is there.
 */
public final class UndoShare {
    /** Longer than any function of ours that makes something may run. */
    static final int LONGEST_INVOCATION_SECONDS = 90;

    private static final int LOOKS = 2;

    /** Some eight minutes of waiting for errors that may pass. */
    private static final int MOST_TURNS = 12;

    private static final int LONGEST_WAIT_SECONDS = 60;

    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;

    /**
     * Whose work to take back.
     *
     * @param execution which made it: this one, or one that has ended
     * @param previous what the turn before has put out
     */
    public record Input(String keyArn, String region, String imageName, String execution, @Nullable Output previous) {}

    /**
     * What was done.
     *
     * @param done whether no further look is needed
     * @param looks how many there were that nothing disturbed
     * @param undone what all turns have removed, a line each
     * @param left what stays and why, a line each
     */
    public record Output(boolean done, int turn, int looks, int waitSeconds, List<String> undone, List<String> left) {
        private static final Output NONE = new Output(false, 0, 0, 0, List.of(), List.of());
    }

    public UndoShare(Ledger ledger, Regional<Ec2Client> ec2) {
        this.ledger = ledger;
        this.ec2 = ec2;
    }

    public Output run(Input input) {
        Output previous = input.previous() == null ? Output.NONE : input.previous();
        int turn = previous.turn() + 1;
        ShareId id = new ShareId(input.keyArn(), input.imageName());
        Optional<Share> share = ledger.beginUndo(id, input.execution(), input.execution());
        if (share.isEmpty()) {
            return new Output(true, turn, LOOKS, 0, previous.undone(), committed(ledger.read(id), input));
        }
        Undo undo = new Undo(ec2.in(input.region()), input.region(), share.get());
        undo.run();
        Set<String> all = new LinkedHashSet<>(previous.undone());
        all.addAll(undo.undone);
        List<String> undone = List.copyOf(all);
        List<String> stays = new ArrayList<>(undo.left);
        stays.addAll(undo.kept);
        if (undo.passing != null) {
            if (turn >= MOST_TURNS) {
                throw undo.passing;
            }
            int wait = Math.min(1 << turn, LONGEST_WAIT_SECONDS);
            return new Output(false, turn, previous.looks(), wait, undone, stays);
        }
        ledger.leave(id, input.execution(), undo.left);
        int looks = previous.looks() + 1;
        boolean done = looks >= LOOKS;
        return new Output(done, turn, looks, done ? 0 : LONGEST_INVOCATION_SECONDS, undone, stays);
    }

    /** The claim is gone: never made, released before, or committed. Of these only the last leaves something. */
    private static List<String> committed(Share share, Input input) {
        return share.committed().filter(c -> c.execution().equals(input.execution())).stream()
                .map(c -> "image " + c.imageId() + " in " + input.region()
                        + " stays (it was shared as asked before this failure)")
                .toList();
    }

    /** One look. */
    private final class Undo {
        private final Ec2Client client;
        private final String region;
        private final Share share;
        private final Claim claim;
        private final List<String> undone = new ArrayList<>();
        private final List<String> kept = new ArrayList<>();
        private final List<String> left = new ArrayList<>();
        private @Nullable RuntimeException passing;

        private Undo(Ec2Client client, String region, Share share) {
            this.client = client;
            this.region = region;
            this.share = share;
            this.claim = share.claim().orElseThrow();
        }

        private void run() {
            part(this::removePermissions);
            part(this::removeCopiers);
            part(this::removeWhatWasMade);
        }

        private void removeWhatWasMade() {
            Unanswered unanswered = new Unanswered(client, share);
            List<Made.Copy> copies =
                    new ArrayList<>(Unanswered.all(claim.made(), unanswered.copies(claim.sourceSnapshots())));
            List<Image> images = images(unanswered, copies);
            for (Image image : images) {
                if (unanswered.isCopied(image)) {
                    // Once the image is gone, nothing tells any more which snapshots came about with it.
                    copies.addAll(snapshotsOf(image, copies));
                }
            }
            ledger.recordFound(
                    share.id(),
                    claim.execution(),
                    copies,
                    images.stream().map(Image::imageId).findFirst());
            images.forEach(this::deregister);
            if (images.isEmpty()) {
                unanswered.doubtful().forEach(this::keep);
            }
            part(() -> delete(copies));
        }

        /** The one that is recorded, and one that an abandoned call has made under the name since. */
        private List<Image> images(Unanswered unanswered, List<Made.Copy> copies) {
            Optional<Image> recorded = claim.made().imageId().flatMap(new Images(client, region)::find);
            Optional<Image> other = unanswered.image(copies).filter(image -> recorded.filter(
                            r -> r.imageId().equals(image.imageId()))
                    .isEmpty());
            return Stream.concat(recorded.stream(), other.stream())
                    .filter(image -> share.committed()
                            .filter(c -> c.imageId().equals(image.imageId()))
                            .isEmpty())
                    .toList();
        }

        private List<Made.Copy> snapshotsOf(Image image, List<Made.Copy> known) {
            Set<String> others = new HashSet<>(share.snapshotsOfOthers());
            known.stream().map(Made.Copy::snapshotId).forEach(others::add);
            return Images.snapshotIds(image).stream()
                    .filter(snapshotId -> !others.contains(snapshotId))
                    .map(snapshotId -> new Made.Copy(snapshotId, Optional.empty()))
                    .toList();
        }

        private void part(Runnable work) {
            try {
                work.run();
            } catch (Ec2Exception e) {
                if (!mayPass(e)) {
                    throw e;
                }
                passing = e;
            } catch (SdkClientException e) {
                passing = e;
            }
        }

        private static boolean mayPass(Ec2Exception e) {
            return e.isThrottlingException() || e.statusCode() >= 500;
        }

        /** Those of the committed image: an image of this execution's own goes whole. */
        private void removePermissions() {
            if (share.committed().isEmpty() || claim.permissions().isEmpty()) {
                return;
            }
            Committed committed = share.committed().get();
            String imageId = committed.imageId();
            if (new Images(client, region).find(imageId).isEmpty()) {
                return;
            }
            List<String> permissions = new ArrayList<>(claim.permissions());
            permissions.removeAll(committed.living().launchPermissions());
            try {
                permissions.retainAll(LaunchPermissions.of(client, imageId).entities());
            } catch (Ec2Exception e) {
                // Denied where somebody has removed our tag from the image: that stays and is named, the rest goes on.
                failed("launch permission of " + String.join(", ", permissions) + " on image " + imageId, e);
                return;
            }
            if (!permissions.isEmpty()) {
                attempt(
                        "launch permission of " + String.join(", ", permissions) + " on image " + imageId,
                        () -> client.modifyImageAttribute(r -> r.imageId(imageId)
                                .launchPermission(l -> l.remove(LaunchPermissions.named(permissions)))));
            }
        }

        /** On snapshots that stay: the committed image's, and a former one's that were registered again. */
        private void removeCopiers() {
            List<String> accounts = new ArrayList<>(claim.copiers());
            share.committed().map(Committed::copiers).ifPresent(accounts::removeAll);
            if (accounts.isEmpty()) {
                return;
            }
            Set<String> stay = new LinkedHashSet<>();
            share.committed().ifPresent(c -> stay.addAll(copiesOf(c.snapshots())));
            share.formerOf(claim.sourceImageId()).ifPresent(f -> stay.addAll(copiesOf(f.snapshots())));
            for (Snapshot snapshot : new Images(client, region).standing(stay)) {
                attempt(
                        "permission of " + String.join(", ", accounts) + " on snapshot " + snapshot.snapshotId(),
                        () -> AddLaunchPermission.batches(accounts)
                                .forEach(
                                        batch -> client.modifySnapshotAttribute(r -> r.snapshotId(snapshot.snapshotId())
                                                .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                                                .operationType(OperationType.REMOVE)
                                                .userIds(batch))));
            }
        }

        private static List<String> copiesOf(List<SharedSnapshot> snapshots) {
            return snapshots.stream()
                    .filter(SharedSnapshot::isCopy)
                    .map(SharedSnapshot::snapshotId)
                    .toList();
        }

        /** It does not hold the claim: nothing would ever tell more about it, and its name alone is taken. */
        private void keep(Image image) {
            kept.add(
                    "image " + image.imageId() + " in " + region + " stays (it has the share's name, and whether this"
                            + " execution made it by a call whose answer never came, nothing tells: deregister it if nobody needs it)");
        }

        private void deregister(Image image) {
            String protection = image.deregistrationProtection();
            boolean isProtected = protection != null && !protection.equals("disabled");
            boolean isOurs = claim.made().isProtected() && CommitShare.PROTECTED.equals(protection);
            if (isProtected && !isOurs) {
                left.add("image " + image.imageId() + " in " + region + " (it is protected against deregistration: "
                        + protection + ", which AMI Share has not set and does not lift)");
                return;
            }
            attempt("image " + image.imageId(), () -> {
                if (isProtected) {
                    client.disableImageDeregistrationProtection(r -> r.imageId(image.imageId()));
                }
                client.deregisterImage(r -> r.imageId(image.imageId()));
            });
        }

        private void delete(List<Made.Copy> copies) {
            Set<String> ids = new LinkedHashSet<>(
                    copies.stream().map(Made.Copy::snapshotId).toList());
            ids.removeAll(share.snapshotsOfOthers());
            new Images(client, region)
                    .standing(ids)
                    .forEach(snapshot -> attempt(
                            "snapshot " + snapshot.snapshotId(),
                            () -> client.deleteSnapshot(r -> r.snapshotId(snapshot.snapshotId()))));
        }

        private void attempt(String what, Runnable removal) {
            try {
                removal.run();
                undone.add(what + " in " + region);
            } catch (Ec2Exception e) {
                failed(what, e);
            } catch (SdkClientException e) {
                passing = e;
            }
        }

        private void failed(String what, Ec2Exception e) {
            String said = e.awsErrorDetails() == null
                    ? String.valueOf(e.getMessage())
                    : e.awsErrorDetails().errorCode() + ": "
                            + e.awsErrorDetails().errorMessage();
            if (Images.isCode(e, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable", "InvalidSnapshot.NotFound")) {
                undone.add(what + " in " + region + " (was gone)");
            } else if (Images.isCode(e, "InvalidSnapshot.InUse") && left.isEmpty()) {
                // Another image uses the snapshot: to remove it is for whoever made that image.
                kept.add(what + " in " + region + " stays (" + said + ")");
            } else if (mayPass(e)) {
                passing = e;
            } else {
                left.add(what + " in " + region + " (" + said + ")");
            }
        }
    }
}
