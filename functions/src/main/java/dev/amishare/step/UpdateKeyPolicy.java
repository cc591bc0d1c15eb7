package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.aws.Regional;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.keypolicy.ShareStatements;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Grants;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.request.KeyRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.LimitExceededException;
import software.amazon.awssdk.services.kms.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.kms.model.Tag;

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

    /** Well below KMS's 15 PutKeyPolicy a second, which all who share under the account's keys have in common. */
    private static final int MOST_WRITES_A_TURN = 4;

    private static final int SECONDS_BETWEEN_SEARCHES = 5;

    /** After so many writes, or so many found, a search for principals that do not exist ends. */
    private static final int MOST_WRITES_OF_SEARCH = 60;

    private static final int MOST_FOUND = 10;

    private final Ledger ledger;
    private final Regional<KmsClient> kms;
    private final Boundary boundary;
    private final String ledgerArn;

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
     * @param leftOut whom KMS does not accept any more and another execution is still adding: that one will find out for itself
     * @param orphaned committed principals that were found dead and are left out from now on
     * @param wrote whether the policy was written since it was last settled
     * @param search for those whom KMS refuses, while there is one
     */
    public record Output(
            boolean settled,
            String digest,
            int turn,
            int waitSeconds,
            @Nullable String overwritten,
            @Nullable List<String> leftOut,
            @Nullable List<String> orphaned,
            @Nullable Boolean wrote,
            @Nullable Search search) {}

    /**
     * A search for principals that KMS refuses: it says only that there are some. It goes through those who are not in the policy yet, in
     * their order; each accepted write holds all that were found good.
     *
     * @param next how many are tried next, 0 for all
     * @param suspected among so many of the first, one is known to be refused; 0 where none is
     * @param writes how many writes it took so far
     * @param isBaseAccepted whether KMS was seen to accept the policy without any of them
     * @param refused those of this execution's own that were found
     */
    public record Search(int next, int suspected, int writes, boolean isBaseAccepted, List<String> refused) {
        public Search {
            refused = List.copyOf(refused);
        }

        static final Search NONE = new Search(0, 0, 0, false, List.of());

        /** Whether KMS has refused something. */
        boolean isOn() {
            return next > 0 || suspected > 0 || !refused.isEmpty();
        }
    }

    /** @param ledgerArn the mark of this deployment on the keys whose policies it writes */
    public UpdateKeyPolicy(Ledger ledger, Regional<KmsClient> kms, Boundary boundary, String ledgerArn) {
        this.ledger = ledger;
        this.kms = kms;
        this.boundary = boundary;
        this.ledgerArn = ledgerArn;
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
        private Principals leftOut;
        private Principals orphaned = Principals.none();
        private Principals accepted = Principals.none();
        private Search search;
        private @Nullable String overwritten;
        private boolean wrote;
        private boolean isMarked;
        private int writes;

        private Turn(Input input) {
            this.input = input;
            this.client = kms.in(input.region());
            this.id = Optional.ofNullable(input.imageName()).map(name -> new ShareId(input.keyArn(), name));
            // Settled before, and sent back since its principals are gone: all begins anew.
            Output previous = input.previous() == null || input.previous().settled() ? null : input.previous();
            this.turn = previous == null ? 0 : input.turn();
            this.overwritten = previous == null ? null : previous.overwritten();
            this.wrote = previous != null && Boolean.TRUE.equals(previous.wrote());
            this.search = previous == null || previous.search() == null ? Search.NONE : previous.search();
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
                Grants grants = grants(shares);
                ShareStatements derived = derived(grants, current);
                if (current.says(derived)) {
                    refuseFound(Principals.none());
                    if (prove(grants, derived.principals())) {
                        continue; // what stood against this claim only now is to be seen
                    }
                    return turn > 0 && !search.isOn() ? settled(grants, derived) : notYet(derived);
                } else if (mayBeLate(current)) {
                    return notYet(derived);
                } else if (!mayWrite(grants)) {
                    return output(true, derived, turn + 1, 0);
                }
                Optional<Output> output = write(shares, grants, derived);
                if (output.isPresent()) {
                    return output.get();
                }
            }
            throw new KeyPolicyConflict("The shares under key " + input.keyArn()
                    + " change faster than its policy can be written. Start the same request again later.");
        }

        /** What the ledger asks for, unless it is this execution's share that does not go with the rest. */
        private Grants grants(List<Share> shares) {
            Grants grants = Grants.of(shares, boundary, id, input.execution());
            List<String> refusals = new ArrayList<>(Refusals.outside(grants.mine(), boundary));
            refusals.addAll(grants.refusals(input.keyArn()));
            if (!refusals.isEmpty()) {
                throw new NotShareable(String.join("\n", refusals));
            }
            return grants;
        }

        private ShareStatements derived(Grants grants, KeyPolicy current) {
            Principals wanted = grants.all().minus(leftOut).minus(Principals.parse(search.refused()));
            Principals unproven = grants.unproven();
            Optional<String> tooLong = Refusals.tooLong(input.keyArn(), current.with(derive(wanted)), unproven);
            if (tooLong.isPresent() && !unproven.isEmpty()) {
                throw new NotShareable(tooLong.get());
            } else if (tooLong.isPresent()) {
                return derive(grants.committed().plus(current.named(wanted)));
            }
            return derive(wanted);
        }

        /** Settled, unless the mark that was read before the first write has been another deployment's since. */
        private Output settled(Grants grants, ShareStatements derived) {
            if (wrote) {
                mayWrite(grants); // throws where it is another's and this execution needs it
            }
            return output(true, derived, turn + 1, 0);
        }

        private Output notYet(ShareStatements derived) {
            if (turn >= MOST_TURNS) {
                throw new KeyPolicyConflict("The policy of key " + input.keyArn() + " in " + input.region()
                        + " does not keep the statements " + String.join(", ", ShareStatements.sids())
                        + ": somebody else keeps writing it. Find out who (PutKeyPolicy in CloudTrail), have them keep statements "
                        + "that are not theirs, then start the same request again.");
            }
            search = Search.NONE;
            return output(false, derived, turn + 1, Math.min(5 * (turn + 1), LONGEST_WAIT_SECONDS));
        }

        private Output output(boolean settled, ShareStatements derived, int nextTurn, int waitSeconds) {
            return new Output(
                    settled,
                    derived.digest(),
                    nextTurn,
                    waitSeconds,
                    overwritten,
                    leftOut.isEmpty() ? null : leftOut.values(),
                    orphaned.isEmpty() ? null : orphaned.values(),
                    wrote ? true : null,
                    search.isOn() ? search : null);
        }

        private boolean mayBeLate(KeyPolicy current) {
            return turn > 0
                    && turn <= PATIENT_TURNS
                    && !search.isOn()
                    && current.fingerprint().equals(overwritten);
        }

        /**
         * Writes all of it, or, where KMS has refused that, a part.
         *
         * @return empty where all is to be read again
         */
        private Optional<Output> write(List<Share> shares, Grants grants, ShareStatements derived) {
            KeyPolicy current = read(); // as late as possible: what others write from here on is lost
            List<Principal> untested = untested(grants, derived, current);
            int number = howMany(untested.size());
            Principals tried = Principals.of(untested.subList(0, number));
            ShareStatements part =
                    derive(derived.principals().minus(Principals.of(untested.subList(number, untested.size()))));
            if (writes >= MOST_WRITES_A_TURN) {
                return Optional.of(search.isOn() ? searchOn(derived, grants, untested) : notYet(derived));
            } else if (put(current, part)) {
                accepted = accepted.plus(tried);
                prove(grants, part.principals());
                return number == untested.size() ? written(derived, current) : goOn(number);
            } else if (!read().fingerprint().equals(current.fingerprint())) {
                return Optional.empty();
            }
            refuseForeign(current);
            search = new Search(
                    Math.max(1, number / 2), number, search.writes(), search.isBaseAccepted(), search.refused());
            if (number <= 1) {
                requireBase(current, derived, Principals.of(untested));
                accuse(shares, grants, tried, Principals.of(untested).minus(tried));
            }
            return Optional.empty();
        }

        /** The search goes on in the next turn. It has a bound of its own, so this turn does not count. */
        private Output searchOn(ShareStatements derived, Grants grants, List<Principal> untested) {
            if (search.writes() >= MOST_WRITES_OF_SEARCH) {
                refuseFound(Principals.of(untested).where(grants.unproven()::contains));
                throw new KeyPolicyConflict("KMS refuses the policy of key " + input.keyArn() + " in " + input.region()
                        + " for somebody it names, and who that is was not found in " + search.writes()
                        + " writes, since the policy changes meanwhile. Start the same request again later.");
            }
            return output(false, derived, turn, SECONDS_BETWEEN_SEARCHES);
        }

        /** Whom KMS was not seen to accept: a write with the others alone should pass. */
        private List<Principal> untested(Grants grants, ShareStatements derived, KeyPolicy current) {
            Principals named = derived.principals().where(Principal::isNamed);
            return named
                    .minus(current.named(named))
                    .minus(accepted)
                    .minus(grants.mine().minus(grants.unproven()))
                    .stream()
                    .toList();
        }

        /** Halves of those among whom one is known to be refused; else twice as many each time. */
        private int howMany(int untested) {
            if (search.suspected() > 0) {
                return Math.min(Math.max(1, search.suspected() / 2), untested);
            }
            return search.next() == 0 ? untested : Math.min(search.next(), untested);
        }

        private Optional<Output> goOn(int number) {
            search = new Search(
                    2 * number,
                    Math.max(0, search.suspected() - number),
                    search.writes(),
                    search.isBaseAccepted(),
                    search.refused());
            return Optional.empty();
        }

        /** Done, unless the ledger asks for something else by now. */
        private Optional<Output> written(ShareStatements derived, KeyPolicy current) {
            refuseFound(Principals.none());
            Grants now = grants(ledger.sharesUnder(input.keyArn()));
            return derived(now, current).digest().equals(derived.digest())
                    ? Optional.of(notYet(derived))
                    : Optional.empty();
        }

        /** Before anybody is accused, those who stood in the policy before must pass without him. */
        private void requireBase(KeyPolicy current, ShareStatements derived, Principals untested) {
            if (untested.isEmpty()
                    || (!search.isBaseAccepted()
                            && !put(current, derive(derived.principals().minus(untested))))) {
                throw new AwsUnavailable(
                        "KMS refuses the policy of key " + input.keyArn() + " in " + input.region()
                                + " for a principal that stood in it before: somebody was deleted just now. Start again later.");
            }
            search = new Search(search.next(), search.suspected(), search.writes(), true, search.refused());
        }

        /** One who alone makes KMS refuse the policy: whose he is decides. */
        private void accuse(List<Share> shares, Grants grants, Principals found, Principals others) {
            List<String> refused = new ArrayList<>(search.refused());
            if (!found.minus(grants.mine()).isEmpty()) {
                Principals dead = found.where(grants.committed()::contains);
                markOrphaned(shares, dead);
                leftOut = leftOut.plus(found.minus(dead));
            } else {
                refused.addAll(found.values());
            }
            search = new Search(1, 0, search.writes(), true, refused);
            if (refused.size() >= MOST_FOUND || search.writes() >= MOST_WRITES_OF_SEARCH) {
                refuseFound(others.where(grants.unproven()::contains));
            }
        }

        private void refuseFound(Principals notTested) {
            if (!search.refused().isEmpty()) {
                throw new NotShareable("KMS refuses to name " + String.join(", ", search.refused())
                        + " in the policy of key " + input.keyArn()
                        + ": there is no such principal. Correct it, or create it, then start again."
                        + (notTested.isEmpty()
                                ? ""
                                : " " + notTested.size() + " more were not tested, from "
                                        + notTested.values().get(0) + " on."));
            }
        }

        private void refuseForeign(KeyPolicy current) {
            Refusals.orphans(input.keyArn(), current)
                    .or(() -> Refusals.incomplete(input.keyArn(), current))
                    .ifPresent(refusal -> {
                        throw new NotShareable(refusal);
                    });
        }

        private boolean put(KeyPolicy current, ShareStatements derived) {
            KeyPolicy next = current.with(derived);
            writes++;
            search = new Search(
                    search.next(), search.suspected(), search.writes() + 1, search.isBaseAccepted(), search.refused());
            try {
                client.putKeyPolicy(
                        r -> r.keyId(input.keyArn()).policyName("default").policy(next.text()));
                overwritten = current.fingerprint();
                wrote = true;
                return true;
            } catch (MalformedPolicyDocumentException e) {
                if (String.valueOf(e.getMessage()).contains("invalid principal")) {
                    return false;
                }
                refuseForeign(current);
                throw e;
            } catch (LimitExceededException e) {
                throw new NotShareable(
                        Refusals.tooLong(input.keyArn(), next, derived.principals())
                                .orElseGet(() -> "The policy of key " + input.keyArn()
                                        + " is longer than KMS takes: share under another key (kmsKeyId)."),
                        e);
            }
        }

        /** Writes down whom of this execution's own KMS has accepted. Whether there was something to write down. */
        private boolean prove(Grants grants, Principals inPolicy) {
            Principals proven = grants.unproven().where(inPolicy::contains);
            if (!proven.isEmpty()) {
                ledger.recordProven(id.orElseThrow(), input.execution(), proven);
            }
            return !proven.isEmpty();
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

        /**
         * Whether the policy is this deployment's to write. Marks a key that bears no mark yet; looks once before it is written, and once
         * more when it is settled, since two deployments may mark a key at the same time.
         *
         * @return false where another deployment has the key, and this execution has nothing to add to it: it is left alone
         */
        private boolean mayWrite(Grants grants) {
            if (isMarked) {
                return true;
            }
            Map<String, String> tags = client.listResourceTagsPaginator(r -> r.keyId(input.keyArn())).tags().stream()
                    .collect(Collectors.toMap(Tag::tagKey, Tag::tagValue));
            Optional<String> other = KeyRules.otherLedger(input.keyArn(), tags, ledgerArn);
            if (other.isPresent() && !grants.isForward()) {
                return false;
            } else if (other.isPresent()) {
                throw new NotShareable(other.get());
            }
            if (!"true".equals(tags.get(ManagedTags.MANAGED))) {
                throw new NotShareable("Key " + input.keyArn() + " does not carry the tag " + ManagedTags.MANAGED
                        + " = true, so its policy is not changed. Have an administrator tag it, or use another key.");
            }
            if (!tags.containsKey(ManagedTags.LEDGER)) {
                client.tagResource(r -> r.keyId(input.keyArn())
                        .tags(Tag.builder()
                                .tagKey(ManagedTags.LEDGER)
                                .tagValue(ledgerArn)
                                .build()));
            }
            isMarked = true;
            return true;
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

        private ShareStatements derive(Principals principals) {
            return ShareStatements.derive(principals, boundary, input.keyArn());
        }
    }

    private static Principals committed(List<Share> shares) {
        return shares.stream().map(Share::committedPrincipals).reduce(Principals.none(), Principals::plus);
    }
}
