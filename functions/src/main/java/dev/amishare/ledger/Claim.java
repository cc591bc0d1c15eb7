package dev.amishare.ledger;

import dev.amishare.keypolicy.Principals;
import java.util.List;
import java.util.Optional;

/**
 * An execution's right to change a share. It is never taken over: once its execution has ended, it is undone and released.
 *
 * @param execution the ARN of the execution
 * @param adding whom the execution adds to the share
 * @param permissions the launch permissions that it adds to the image, written down before it does
 * @param copiers the accounts that it gives the image's snapshots, written down before it does
 * @param undoneBy the ARN of the execution that undoes this claim, once it is {@code UNDOING}: one at a time
 * @param left what undo could not remove; while there is any, the claim stays
 */
public record Claim(
        String execution,
        Phase phase,
        Principals adding,
        List<String> permissions,
        List<String> copiers,
        Optional<String> undoneBy,
        List<String> left) {
    public Claim {
        permissions = List.copyOf(permissions);
        copiers = List.copyOf(copiers);
        left = List.copyOf(left);
    }

    /** Forward, or backward and never forward again. */
    public enum Phase {
        RUNNING,
        UNDOING
    }

    static Claim begin(String execution, Principals adding) {
        return new Claim(execution, Phase.RUNNING, adding, List.of(), List.of(), Optional.empty(), List.of());
    }

    Claim undoing(String by) {
        return new Claim(execution, Phase.UNDOING, adding, permissions, copiers, Optional.of(by), left);
    }

    Claim withLeft(List<String> whatIsLeft) {
        return new Claim(execution, phase, adding, permissions, copiers, undoneBy, whatIsLeft);
    }

    Claim withIntended(List<String> allPermissions, List<String> allCopiers) {
        return new Claim(execution, phase, adding, allPermissions, allCopiers, undoneBy, left);
    }
}
