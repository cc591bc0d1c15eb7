package dev.amishare.step;

import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awssdk.services.sfn.SfnClient;

/**
 * Finds the claims whose execution has ended without undoing them (stopped, timed out, or failed while it undid), and takes their undo
 * up; and tells the keys whose policies shares depend on, so that the sweep can look at them. The first state of SweepClaims; after an
 * ordinary end it finds no claim.
 *
 * <p>Safe to repeat: a claim that this sweep has taken up stays its own.
 */
public final class FindAbandonedClaims {
    /** A state's output holds 262,144 bytes, a claim takes some 300 here; what is more, the next sweep finds. */
    private static final int MOST = 200;

    private final Ledger ledger;
    private final Executions executions;

    /**
     * Who sweeps.
     *
     * @param execution the sweep's own
     */
    public record Input(String execution) {}

    /** What to undo, in the shape that the states of the undo take, and all keys that the ledger knows. */
    public record Output(List<Abandoned> claims, List<ShareKey> keys) {}

    /** A key that something is shared under. */
    public record ShareKey(String keyArn, String region) {}

    /**
     * A claim without anybody to finish it.
     *
     * @param execution the execution that has ended
     */
    public record Abandoned(String keyArn, String region, String imageName, String execution) {}

    public FindAbandonedClaims(Ledger ledger, SfnClient sfn) {
        this.ledger = ledger;
        this.executions = new Executions(sfn);
    }

    public Output run(Input input) {
        List<Abandoned> abandoned = new ArrayList<>();
        Set<String> keys = new TreeSet<>();
        for (Share share : ledger.all()) {
            keys.add(share.id().keyArn());
            if (share.claim().isEmpty() || abandoned.size() >= MOST) {
                continue;
            }
            Claim claim = share.claim().get();
            if (isRunning(claim.execution()) || isUndoneByAnother(claim, input.execution())) {
                continue;
            }
            Share taken = claim.undoneBy().filter(input.execution()::equals).isPresent()
                    ? share
                    : ledger.takeUndo(share.id(), claim.execution(), claim.undoneBy(), input.execution());
            if (taken.claim()
                    .flatMap(Claim::undoneBy)
                    .filter(input.execution()::equals)
                    .isPresent()) {
                String keyArn = share.id().keyArn();
                abandoned.add(new Abandoned(keyArn, region(keyArn), share.id().imageName(), claim.execution()));
            }
        }
        return new Output(
                abandoned,
                keys.stream().map(key -> new ShareKey(key, region(key))).toList());
    }

    private static String region(String keyArn) {
        return keyArn.split(":", -1)[3];
    }

    private boolean isUndoneByAnother(Claim claim, String sweep) {
        Optional<String> by = claim.undoneBy();
        return by.isPresent() && !by.get().equals(sweep) && isRunning(by.get());
    }

    private boolean isRunning(String execution) {
        return executions.runningSince(execution).isPresent();
    }
}
