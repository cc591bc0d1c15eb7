package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.json.Json;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
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
 * <p>Safe to repeat: it looks for what is there. An error of AWS that may pass does not keep it from the rest; then the state machine
 * runs it again. What AWS forbids to remove is left, named, and noted in the claim.
 */
public final class UndoShare {
    /** Longer than any function of ours that makes something may run. */
    static final int LONGEST_INVOCATION_SECONDS = 90;

    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;

    /**
     * Whose work to take back.
     *
     * @param execution which made it: this one, or one that has ended
     * @param failure why; none where that execution has ended without saying
     * @param turn which look this is, from 0
     */
    public record Input(
            String keyArn, String region, String imageName, String execution, @Nullable Json failure, int turn) {}

    /**
     * What was done.
     *
     * @param done whether no second look is needed
     * @param undone what this look has removed, a line each
     * @param left what stays and why, a line each
     */
    public record Output(boolean done, int turn, int waitSeconds, List<String> undone, List<String> left) {}

    public UndoShare(Ledger ledger, Regional<Ec2Client> ec2) {
        this.ledger = ledger;
        this.ec2 = ec2;
    }

    public Output run(Input input) {
        ShareId id = new ShareId(input.keyArn(), input.imageName());
        Optional<Share> share = ledger.beginUndo(id, input.execution(), input.execution());
        if (share.isEmpty()) {
            // Never claimed, or committed: then what bears the execution's tag is what it shared.
            return new Output(true, input.turn() + 1, 0, List.of(), List.of());
        }
        Undo undo = new Undo(ec2.in(input.region()), input.region(), input.execution(), share.get());
        undo.run();
        ledger.leave(id, input.execution(), undo.left);
        boolean lookAgain = input.turn() == 0 && mayStillRun(input.failure());
        List<String> stays = new ArrayList<>(undo.left);
        stays.addAll(undo.kept);
        return new Output(
                !lookAgain,
                input.turn() + 1,
                lookAgain ? LONGEST_INVOCATION_SECONDS : 0,
                List.copyOf(undo.undone),
                List.copyOf(stays));
    }

    /** A function of an execution that was stopped, or did not wait for it, may run on and make something after this look. */
    private static boolean mayStillRun(@Nullable Json failure) {
        return !(failure instanceof Json.Obj caught)
                || caught.get("Error").filter(Json.of("States.Timeout")::equals).isPresent();
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
            committed.ifPresent(this::removePermissions);
            Set<String> committedImage = new HashSet<>();
            Set<String> committedSnapshots = new HashSet<>();
            committed.ifPresent(c -> {
                committedImage.add(c.imageId());
                c.snapshots().stream().map(SharedSnapshot::snapshotId).forEach(committedSnapshots::add);
            });
            images().stream()
                    .filter(image -> !committedImage.contains(image.imageId()))
                    .forEach(this::deregister);
            snapshots().stream()
                    .filter(snapshot -> !committedSnapshots.contains(snapshot.snapshotId()))
                    .forEach(this::delete);
            if (passing != null) {
                throw passing;
            }
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
                } else if (e.isThrottlingException() || e.statusCode() >= 500) {
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
