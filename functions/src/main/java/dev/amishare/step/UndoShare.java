package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.aws.Regional;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.OperationType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

/**
 * Takes back what an execution made, and nothing else: the launch permissions that its claim says it added, the image and the snapshots
 * that bear its tag, so also those that a call made whose answer never came. What is committed is never touched. A step of its own,
 * since it must be reachable from every other, and from executions that find the claim of one that has ended.
 *
 * <p>It looks twice: EC2 may show late what it has just made (aws-facts.md 12, item 12), and a function that was abandoned may still be
 * making something. An error of AWS that may pass does not keep it from the rest; then it looks again. What AWS forbids to remove is
 * left, named, and noted in the claim. Safe to repeat: it looks for what is there.
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
        Undo undo = new Undo(ec2.in(input.region()), input.region(), input.execution(), share.get());
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
    private static final class Undo {
        private final Ec2Client ec2;
        private final String region;
        private final String execution;
        private final Claim claim;
        private final Optional<Committed> committed;
        private final List<String> undone = new ArrayList<>();
        private final List<String> kept = new ArrayList<>();
        private final List<String> left = new ArrayList<>();
        private @Nullable RuntimeException passing;

        private Undo(Ec2Client ec2, String region, String execution, Share share) {
            this.ec2 = ec2;
            this.region = region;
            this.execution = execution;
            this.claim = share.claim().orElseThrow();
            this.committed = share.committed();
        }

        private void run() {
            Set<String> committedImage = new HashSet<>();
            Set<String> committedSnapshots = new HashSet<>();
            committed.ifPresent(c -> {
                committedImage.add(c.imageId());
                c.snapshots().stream().map(SharedSnapshot::snapshotId).forEach(committedSnapshots::add);
            });
            part(() -> committed.ifPresent(this::removePermissions));
            part(() -> images().stream()
                    .filter(image -> !committedImage.contains(image.imageId()))
                    .forEach(this::deregister));
            part(() -> snapshots().stream()
                    .filter(snapshot -> !committedSnapshots.contains(snapshot.snapshotId()))
                    .forEach(this::delete));
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
        private void removePermissions(Committed share) {
            Optional<Image> image =
                    claim.permissions().isEmpty() && claim.copiers().isEmpty()
                            ? Optional.empty()
                            : new Images(ec2, region).find(share.imageId()).filter(i -> Images.isManaged(i.tags()));
            if (image.isEmpty()) {
                return;
            }
            List<String> permissions = new ArrayList<>(claim.permissions());
            permissions.removeAll(share.living().launchPermissions());
            permissions.retainAll(LaunchPermissions.of(ec2, share.imageId()).entities());
            if (!permissions.isEmpty()) {
                attempt(
                        "launch permission of " + String.join(", ", permissions) + " on image " + share.imageId(),
                        () -> ec2.modifyImageAttribute(r -> r.imageId(share.imageId())
                                .launchPermission(l -> l.remove(LaunchPermissions.named(permissions)))));
            }
            removeCopiers(share, image.get());
        }

        private void removeCopiers(Committed share, Image image) {
            List<String> accounts = new ArrayList<>(claim.copiers());
            accounts.removeAll(share.copiers());
            if (accounts.isEmpty()) {
                return;
            }
            for (Snapshot snapshot : new Images(ec2, region).snapshots(Images.snapshotIds(image))) {
                if (Images.isManaged(snapshot.tags())) {
                    attempt(
                            "permission of " + String.join(", ", accounts) + " on snapshot " + snapshot.snapshotId(),
                            () -> AddLaunchPermission.batches(accounts)
                                    .forEach(batch ->
                                            ec2.modifySnapshotAttribute(r -> r.snapshotId(snapshot.snapshotId())
                                                    .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                                                    .operationType(OperationType.REMOVE)
                                                    .userIds(batch))));
                }
            }
        }

        private List<Image> images() {
            return ec2
                    .describeImagesPaginator(
                            r -> r.owners("self").includeDisabled(true).filters(ofExecution()))
                    .images()
                    .stream()
                    .filter(image -> Images.isManaged(image.tags()))
                    .toList();
        }

        private List<Snapshot> snapshots() {
            return ec2.describeSnapshotsPaginator(r -> r.ownerIds("self").filters(ofExecution())).snapshots().stream()
                    .filter(snapshot -> Images.isManaged(snapshot.tags()))
                    .toList();
        }

        private Filter ofExecution() {
            return Filter.builder()
                    .name("tag:" + ManagedTags.EXECUTION)
                    .values(execution)
                    .build();
        }

        private void deregister(Image image) {
            attempt("image " + image.imageId(), () -> {
                String protection = image.deregistrationProtection();
                if (protection != null && !protection.equals("disabled")) {
                    ec2.disableImageDeregistrationProtection(r -> r.imageId(image.imageId()));
                }
                ec2.deregisterImage(r -> r.imageId(image.imageId()));
            });
        }

        private void delete(Snapshot snapshot) {
            attempt(
                    "snapshot " + snapshot.snapshotId(),
                    () -> ec2.deleteSnapshot(r -> r.snapshotId(snapshot.snapshotId())));
        }

        private void attempt(String what, Runnable removal) {
            try {
                removal.run();
                undone.add(what + " in " + region);
            } catch (Ec2Exception e) {
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
            } catch (SdkClientException e) {
                passing = e;
            }
        }
    }
}
