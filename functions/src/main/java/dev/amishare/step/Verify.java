package dev.amishare.step;

import dev.amishare.ami.Differences;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.RegionPlan;
import dev.amishare.aws.Regional;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.NotShareable;
import dev.amishare.error.VerificationFailed;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.LaunchRights;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.step.Check.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * and key; from the target's side, where its verifier role answers, that it sees the image, reaches the key, and that EC2 would take
 * its RunInstances. A step of its own, and the only one that says so: what the others did is not believed here, but looked at.
 *
 * <p>Safe to repeat: it only reads. What AWS may show late is looked at again before it counts as a failure.
 */
public final class Verify {
    /** After so many turns, what is not visible is not there. */
    private static final int PATIENT_TURNS = 4;

    /** An image copied as a whole is pending for as long as its snapshots are, so this waits longer. */
    private static final int PENDING_TURNS = 400;

    private static final int MOST_REWRITES = 12;

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
     */
    public record Input(RegionPlan plan, SharedImage image, String execution, boolean reused, int turn, Instant at) {}

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
     * @param checks those that hold for all targets
     */
    public record Output(Next next, int turn, int waitSeconds, List<Check> checks, List<TargetResult> targets) {}

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
            return new Output(Next.WAIT, input.turn() + 1, 15, List.of(), List.of());
        }
        requireAttributes(plan, image);
        LaunchPermissions permissions = LaunchPermissions.of(client, image.imageId());
        List<Check> checks = new ArrayList<>();
        checks.add(available(image));
        checks.addAll(volumes(plan, image, images));
        checks.add(notPublic(permissions));
        checks.add(keyEnabled(plan));
        orphaned(share).ifPresent(checks::add);
        plan.notes().forEach(note -> checks.add(new Check("note", Result.WARN, note)));

        KeyPolicy policy = policy(plan);
        Map<Principal, LaunchRights> rights = new LinkedHashMap<>();
        for (String value : plan.targets().principals()) {
            Principal principal = Principal.of(value);
            LaunchRights judged = LaunchRights.judge(policy, principal, boundary, plan.keyArn());
            if (judged instanceof LaunchRights.Missing missing) {
                return rewritePolicy(input, principal + ": " + missing.reason());
            }
            rights.put(principal, judged);
        }
        List<TargetResult> targets = new ArrayList<>();
        rights.forEach((principal, judged) -> targets.add(target(plan, image, principal, permissions, judged)));
        return judged(input, checks, targets);
    }

    private static Output rewritePolicy(Input input, String missing) {
        if (input.turn() >= MOST_REWRITES) {
            throw new KeyPolicyConflict(
                    "The policy of key " + input.plan().keyArn() + " in "
                            + input.plan().region() + " does not keep what was written for " + missing
                            + ". Somebody else keeps writing it: find out who (PutKeyPolicy in CloudTrail), then start the same request again.");
        }
        return new Output(Next.POLICY, input.turn() + 1, 0, List.of(), List.of());
    }

    private static Output judged(Input input, List<Check> checks, List<TargetResult> targets) {
        List<String> faults = new ArrayList<>();
        checks.stream().filter(Check::failed).map(Check::line).forEach(faults::add);
        for (TargetResult target : targets) {
            if (target.verified() == Verified.BLOCKED) {
                target.checks().stream()
                        .filter(Check::failed)
                        .forEach(check -> faults.add(target.principal() + ": " + check.line()));
            } else if (input.plan().verify().requireProof() && target.verified() != Verified.LAUNCHABLE) {
                faults.add(target.principal() + ": only " + target.verified()
                        + ", and verify.requireProof asks for LAUNCHABLE"
                        + target.checks().stream()
                                .map(check -> "; " + check.line())
                                .reduce("", String::concat));
            }
        }
        if (faults.isEmpty()) {
            return new Output(Next.COMMIT, input.turn() + 1, 0, List.copyOf(checks), List.copyOf(targets));
        } else if (input.turn() < PATIENT_TURNS) {
            return new Output(Next.WAIT, input.turn() + 1, 5 * (input.turn() + 1), List.of(), List.of());
        }
        throw new VerificationFailed("Image " + input.image().imageId() + " under key "
                + input.plan().keyArn() + " in "
                + input.plan().region() + " is not launchable as asked: " + String.join(". ", faults)
                + ". Correct what the failed checks name, then start the same request again.");
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

    private static List<Check> volumes(RegionPlan plan, Image image, Images images) {
        Map<String, Snapshot> snapshots = new HashMap<>();
        images.snapshots(Images.snapshotIds(image)).forEach(s -> snapshots.put(s.snapshotId(), s));
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
            checks.add(Check.of(
                    "blank-volumes-encrypted",
                    plainBlank.isEmpty(),
                    (blank - plainBlank.size()) + " of " + blank
                            + (plainBlank.isEmpty() ? "" : "; not " + String.join(", ", plainBlank))));
        }
        return checks;
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
        return Check.of("not-public", !permissions.isPublic(), permissions.isPublic() ? "everybody may launch" : "no");
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

    private KeyPolicy policy(RegionPlan plan) {
        try {
            return KeyPolicy.parse(kms.in(plan.region())
                    .getKeyPolicy(r -> r.keyId(plan.keyArn()).policyName("default"))
                    .policy());
        } catch (UnreadablePolicy e) {
            throw new NotShareable("Key " + plan.keyArn() + " in " + plan.region() + ": " + e.getMessage(), e);
        }
    }

    private TargetResult target(
            RegionPlan plan, Image image, Principal principal, LaunchPermissions permissions, LaunchRights rights) {
        List<Check> checks = new ArrayList<>();
        checks.add(Check.of(
                "launch-permission",
                permissions.entities().contains(principal.launchPermission())
                        || principal.launchPermission().equals(image.ownerId()),
                principal.launchPermission() + " on " + image.imageId()));
        checks.add(keyPolicy(rights));
        boolean proved = false;
        if (checks.stream().noneMatch(Check::failed) && principal.kind() == Principal.Kind.ACCOUNT) {
            Optional<List<Check>> seen = targetSide.look(
                    plan.region(),
                    principal.account(),
                    image.imageId(),
                    plan.keyArn(),
                    plan.verify().instanceTypes());
            checks.addAll(seen.orElse(List.of()));
            proved = seen.isPresent() && seen.get().stream().allMatch(Check::passed);
        }
        List<Check> notPassed = checks.stream().filter(c -> !c.passed()).toList();
        Verified verified = notPassed.stream().anyMatch(Check::failed)
                ? Verified.BLOCKED
                : proved ? Verified.LAUNCHABLE : Verified.GRANTED;
        return new TargetResult(principal.value(), verified, notPassed);
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
