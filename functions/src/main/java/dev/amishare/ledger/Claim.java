package dev.amishare.ledger;

import dev.amishare.ami.Way;
import dev.amishare.keypolicy.Principals;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An execution's right to change a share. It is never taken over: once its execution has ended, it is undone and released.
 *
 * @param execution the ARN of the execution
 * @param token drawn by the state machine, stored by the claim's first write: what this execution copies bears it where nobody can
 *     change it
 * @param at when the claim was made; nothing that is older was made by it
 * @param sourceImageId what is shared: the claim is on the share of this source, under no other
 * @param sourceSnapshots the source's own: never adopted, never removed
 * @param way by which the image is made: it decides how one is known whose id never came
 * @param adding whom the execution adds to the share
 * @param proven those of {@code adding} whom KMS has accepted in a policy: kept in it from then on, while the claim runs
 * @param permissions the launch permissions that it adds to the image, written down before it does
 * @param copiers the accounts that it gives the image's snapshots, written down before it does
 * @param made what its calls returned
 * @param undoneBy the ARN of the execution that undoes this claim, once it is {@code UNDOING}: one at a time
 * @param left what undo could not remove; while there is any, the claim stays
 */
public record Claim(
        String execution,
        String token,
        Instant at,
        String sourceImageId,
        List<String> sourceSnapshots,
        Way way,
        Phase phase,
        Principals adding,
        Principals proven,
        List<String> permissions,
        List<String> copiers,
        Made made,
        Optional<String> undoneBy,
        List<String> left) {
    public Claim {
        sourceSnapshots = List.copyOf(sourceSnapshots);
        permissions = List.copyOf(permissions);
        copiers = List.copyOf(copiers);
        left = List.copyOf(left);
    }

    /** Forward, or backward and never forward again. */
    public enum Phase {
        RUNNING,
        UNDOING
    }

    /**
     * What an execution asks for when it claims a share.
     *
     * @param token of the execution's own; a try that is repeated brings the same
     * @param wanted whom the share is to be for, beside whom it is for already
     */
    public record Request(
            String execution,
            String token,
            Instant at,
            String sourceImageId,
            List<String> sourceSnapshots,
            Way way,
            Principals wanted) {}

    static Claim begin(Request request, Principals adding) {
        return new Claim(
                request.execution(),
                request.token(),
                request.at(),
                request.sourceImageId(),
                request.sourceSnapshots(),
                request.way(),
                Phase.RUNNING,
                adding,
                Principals.none(),
                List.of(),
                List.of(),
                Made.NOTHING,
                Optional.empty(),
                List.of());
    }

    Claim undoing(String by) {
        return with(Phase.UNDOING, proven, permissions, copiers, made, Optional.of(by), left);
    }

    Claim withLeft(List<String> whatIsLeft) {
        return with(phase, proven, permissions, copiers, made, undoneBy, whatIsLeft);
    }

    Claim withIntended(List<String> allPermissions, List<String> allCopiers) {
        return with(phase, proven, allPermissions, allCopiers, made, undoneBy, left);
    }

    Claim withProven(Principals more) {
        return with(phase, proven.plus(more), permissions, copiers, made, undoneBy, left);
    }

    Claim withMade(Made all) {
        return with(phase, proven, permissions, copiers, all, undoneBy, left);
    }

    private Claim with(
            Phase newPhase,
            Principals newProven,
            List<String> newPermissions,
            List<String> newCopiers,
            Made newMade,
            Optional<String> newUndoneBy,
            List<String> newLeft) {
        return new Claim(
                execution,
                token,
                at,
                sourceImageId,
                sourceSnapshots,
                way,
                newPhase,
                adding,
                newProven,
                newPermissions,
                newCopiers,
                newMade,
                newUndoneBy,
                newLeft);
    }
}
