package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.sfn.SfnClient;

/**
 * Claims the share for this execution, or says what stands in the way: a share of another source (refuse), another execution that runs
 * (wait), or one that has ended and left its claim (undo it first). Also the place where a shared image that somebody has deregistered is
 * found to be gone, and its share closed: whom it was for, nobody has named for the next image of that name. A step of its own, since from here on two executions of the same request no longer get in each
 * other's way: one makes the image, the other waits and reuses it.
 *
 * <p>Safe to repeat: a claim that is this execution's already stays as it is, and so does an undo that it has taken up.
 */
public final class ClaimShare {
    /** While another execution runs, the next look is after a tenth of the time it has run, so that few looks outlast a long copy. */
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(5);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    /**
     * EC2 may for a while not show what is there (aws-facts.md 12, item 12): an image is gone once EC2 has said so in two turns that are
     * so far apart, both after it was committed.
     */
    static final Duration VISIBILITY_WINDOW = Duration.ofSeconds(UndoShare.LONGEST_INVOCATION_SECONDS);

    private final Ledger ledger;
    private final Executions executions;
    private final Regional<Ec2Client> ec2;

    /**
     * What to claim, and for whom.
     *
     * @param token drawn by the state machine for this share, the same in every try
     * @param at when this state was entered
     * @param previous what this step has answered in the turn before
     */
    public record Input(RegionPlan plan, String execution, String token, Instant at, @Nullable Output previous) {}

    /** What the state machine does next. */
    public enum Next {
        COPY,
        REGISTER,
        SHARE,
        WAIT,
        UNDO
    }

    /**
     * How the state machine goes on.
     *
     * @param waitSeconds with {@code WAIT}
     * @param imageId the committed image, with {@code SHARE}
     * @param snapshots the committed image's, with {@code SHARE}
     * @param copies the encrypted snapshots that a former image of this source has left, with {@code REGISTER}
     * @param reused whether the image was committed before
     * @param abandoned the execution to undo, with {@code UNDO}
     * @param goneSince since when EC2 does not show the committed image, with {@code WAIT}
     */
    public record Output(
            Next next,
            @Nullable Integer waitSeconds,
            @Nullable String imageId,
            @Nullable List<SharedSnapshot> snapshots,
            @Nullable List<WaitForCompletion.Copy> copies,
            boolean reused,
            @Nullable String abandoned,
            @Nullable Instant goneSince) {
        private static Output of(Next next) {
            return new Output(next, null, null, null, null, false, null, null);
        }

        private static Output waiting(Duration wait, @Nullable Instant goneSince) {
            int seconds = Math.toIntExact(wait.plusMillis(999).toSeconds());
            return new Output(Next.WAIT, seconds, null, null, null, false, null, goneSince);
        }
    }

    public ClaimShare(Ledger ledger, SfnClient sfn, Regional<Ec2Client> ec2) {
        this.ledger = ledger;
        this.executions = new Executions(sfn);
        this.ec2 = ec2;
    }

    public Output run(Input input) {
        RegionPlan plan = input.plan();
        ShareId id = new ShareId(plan.keyArn(), plan.imageName());
        Share share = ledger.read(id);
        if (!share.isClaimedBy(input.execution())) {
            Optional<Committed> gone = share.committed().filter(c -> !exists(c.imageId(), plan.region()));
            if (gone.isPresent() && share.claim().isEmpty()) {
                requireOldEnough(gone.get(), input);
                Instant since = goneSince(gone.get(), input);
                Duration left = VISIBILITY_WINDOW.minus(Duration.between(since, input.at()));
                if (left.compareTo(Duration.ZERO) > 0) {
                    return Output.waiting(left, since);
                }
                share = ledger.close(id, gone.get().imageId(), input.at());
            }
            share = claim(share, input);
        }
        if (share.isClaimedBy(input.execution())) {
            return forward(ledger.held(id, input.execution()), plan);
        }
        Claim claim = share.claim().orElseThrow();
        Optional<Instant> runsSince = executions.runningSince(claim.execution());
        return runsSince.isPresent() ? waitFor(runsSince.get(), input.at()) : backward(id, claim, input);
    }

    private Share claim(Share before, Input input) {
        RegionPlan plan = input.plan();
        if (plan.way() == Way.STANDING
                && before.committed().isEmpty()
                && before.claim().isEmpty()) {
            throw nothingStands(before, plan);
        }
        Share share = ledger.claim(
                before.id(),
                new Claim.Request(
                        input.execution(),
                        input.token(),
                        input.at(),
                        plan.sourceImageId(),
                        plan.source().snapshots(),
                        plan.way(),
                        Principals.parse(plan.targets().principals())));
        if (share.claim().isEmpty()) {
            throw anothersShare(share, plan);
        }
        return share;
    }

    private static NotShareable anothersShare(Share share, RegionPlan plan) {
        Committed another = share.committed().orElseThrow();
        return new NotShareable("The name " + plan.imageName() + " is taken in " + plan.region() + " under key "
                + plan.keyArn() + " by image " + another.imageId() + ", which is the share of "
                + another.sourceImageId() + " and not of " + plan.sourceImageId()
                + ". Ask for another name, or share under another key.");
    }

    /**
     * What was committed a moment ago, EC2 may only not show yet. Its own source's request waits and sees; another's has nothing to
     * wait for here: if the image stands after all, the name is taken.
     */
    private static void requireOldEnough(Committed committed, Input input) {
        Instant free = committed.at().plus(VISIBILITY_WINDOW);
        if (!committed.sourceImageId().equals(input.plan().sourceImageId())
                && input.at().isBefore(free)) {
            throw new NotShareable("The name " + input.plan().imageName() + " is the share of "
                    + committed.sourceImageId() + ", committed at " + committed.at() + ". EC2 does not show its image "
                    + committed.imageId() + " in " + input.plan().region()
                    + ": if that was deregistered, the name is free from " + free
                    + " on. Start again then, or ask for another name.");
        }
    }

    private static NotShareable nothingStands(Share share, RegionPlan plan) {
        List<String> snapshots = Former.copies(share.former().stream()
                .filter(former -> former.sourceImageId().equals(plan.sourceImageId()))
                .toList());
        return new NotShareable("Source image " + plan.sourceImageId() + " is gone, and so is its shared image "
                + plan.imageName() + " in " + plan.region() + ", so there is nothing to share. "
                + (snapshots.isEmpty()
                        ? "No snapshot of it is known."
                        : "Of its encrypted snapshots " + String.join(", ", snapshots)
                                + " the ledger does not know that they are gone: register an image of those that stand.")
                + " Share that image, or another source.");
    }

    /** Since when EC2 does not show this image: since an earlier turn, if it was committed by then. */
    private static Instant goneSince(Committed committed, Input input) {
        return Optional.ofNullable(input.previous())
                .map(Output::goneSince)
                .filter(since -> !since.isBefore(committed.at()))
                .orElse(input.at());
    }

    private boolean exists(String imageId, String region) {
        return new Images(ec2.in(region), region)
                .find(imageId)
                .filter(image -> image.state() != ImageState.DEREGISTERED)
                .isPresent();
    }

    /** The claim is ours: what is committed under it is this source's. */
    private Output forward(Share share, RegionPlan plan) {
        Optional<Committed> committed = share.committed();
        if (committed.isPresent()) {
            Committed c = committed.get();
            return new Output(Next.SHARE, null, c.imageId(), c.snapshots(), null, true, null, null);
        }
        if (plan.way() == Way.STANDING) {
            throw nothingStands(share, plan);
        }
        if (share.former().isEmpty()) {
            return Output.of(Next.COPY);
        }
        List<Snapshot> standing = new Former(ec2.in(plan.region()), plan.region()).standing(share.former());
        forgetWhatIsGone(share, standing);
        List<WaitForCompletion.Copy> copies = Former.registrable(share, plan, standing);
        return copies.isEmpty()
                ? Output.of(Next.COPY)
                : new Output(Next.REGISTER, null, null, null, copies, false, null, null);
    }

    private void forgetWhatIsGone(Share share, List<Snapshot> standing) {
        Set<String> ids = standing.stream().map(Snapshot::snapshotId).collect(Collectors.toSet());
        List<String> gone = share.former().stream()
                .filter(former -> Collections.disjoint(Former.copies(List.of(former)), ids))
                .map(FormerImage::imageId)
                .toList();
        if (!gone.isEmpty()) {
            ledger.forget(share.id(), gone);
        }
    }

    /** The claim's execution has ended. One execution at a time undoes it: the first that comes, or the next if that one ends too. */
    private Output backward(ShareId id, Claim claim, Input input) {
        Optional<String> undoneBy = claim.undoneBy();
        if (undoneBy.filter(input.execution()::equals).isPresent()) {
            requireNothingLeft(claim);
            return undo(claim);
        }
        Optional<Instant> undoneSince = undoneBy.flatMap(executions::runningSince);
        if (undoneSince.isPresent()) {
            return waitFor(undoneSince.get(), input.at());
        }
        Share taken = ledger.takeUndo(id, claim.execution(), undoneBy, input.execution());
        boolean isOurs = taken.claim()
                .flatMap(Claim::undoneBy)
                .filter(input.execution()::equals)
                .isPresent();
        return isOurs ? undo(taken.claim().orElseThrow()) : waitFor(input.at(), input.at());
    }

    /** What this execution itself could not remove, it does not try again. */
    private static void requireNothingLeft(Claim claim) {
        if (!claim.left().isEmpty()) {
            throw new NotShareable("The earlier execution " + claim.execution()
                    + " of this share has ended and left behind what could not be removed: "
                    + String.join("; ", claim.left())
                    + ". Remove what the messages name, or what forbids to remove it, then start again.");
        }
    }

    private static Output undo(Claim claim) {
        return new Output(Next.UNDO, null, null, null, null, false, claim.execution(), null);
    }

    private static Output waitFor(Instant since, Instant now) {
        Duration wait = Duration.between(since, now).dividedBy(10);
        if (wait.compareTo(SHORTEST_WAIT) < 0) {
            wait = SHORTEST_WAIT;
        } else if (wait.compareTo(LONGEST_WAIT) > 0) {
            wait = LONGEST_WAIT;
        }
        return Output.waiting(wait, null);
    }
}
