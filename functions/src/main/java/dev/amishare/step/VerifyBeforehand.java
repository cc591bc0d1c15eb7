package dev.amishare.step;

import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What has to be known of the targets before anything is copied, and only they or their organization can tell: that an account which
 * nothing but an organization of the boundary covers is its member; and, where proof is required, that a verifier role answers. The
 * second state of the Verify function, since verifier roles trust no other.
 *
 * <p>That the verifier role of an account answers proves membership: our role may ask it only under {@code aws:ResourceOrgID}, which AWS
 * looks up and no account can pretend (docs/adr/0037). Accounts that the boundary lists may be asked without that, so they are never
 * among those to prove.
 *
 * <p>Safe to repeat: it only asks. Nothing was changed yet, so there is nothing to undo.
 */
public final class VerifyBeforehand {
    /** So many are named in a line; an execution's cause holds 32 KiB. */
    private static final int MOST_NAMED = 100;

    private final TargetSide targetSide;
    private final Optional<Membership> membership;
    private final Boundary boundary;

    /** Tells which organization an account is a member of, where the deployment may ask. */
    public interface Membership {
        /** The organization's id, {@code o-…}; empty for an account that our own organization does not hold. */
        Optional<String> organizationOf(String account);
    }

    /**
     * Whom to ask.
     *
     * @param membersToProve the accounts of targets that only an organization of the boundary covers
     * @param accounts the targets that are accounts
     * @param requireProof whether less than {@code LAUNCHABLE} will be a failure
     * @param region where to ask
     */
    public record Input(
            List<String> membersToProve, List<String> accounts, boolean requireProof, String region, String execution) {
        public Input {
            membersToProve = List.copyOf(membersToProve);
            accounts = List.copyOf(accounts);
        }
    }

    /**
     * What was found.
     *
     * @param answered in how many accounts a verifier role answered
     */
    public record Output(int answered) {}

    public VerifyBeforehand(TargetSide targetSide, Optional<Membership> membership, Boundary boundary) {
        this.targetSide = targetSide;
        this.membership = membership;
        this.boundary = boundary;
    }

    public Output run(Input input) {
        String partition = input.execution().split(":", -1)[1];
        Set<String> toAsk = new TreeSet<>(input.membersToProve());
        if (input.requireProof()) {
            toAsk.addAll(input.accounts());
        }
        Set<String> answered = new HashSet<>();
        for (String account : toAsk) {
            if (targetSide.answers(input.region(), account, partition)) {
                answered.add(account);
            }
        }
        List<String> strangers = input.membersToProve().stream()
                .filter(account -> !answered.contains(account) && !isMember(account))
                .toList();
        List<String> mute = input.requireProof()
                ? input.accounts().stream().filter(a -> !answered.contains(a)).toList()
                : List.of();
        refuse(strangers, mute);
        return new Output(answered.size());
    }

    private boolean isMember(String account) {
        return membership
                .flatMap(asked -> asked.organizationOf(account))
                .filter(id -> boundary.organizations().contains(id))
                .isPresent();
    }

    private void refuse(List<String> strangers, List<String> mute) {
        List<String> faults = new ArrayList<>();
        if (!strangers.isEmpty()) {
            faults.add("targets: not proved to be in "
                    + String.join(" or ", boundary.organizations())
                    + ", and nothing else of the boundary covers it: "
                    + some(strangers) + ". Deploy the target template there, so that the role "
                    + targetSide.roleName() + " answers; or "
                    + (membership.isPresent()
                            ? "see that the account is in the organization that this deployment asks; "
                            : "let the deployment ask AWS Organizations (setting askOrganizations); ")
                    + "or name the organization itself as the target (targets.organizations)");
        }
        if (!mute.isEmpty()) {
            faults.add("verify.requireProof: " + targetSide.unanswered(some(mute)) + ", or leave requireProof out");
        }
        if (!faults.isEmpty()) {
            throw new NotShareable(String.join("\n", faults));
        }
    }

    private static String some(List<String> accounts) {
        int more = accounts.size() - MOST_NAMED;
        return String.join(", ", accounts.subList(0, Math.min(MOST_NAMED, accounts.size())))
                + (more > 0 ? " and " + more + " more" : "");
    }
}
