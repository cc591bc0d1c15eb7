package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.aws.Regional;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.InvalidPrincipals;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.Overlap;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.keypolicy.ShareStatements;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.LimitExceededException;
import software.amazon.awssdk.services.kms.model.MalformedPolicyDocumentException;

/**
 * Makes the key's policy say what the ledger says: our statements are derived anew from all shares under the key, everybody else's are
 * left as they are. A step of its own, since KMS offers no conditional write: a policy can be lost to somebody else's write at any
 * time, so it is written, and after a turn of waiting read back, until both agree. The same step takes principals out again, once
 * their claim is being undone.
 *
 * <p>Safe to repeat, at any time and by anybody: it derives, it does not merge.
 */
public final class UpdateKeyPolicy {
    /** How often the ledger may change under one invocation's hands. */
    private static final int PASSES = 10;

    /** Some twelve minutes of waiting. KMS names no figure for a policy to become visible; minutes are rare. */
    private static final int MOST_TURNS = 30;

    private static final int LONGEST_WAIT_SECONDS = 30;

    /** So long a policy that reads as it did before it was written is taken for a late read, not for a lost write. */
    private static final int PATIENT_TURNS = 3;

    private final Ledger ledger;
    private final Regional<KmsClient> kms;
    private final Boundary boundary;

    /**
     * Which key's policy to make right.
     *
     * @param execution whose share it is, to be blamed for what does not fit
     * @param imageName of that share; none where only the policy is to be repaired
     * @param previous what the turn before has put out
     */
    public record Input(
            String keyArn,
            String region,
            String execution,
            @Nullable String imageName,
            @Nullable Output previous,
            int turn) {}

    /**
     * How far it has come.
     *
     * @param settled whether the policy, read back after a turn of waiting, says what the ledger says
     * @param digest of our statements as derived
     * @param overwritten of the policy that was read before the last write: if it is read again, the write is not visible yet
     * @param leftOut whom KMS refuses and another execution is still adding: that one will find out for itself
     * @param orphaned committed principals that were found dead and are left out from now on
     */
    public record Output(
            boolean settled,
            String digest,
            int turn,
            int waitSeconds,
            @Nullable String overwritten,
            @Nullable List<String> leftOut,
            @Nullable List<String> orphaned) {}

    public UpdateKeyPolicy(Ledger ledger, Regional<KmsClient> kms, Boundary boundary) {
        this.ledger = ledger;
        this.kms = kms;
        this.boundary = boundary;
    }

    public Output run(Input input) {
        return new Turn(input).take();
    }

    /** One invocation. */
    private final class Turn {
        private final Input input;
        private final KmsClient client;
        private final Optional<ShareId> id;
        private final int turn;
        private final @Nullable Output previous;
        private Principals leftOut;
        private Principals orphaned = Principals.none();
        private @Nullable String overwritten;
        private boolean isManaged;

        private Turn(Input input) {
            this.input = input;
            this.client = kms.in(input.region());
            this.id = Optional.ofNullable(input.imageName()).map(name -> new ShareId(input.keyArn(), name));
            // Settled before, and sent back since its principals are gone: all begins anew.
            this.previous = input.previous() == null || input.previous().settled() ? null : input.previous();
            this.turn = previous == null ? 0 : input.turn();
            this.overwritten = previous == null ? null : previous.overwritten();
            this.leftOut = previous == null || previous.leftOut() == null
                    ? Principals.none()
                    : Principals.parse(previous.leftOut());
        }

        private Output take() {
            for (int pass = 0; pass < PASSES; pass++) {
                List<Share> shares = ledger.sharesUnder(input.keyArn());
                KeyPolicy current = read();
                if (bury(shares, current)) {
                    continue;
                }
                ShareStatements derived = derive(wanted(shares, current));
                if (current.says(derived)) {
                    return turn > 0 ? settled(derived) : notYet(derived);
                } else if (mayBeLate(current)) {
                    return notYet(derived);
                }
                Optional<ShareStatements> written = write(shares, derived);
                if (written.isPresent() && ledger.sharesUnder(input.keyArn()).equals(shares)) {
                    return notYet(written.get());
                }
            }
            throw new KeyPolicyConflict("The shares under key " + input.keyArn()
                    + " change faster than its policy can be written. Start the same request again later.");
        }

        private Output settled(ShareStatements derived) {
            return output(true, derived, 0);
        }

        private Output notYet(ShareStatements derived) {
            if (turn >= MOST_TURNS) {
                throw new KeyPolicyConflict("The policy of key " + input.keyArn() + " in " + input.region()
                        + " does not keep the statements " + String.join(", ", ShareStatements.sids())
                        + ": somebody else keeps writing it. Find out who (PutKeyPolicy in CloudTrail), have them keep statements "
                        + "that are not theirs, then start the same request again.");
            }
            return output(false, derived, Math.min(5 * (turn + 1), LONGEST_WAIT_SECONDS));
        }

        private Output output(boolean settled, ShareStatements derived, int waitSeconds) {
            return new Output(
                    settled,
                    derived.digest(),
                    turn + 1,
                    waitSeconds,
                    overwritten,
                    leftOut.isEmpty() ? null : leftOut.values(),
                    orphaned.isEmpty() ? null : orphaned.values());
        }

        private boolean mayBeLate(KeyPolicy current) {
            return turn > 0 && turn <= PATIENT_TURNS && current.fingerprint().equals(overwritten);
        }

        /**
         * Whom the policy has to name: whom all shares were committed for, and whom running executions add. The execution whose own
         * additions do not go with the rest fails; those of others are left to their own executions to judge.
         */
        private Principals wanted(List<Share> shares, KeyPolicy current) {
            Principals wanted = all(shares).minus(leftOut);
            Principals mine = mine(shares);
            Overlap.among(wanted, mine).stream().findFirst().ifPresent(overlap -> {
                throw new NotShareable(overlap.message(input.keyArn()));
            });
            Optional<String> tooLong = Refusals.tooLong(input.keyArn(), current.with(derive(wanted)), mine);
            if (tooLong.isPresent() && !mine.isEmpty()) {
                throw new NotShareable(tooLong.get());
            } else if (tooLong.isPresent()) {
                return committed(shares).plus(current.named(wanted));
            }
            return wanted;
        }

        /** Writes; or finds out who must be left out first, and does not write, for all is to be read again. */
        private Optional<ShareStatements> write(List<Share> shares, ShareStatements derived) {
            requireManaged();
            KeyPolicy current = read(); // as late as possible: what others write from here on is lost
            if (put(current, derived)) {
                return Optional.of(derived);
            }
            if (!read().fingerprint().equals(current.fingerprint())) {
                return Optional.empty();
            }
            Refusals.orphans(input.keyArn(), current).ifPresent(refusal -> {
                throw new NotShareable(refusal);
            });
            Principals suspects =
                    derived.principals().where(Principal::isNamed).minus(current.named(derived.principals()));
            Principals innocent = derived.principals().minus(suspects);
            Principals invalid = InvalidPrincipals.among(suspects, good -> put(current, derive(innocent.plus(good))));
            if (invalid.equals(suspects) && !put(current, derive(innocent))) {
                throw new AwsUnavailable(
                        "KMS refuses the policy of key " + input.keyArn() + " in " + input.region()
                                + " for a principal that stood in it before: somebody was deleted just now. Start again later.");
            }
            refuseOwn(invalid.where(mine(shares)::contains));
            Principals dead = invalid.where(committed(shares)::contains);
            markOrphaned(shares, dead);
            leftOut = leftOut.plus(invalid.minus(dead));
            return Optional.empty();
        }

        private void refuseOwn(Principals invalid) {
            if (!invalid.isEmpty()) {
                throw new NotShareable("KMS refuses to name " + String.join(", ", invalid.values())
                        + " in the policy of key " + input.keyArn()
                        + ": there is no such principal. Correct it, or create it, then start again.");
            }
        }

        private boolean put(KeyPolicy current, ShareStatements derived) {
            KeyPolicy next = current.with(derived);
            try {
                client.putKeyPolicy(
                        r -> r.keyId(input.keyArn()).policyName("default").policy(next.text()));
                overwritten = current.fingerprint();
                return true;
            } catch (MalformedPolicyDocumentException e) {
                if (String.valueOf(e.getMessage()).contains("invalid principal")) {
                    return false;
                }
                throw e;
            } catch (LimitExceededException e) {
                throw new NotShareable(
                        Refusals.tooLong(input.keyArn(), next, derived.principals())
                                .orElseGet(() -> "The policy of key " + input.keyArn()
                                        + " is longer than KMS takes: share under another key (kmsKeyId)."),
                        e);
            }
        }

        /** A role that was deleted reads back as an id: whoever is named like it tomorrow is not whom we shared with. */
        private boolean bury(List<Share> shares, KeyPolicy current) {
            if (current.orphansInOurs().isEmpty()) {
                return false;
            }
            Principals roles = committed(shares).where(p -> p.kind() == Principal.Kind.ROLE);
            Principals dead = roles.minus(current.named(roles));
            markOrphaned(shares, dead);
            return !dead.isEmpty();
        }

        private void markOrphaned(List<Share> shares, Principals dead) {
            for (Share share : shares) {
                if (!share.committedPrincipals().where(dead::contains).isEmpty()) {
                    ledger.markOrphaned(share.id(), dead);
                }
            }
            orphaned = orphaned.plus(dead);
        }

        private void requireManaged() {
            if (isManaged) {
                return;
            }
            isManaged = client.listResourceTagsPaginator(r -> r.keyId(input.keyArn())).tags().stream()
                    .anyMatch(t -> t.tagKey().equals(ManagedTags.MANAGED)
                            && t.tagValue().equals("true"));
            if (!isManaged) {
                throw new NotShareable("Key " + input.keyArn() + " does not carry the tag " + ManagedTags.MANAGED
                        + " = true, so its policy is not changed. Have an administrator tag it, or use another key.");
            }
        }

        private KeyPolicy read() {
            try {
                return KeyPolicy.parse(
                        client.getKeyPolicy(r -> r.keyId(input.keyArn()).policyName("default"))
                                .policy());
            } catch (UnreadablePolicy e) {
                throw new NotShareable("Key " + input.keyArn() + " in " + input.region() + ": " + e.getMessage(), e);
            }
        }

        private Principals mine(List<Share> shares) {
            return shares.stream()
                    .filter(share -> id.equals(Optional.of(share.id())) && share.isClaimedBy(input.execution()))
                    .map(Share::adding)
                    .findFirst()
                    .orElse(Principals.none());
        }

        private ShareStatements derive(Principals principals) {
            return ShareStatements.derive(principals, boundary, input.keyArn());
        }
    }

    private static Principals all(List<Share> shares) {
        return shares.stream().map(Share::granted).reduce(Principals.none(), Principals::plus);
    }

    private static Principals committed(List<Share> shares) {
        return shares.stream().map(Share::committedPrincipals).reduce(Principals.none(), Principals::plus);
    }
}
