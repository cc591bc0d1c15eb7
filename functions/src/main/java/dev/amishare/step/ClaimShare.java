package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.aws.Regional;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.sfn.SfnClient;

/**
 * Claims the share for this execution, or says what stands in the way: another execution that runs (wait), or one that has ended and
 * left its claim (undo it first). A step of its own, since from here on two executions of the same request no longer get in each
 * other's way: one makes the image, the other waits and reuses it.
 *
 * <p>Safe to repeat: a claim that is this execution's already stays as it is, and so does an undo that it has taken up.
 */
public final class ClaimShare {
    /** While another execution runs, the next look is after a tenth of the time it has run, so that few looks outlast a long copy. */
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(5);

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);

    private final Ledger ledger;
    private final Executions executions;
    private final Regional<Ec2Client> ec2;

    /**
     * What to claim, and for whom.
     *
     * @param token drawn by the state machine for this share, the same in every try
     * @param at when this state was entered
     */
    public record Input(RegionPlan plan, String execution, String token, Instant at) {}

    /** What the state machine does next. */
    public enum Next {
        COPY,
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
     * @param reused whether the image was committed before
     * @param abandoned the execution to undo, with {@code UNDO}
     */
    public record Output(
            Next next,
            @Nullable Integer waitSeconds,
            @Nullable String imageId,
            @Nullable List<SharedSnapshot> snapshots,
            boolean reused,
            @Nullable String abandoned) {}

    public ClaimShare(Ledger ledger, SfnClient sfn, Regional<Ec2Client> ec2) {
        this.ledger = ledger;
        this.executions = new Executions(sfn);
        this.ec2 = ec2;
    }

    public Output run(Input input) {
        ShareId id = new ShareId(input.plan().keyArn(), input.plan().imageName());
        Principals wanted = Principals.parse(input.plan().targets().principals());
        Share share = ledger.claim(
                id,
                new Claim.Request(
                        input.execution(),
                        input.token(),
                        input.at(),
                        input.plan().sourceImageId(),
                        input.plan().source().snapshots(),
                        wanted));
        if (share.isClaimedBy(input.execution())) {
            return forward(ledger.held(id, input.execution()), input.plan());
        }
        Claim claim = share.claim().orElseThrow();
        Optional<Instant> runsSince = executions.runningSince(claim.execution());
        return runsSince.isPresent() ? waitFor(runsSince.get(), input.at()) : backward(id, claim, input);
    }

    private Output forward(Share share, RegionPlan plan) {
        Optional<Committed> committed = share.committed().filter(c -> exists(c.imageId(), plan.region()));
        return committed
                .map(c -> new Output(Next.SHARE, null, c.imageId(), c.snapshots(), true, null))
                .orElseGet(() -> new Output(Next.COPY, null, null, null, false, null));
    }

    /** An image that somebody has deregistered is made anew; the ledger learns of the new one when it is committed. */
    private boolean exists(String imageId, String region) {
        return new Images(ec2.in(region), region).find(imageId).isPresent();
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
        return new Output(Next.UNDO, null, null, null, false, claim.execution());
    }

    private static Output waitFor(Instant since, Instant now) {
        Duration wait = Duration.between(since, now).dividedBy(10);
        if (wait.compareTo(SHORTEST_WAIT) < 0) {
            wait = SHORTEST_WAIT;
        } else if (wait.compareTo(LONGEST_WAIT) > 0) {
            wait = LONGEST_WAIT;
        }
        return new Output(Next.WAIT, Math.toIntExact(wait.toSeconds()), null, null, false, null);
    }
}
