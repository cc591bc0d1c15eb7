package dev.amishare.step;

import dev.amishare.ami.Differences;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.NotShareable;
import dev.amishare.error.VerificationFailed;
import dev.amishare.keypolicy.Audience;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.LaunchRights;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Surplus;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Grants;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import dev.amishare.step.Check.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeyState;

/**
 * Proves the share as far as it can be proved without a launch: from the source's side what AWS says of image, snapshots, permissions
 * and key, and that they let in whom the ledger names and nobody else; from the target's side, where its verifier role answers, that it
 * sees the image, reaches the key, and that EC2 would take its RunInstances. A step of its own, and the only one that says so: what the
 * others did is not believed here, but looked at.
 *
 * <p>Safe to repeat: it only reads. What AWS may show late is looked at again before it counts as a failure.
 */
public final class Verify {
    /** After so many turns, what is not visible is not there. */
    private static final int PATIENT_TURNS = 4;

    /** An image copied as a whole is pending for as long as its snapshots are, so this waits longer. */
    private static final int PENDING_TURNS = 400;

    private static final int MOST_REWRITES = 12;

    private static final String MOST_OF_OTHERS =
            "GRANTED is the most that a role, an organization or a unit can reach without a canary";

    /** So many are named; more would not fit into an execution's cause or output. */
    private static final int MOST_NAMED = 20;

    /** Of so many it is told who may launch which images; a line each. */
    private static final int MOST_ACCOUNTS = 3;

    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;
    private final Regional<KmsClient> kms;
    private final TargetSide targetSide;
    private final Boundary boundary;

    /**
     * What to prove, and for whom.
     *
     * @param reused whether the image was shared before: then others are responsible for what it lacks
     * @param turn how often this share was looked at
     * @param suspects what the look before has found in the key's policy that nothing explained
     */
    public record Input(
            RegionPlan plan,
            SharedImage image,
            String execution,
            boolean reused,
            int turn,
            List<String> suspects,
            Instant at) {
        public Input {
            suspects = List.copyOf(suspects);
        }
    }

    /** What the state machine does next. */
    public enum Next {
        COMMIT,
        WAIT,
        POLICY
    }

    /**
     * What was found.
     *
     * @param waitSeconds before the next look
     * @param suspects what was found in the key's policy and nothing explains; too much only if the next look finds it, too
     * @param checks those that hold for all targets
     */
    public record Output(
            Next next,
            int turn,
            int waitSeconds,
            List<String> suspects,
            List<Check> checks,
            List<TargetResult> targets) {
        static Output again(Next next, int turn, int waitSeconds, List<String> suspects) {
            return new Output(next, turn + 1, waitSeconds, suspects, List.of(), List.of());
        }
    }

    /**
     * How far the proof goes for one target.
     *
     * @param verified {@code LAUNCHABLE}, {@code GRANTED} or {@code BLOCKED}
     * @param checks those of its own that did not pass
     */
    public record TargetResult(String principal, Verified verified, List<Check> checks) {}

    /** What is proved, never more. */
    public enum Verified {
        LAUNCHABLE,
        GRANTED,
        BLOCKED
    }

    public Verify(
            Ledger ledger, Regional<Ec2Client> ec2, Regional<KmsClient> kms, TargetSide targetSide, Boundary boundary) {
        this.ledger = ledger;
        this.ec2 = ec2;
        this.kms = kms;
        this.targetSide = targetSide;
        this.boundary = boundary;
    }

    public Output run(Input input) {
        RegionPlan plan = input.plan();
        Share share = ledger.held(new ShareId(plan.keyArn(), plan.imageName()), input.execution());
        Ec2Client client = ec2.in(plan.region());
        Images images = new Images(client, plan.region());
        Image image = images.managed(input.image().imageId());
        if (image.state() == ImageState.PENDING && input.turn() < PENDING_TURNS) {
            return Output.again(Next.WAIT, input.turn(), 15, List.of());
        }
        requireAttributes(plan, image);
        LaunchPermissions permissions = LaunchPermissions.of(client, image.imageId());
        List<Snapshot> snapshots = images.snapshots(Images.snapshotIds(image));
        List<Check> checks = new ArrayList<>();
        checks.add(available(image));
        checks.addAll(volumes(plan, image, snapshots));
        checks.add(notPublic(permissions));
        checks.add(exactlyTheNamed(input, share, image, permissions, snapshots));
        checks.add(keyEnabled(plan));
        orphaned(share).ifPresent(checks::add);
        outside(share).ifPresent(checks::add);
        List<Share> before = ledger.sharesUnder(plan.keyArn());
        oneAudience(before, input.execution()).ifPresent(checks::add);
        plan.notes().forEach(note -> checks.add(new Check("note", Result.WARN, note)));

        KeyPolicy policy = policy(plan);
        Map<Principal, LaunchRights> rights = new LinkedHashMap<>();
        for (String value : plan.targets().principals()) {
            Principal principal = Principal.of(value);
            LaunchRights judged = LaunchRights.judge(policy, principal, boundary, plan.keyArn());
            if (judged instanceof LaunchRights.Missing missing && boundary.permits(principal)) {
                return rewritePolicy(input, "what was written for " + principal + ": " + missing.reason());
            }
            rights.put(principal, judged);
        }
        List<String> surplus = surplus(plan, policy, before);
        if (!surplus.isEmpty()) {
            Optional<String> again =
                    surplus.stream().filter(input.suspects()::contains).findFirst();
            return again.map(twice -> rewritePolicy(input, "to whom it is restricted: it also names " + twice))
                    .orElseGet(() -> Output.again(Next.WAIT, input.turn(), 5, surplus));
        }
        List<Proof> proofs = new ArrayList<>();
        rights.forEach((principal, judged) -> proofs.add(proof(plan, image, principal, permissions, judged)));
        notProved(proofs).ifPresent(checks::add);
        return judged(input, checks, proofs);
    }

    private static Output rewritePolicy(Input input, String what) {
        if (input.turn() >= MOST_REWRITES) {
            throw new KeyPolicyConflict(
                    "The policy of key " + input.plan().keyArn() + " in "
                            + input.plan().region() + " does not keep " + what
                            + ". Somebody else keeps writing it: find out who (PutKeyPolicy in CloudTrail), then start the same request again.");
        }
        return Output.again(Next.POLICY, input.turn(), 0, List.of());
    }

    /**
     * What our statements name and neither a share nor a claim explains, one that is being undone included. Other executions add and take
     * out while this one looks: so the ledger is read before the policy and, where that leaves something, once more after it.
     */
    private List<String> surplus(RegionPlan plan, KeyPolicy policy, List<Share> before) {
        List<String> surplus = Surplus.in(policy, explained(before), boundary, plan.keyArn());
        if (surplus.isEmpty()) {
            return surplus;
        }
        Principals both = explained(before).plus(explained(ledger.sharesUnder(plan.keyArn())));
        return Surplus.in(policy, both, boundary, plan.keyArn()).stream()
                .limit(MOST_NAMED)
                .toList();
    }

    /** Whom shares are for, and whom executions add or are taking out again. */
    static Principals explained(List<Share> shares) {
        return shares.stream()
                .map(share -> share.committedPrincipals()
                        .plus(share.claim().map(Claim::adding).orElse(Principals.none())))
                .reduce(Principals.none(), Principals::plus);
    }

    private static Output judged(Input input, List<Check> checks, List<Proof> proofs) {
        List<String> faults = new ArrayList<>();
        checks.stream().filter(Check::failed).map(Check::line).forEach(faults::add);
        for (Proof proof : proofs) {
            TargetResult target = proof.result();
            if (target.verified() == Verified.BLOCKED) {
                target.checks().stream()
                        .filter(Check::failed)
                        .forEach(check -> faults.add(target.principal() + ": " + check.line()));
            } else if (input.plan().verify().requireProof() && target.verified() != Verified.LAUNCHABLE) {
                faults.add(target.principal() + ": only " + target.verified()
                        + ", and verify.requireProof asks for LAUNCHABLE"
                        + target.checks().stream()
                                .map(check -> "; " + check.line())
                                .reduce("", String::concat)
                        + proof.reason().map("; "::concat).orElse(""));
            }
        }
        if (faults.isEmpty()) {
            return new Output(
                    Next.COMMIT,
                    input.turn() + 1,
                    0,
                    List.of(),
                    List.copyOf(checks),
                    proofs.stream().map(Proof::result).toList());
        } else if (input.turn() < PATIENT_TURNS) {
            return Output.again(Next.WAIT, input.turn(), 5 * (input.turn() + 1), List.of());
        }
        throw new VerificationFailed("Image " + input.image().imageId() + " under key "
                + input.plan().keyArn() + " in "
                + input.plan().region() + " is not launchable as asked: " + some(faults, ". ")
                + ". Correct what the failed checks name, then start the same request again.");
    }

    private static String some(List<String> all, String between) {
        return some(all, MOST_NAMED, between);
    }

    private static String some(List<String> all, int most, String between) {
        List<String> named = all.subList(0, Math.min(most, all.size()));
        return String.join(between, named)
                + (all.size() > named.size() ? between + "and " + (all.size() - named.size()) + " more" : "");
    }

    private static void requireAttributes(RegionPlan plan, Image image) {
        List<String> differences = Differences.between(plan.source(), ImageAttributes.of(image));
        if (!differences.isEmpty()) {
            throw new AttributesLost(
                    "Image " + image.imageId() + " in " + plan.region() + " differs from its source "
                            + plan.sourceImageId() + " in what decides how it boots or what it costs: "
                            + String.join("; ", differences)
                            + ". AWS has made the difference. Make a new source image that can be copied, for instance from an instance.");
        }
    }

    private static Check available(Image image) {
        return Check.of(
                "image-available",
                image.state() == ImageState.AVAILABLE,
                image.imageId() + " is " + image.stateAsString()
                        + (image.stateReason() == null
                                ? ""
                                : " (" + image.stateReason().message() + ")"));
    }

    private static List<Check> volumes(RegionPlan plan, Image image, List<Snapshot> described) {
        Map<String, Snapshot> snapshots = new HashMap<>();
        described.forEach(s -> snapshots.put(s.snapshotId(), s));
        List<String> wrong = new ArrayList<>();
        int volumes = 0;
        int blank = 0;
        List<String> plainBlank = new ArrayList<>();
        for (BlockDeviceMapping mapping : image.blockDeviceMappings()) {
            EbsBlockDevice volume = mapping.ebs();
            if (volume == null) {
                continue;
            } else if (volume.snapshotId() == null) {
                blank++;
                if (!Boolean.TRUE.equals(volume.encrypted())) {
                    plainBlank.add(mapping.deviceName());
                }
                continue;
            }
            volumes++;
            String how = howEncrypted(snapshots.get(volume.snapshotId()), plan.keyArn());
            if (!how.isEmpty()) {
                wrong.add(mapping.deviceName() + " (" + volume.snapshotId() + " " + how + ")");
            }
        }
        List<Check> checks = new ArrayList<>();
        checks.add(Check.of(
                "volumes-encrypted",
                wrong.isEmpty(),
                (volumes - wrong.size()) + " of " + volumes + " under " + plan.keyArn()
                        + (wrong.isEmpty() ? "" : "; not " + String.join(", ", wrong))));
        if (blank > 0) {
            checks.add(blankVolumes(plan, blank, plainBlank));
        }
        return checks;
    }

    /**
     * A blank volume holds no data of the image, and CopyImage leaves it as it is: whoever launches may ask for it encrypted. Where we
     * register the image ourselves, all are.
     */
    private static Check blankVolumes(RegionPlan plan, int blank, List<String> plain) {
        String encrypted = (blank - plain.size()) + " of " + blank;
        if (plain.isEmpty()) {
            return new Check("blank-volumes-encrypted", Result.PASS, encrypted);
        }
        return new Check(
                "blank-volumes-encrypted",
                plan.way() == Way.COPY_IMAGE ? Result.WARN : Result.FAIL,
                encrypted + "; not " + String.join(", ", plain)
                        + ". They hold no data of the image; have them encrypted at launch (BlockDeviceMappings, Encrypted=true)");
    }

    /** Empty if it is as it must be. */
    private static String howEncrypted(@Nullable Snapshot snapshot, String keyArn) {
        if (snapshot == null) {
            return "is not there";
        } else if (!Boolean.TRUE.equals(snapshot.encrypted())) {
            return "is not encrypted";
        }
        return keyArn.equals(snapshot.kmsKeyId()) ? "" : "is under " + snapshot.kmsKeyId();
    }

    private static Check notPublic(LaunchPermissions permissions) {
        return Check.of(
                "not-public",
                !permissions.isPublic(),
                permissions.isPublic() ? "everybody may launch" : "the image is not public");
    }

    /**
     * The snapshots of the image that are the source's own, and no copies of ours. What is committed says so itself: of an image that
     * stands while its source is gone, the plan knows no source but the image.
     */
    private static Set<String> sourcesOwn(Input input, Share share) {
        return share.committed()
                .filter(c -> c.imageId().equals(input.image().imageId()))
                .map(c -> c.snapshots().stream().filter(s -> !s.isCopy()).map(SharedSnapshot::snapshotId))
                .orElseGet(() -> input.plan().source().snapshots().stream())
                .collect(Collectors.toSet());
    }

    /**
     * That nobody may launch from the image, or make volumes of its snapshots, whom the ledger does not name. On an image of this
     * execution's own that is its business; on one that was shared before, somebody else's, and nothing is undone for it.
     */
    private Check exactlyTheNamed(
            Input input, Share share, Image image, LaunchPermissions permissions, List<Snapshot> snapshots) {
        String region = input.plan().region();
        List<Stranger> strangers = new ArrayList<>(
                Stranger.launching(image.imageId(), region, image.ownerId(), permissions, share, boundary));
        strangers.removeIf(stranger -> permissions.isPublic() && stranger.isEverybody()); // a check of its own
        Set<String> sources = sourcesOwn(input, share);
        int ours = 0;
        for (Snapshot snapshot : snapshots) {
            String id = snapshot.snapshotId();
            if (sources.contains(id)) {
                continue; // the source's own: who may copy it was never ours to say
            }
            ours++;
            if (Images.isManaged(snapshot.tags())) {
                CopyPermissions copiers = CopyPermissions.of(ec2.in(region), id);
                strangers.addAll(Stranger.copying(id, region, snapshot.ownerId(), copiers, share, boundary));
            } else {
                strangers.add(Stranger.untold(id, region));
            }
        }
        if (strangers.isEmpty()) {
            return new Check(
                    "exactly-the-named",
                    Result.PASS,
                    "launch permissions: " + permissions.entities().size()
                            + "; snapshots whose copy permissions were compared: " + ours);
        }
        return new Check(
                "exactly-the-named",
                input.reused() ? Result.WARN : Result.FAIL,
                "the ledger does not name "
                        + some(strangers.stream().map(Stranger::line).toList(), "; ")
                        + ". Name it as a target, or remove it");
    }

    private Check keyEnabled(RegionPlan plan) {
        KeyMetadata key =
                kms.in(plan.region()).describeKey(r -> r.keyId(plan.keyArn())).keyMetadata();
        return Check.of(
                "key-enabled", key.keyState() == KeyState.ENABLED, plan.keyArn() + " is " + key.keyStateAsString());
    }

    private static Optional<Check> orphaned(Share share) {
        return share.committed()
                .map(Committed::orphaned)
                .filter(dead -> !dead.isEmpty())
                .map(dead -> new Check(
                        "orphaned-principals",
                        Result.WARN,
                        "deleted and no longer shared with: " + String.join(", ", dead.values())
                                + ". Ask for them anew if they were made again."));
    }

    /** Items of a boundary that was wider: what stands is not taken away, and nothing is given any more. */
    private Optional<Check> outside(Share share) {
        List<String> outside =
                share.committedPrincipals().where(p -> !boundary.permits(p)).values();
        return outside.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Check(
                                "outside-the-boundary",
                                Result.WARN,
                                "committed when the boundary was wider, and granted nothing any more: "
                                        + some(outside, ", ")
                                        + ". What launch permissions stand, exactly-the-named tells; or deploy with a boundary that holds them"));
    }

    /** Items from before all shares under a key had to name the same ones of an account: what stands is told, and blocks nobody. */
    private Optional<Check> oneAudience(List<Share> shares, String execution) {
        List<String> findings = Grants.broken(shares, execution, boundary).stream()
                .map(Audience.Conflict::finding)
                .toList();
        return findings.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Check(
                                "one-audience",
                                Result.WARN,
                                some(findings, MOST_ACCOUNTS, " ")
                                        + ". Share all of them with the same ones, or one of them under another key (kmsKeyId) instead"));
    }

    private KeyPolicy policy(RegionPlan plan) {
        try {
            return KeyPolicy.parse(kms.in(plan.region())
                    .getKeyPolicy(r -> r.keyId(plan.keyArn()).policyName("default"))
                    .policy());
        } catch (UnreadablePolicy e) {
            throw new NotShareable("Key " + plan.keyArn() + " in " + plan.region() + ": " + e.getMessage(), e);
        }
    }

    /**
     * How far one target was proved.
     *
     * @param reason why not farther, where neither side has a fault
     */
    private record Proof(Principal principal, TargetResult result, Optional<String> reason) {}

    private Proof proof(
            RegionPlan plan, Image image, Principal principal, LaunchPermissions permissions, LaunchRights rights) {
        List<Check> checks = new ArrayList<>();
        if (!boundary.permits(principal)) {
            checks.add(new Check("boundary", Result.FAIL, principal + " is outside this deployment's boundary"));
        }
        checks.add(Check.of(
                "launch-permission",
                permissions.entities().contains(principal.launchPermission())
                        || principal.launchPermission().equals(image.ownerId()),
                principal.launchPermission() + " on " + image.imageId()));
        checks.add(keyPolicy(rights));
        Optional<List<Check>> seen = Optional.empty();
        boolean isAsked = checks.stream().noneMatch(Check::failed) && principal.kind() == Principal.Kind.ACCOUNT;
        if (isAsked) {
            seen = targetSide.look(
                    plan.region(),
                    principal.account(),
                    image,
                    plan.keyArn(),
                    plan.verify().instanceTypes());
            checks.addAll(seen.orElse(List.of()));
        }
        boolean isProved = !(rights instanceof LaunchRights.Doubtful)
                && seen.isPresent()
                && seen.get().stream().allMatch(Check::passed);
        List<Check> notPassed = checks.stream().filter(c -> !c.passed()).toList();
        Verified verified = notPassed.stream().anyMatch(Check::failed)
                ? Verified.BLOCKED
                : isProved ? Verified.LAUNCHABLE : Verified.GRANTED;
        Optional<String> reason = isAsked && seen.isEmpty()
                ? Optional.of(targetSide.unanswered(principal.account()))
                : Optional.of(MOST_OF_OTHERS).filter(r -> principal.kind() != Principal.Kind.ACCOUNT);
        return new Proof(principal, new TargetResult(principal.value(), verified, notPassed), reason);
    }

    /** Once for all, since 450 targets must fit into a payload. */
    private Optional<Check> notProved(List<Proof> proofs) {
        List<Proof> granted = proofs.stream()
                .filter(p -> p.result().verified() == Verified.GRANTED)
                .toList();
        List<String> accounts = granted.stream()
                .filter(p -> p.principal().kind() == Principal.Kind.ACCOUNT
                        && p.reason().isPresent())
                .map(p -> p.principal().value())
                .toList();
        List<String> reasons = new ArrayList<>();
        if (!accounts.isEmpty()) {
            reasons.add(targetSide.unanswered(some(accounts, ", ")));
        }
        if (granted.stream().anyMatch(p -> p.principal().kind() != Principal.Kind.ACCOUNT)) {
            reasons.add(MOST_OF_OTHERS);
        }
        return reasons.isEmpty()
                ? Optional.empty()
                : Optional.of(new Check("not-proved", Result.WARN, String.join(". ", reasons)));
    }

    private static Check keyPolicy(LaunchRights rights) {
        String name = "key-policy";
        if (rights instanceof LaunchRights.Denied denied) {
            return new Check(name, Result.FAIL, denied.reason());
        } else if (rights instanceof LaunchRights.Doubtful doubtful) {
            return new Check(name, Result.WARN, doubtful.reason());
        } else if (rights instanceof LaunchRights.More more) {
            return new Check(name, Result.WARN, more.reason());
        }
        return new Check(name, Result.PASS, "grants what a launch needs");
    }
}
