package dev.amishare.step;

import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;

/**
 * Drops an execution's claim once its undo is through, so that the next execution may claim the share. A step of its own, since it must
 * come after the key policy: until then nobody else may begin. Where undo has left something, the claim stays, and with it the duty
 * to finish.
 *
 * <p>Safe to repeat: a claim that is not that execution's stays.
 */
public final class ReleaseClaim {
    private final Ledger ledger;

    /**
     * Which claim to drop.
     *
     * @param execution whose claim it is: this one's, or one that has ended
     */
    public record Input(String keyArn, String imageName, String execution) {}

    /** Whether the claim is gone. */
    public record Output(boolean released) {}

    public ReleaseClaim(Ledger ledger) {
        this.ledger = ledger;
    }

    public Output run(Input input) {
        ShareId id = new ShareId(input.keyArn(), input.imageName());
        Share share = ledger.release(id, input.execution());
        return new Output(!share.isClaimedBy(input.execution()));
    }
}
