package dev.amishare.step;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import dev.amishare.step.Check.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;

/**
 * Makes what was verified the committed share, and tells the result. A step of its own, since it is the point of no return: up to its one
 * write to the ledger everything is undone after a failure, from it on everything stands.
 *
 * <p>Safe to repeat: what is committed already is not committed again, and gives the same result. Deprecation time and protection come
 * before the ledger, so that an error there is undone; protection with a cool-down, which nothing can undo for a day, comes after it.
 */
public final class CommitShare {
    static final String PROTECTED = "enabled-without-cooldown";
    private static final String PROTECTED_WITH_COOLDOWN = "enabled-with-cooldown";

    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;

    /**
     * What to commit.
     *
     * @param at when this state was entered
     * @param reused whether the image was committed before
     */
    public record Input(
            RegionPlan plan,
            SharedImage image,
            Verify.Output verification,
            String execution,
            Instant at,
            boolean reused) {}

    /** The Region's part of the result. */
    public record Output(Entry image) {}

    /**
     * An image of the result.
     *
     * @param alsoSharedWith who holds the image beside the targets of this request; absent where nobody does
     */
    public record Entry(
            String region,
            String imageId,
            String kmsKeyArn,
            boolean reused,
            List<SharedSnapshot> snapshots,
            List<Check> checks,
            List<Verify.TargetResult> targets,
            @Nullable List<String> alsoSharedWith) {}

    public CommitShare(Ledger ledger, Regional<Ec2Client> ec2) {
        this.ledger = ledger;
        this.ec2 = ec2;
    }

    public Output run(Input input) {
        RegionPlan plan = input.plan();
        ShareId id = new ShareId(plan.keyArn(), plan.imageName());
        Principals wanted = Principals.parse(plan.targets().principals());
        Ec2Client client = ec2.in(plan.region());
        String imageId = input.image().imageId();
        List<Check> checks = new ArrayList<>(input.verification().checks());
        List<SharedSnapshot> snapshots = input.image().snapshots();
        if (!input.reused()) {
            Share share = ledger.read(id);
            if (share.isClaimedBy(input.execution())) {
                requireMade(share, imageId);
                Image image = new Images(client, plan.region()).managed(imageId);
                checks.addAll(deleteDoubles(client, input, share, image));
                deprecate(client, plan, image, input.at());
                protect(client, input, id, image);
            }
            checks.addAll(standingOfFormer(client, input, share));
        }
        Share committed = ledger.commit(id, input.execution(), imageId, snapshots, wanted, input.at());
        if (!input.reused()) {
            addCooldown(client, plan, imageId).ifPresent(checks::add);
        }
        List<String> others = committed.committedPrincipals().minus(wanted).values();
        Entry entry = new Entry(
                plan.region(),
                imageId,
                plan.keyArn(),
                input.reused(),
                snapshots,
                checks,
                input.verification().targets(),
                others.isEmpty() ? null : others);
        return new Output(ResultSize.fit(entry, plan.resultBytes()));
    }

    private static void requireMade(Share share, String imageId) {
        if (!share.claim().orElseThrow().made().imageId().equals(Optional.of(imageId))) {
            throw new NotShareable("Image " + imageId + " is not what the claim on " + share.id()
                    + " has made, so it is not committed. Start the same request again.");
        }
    }

    /**
     * A try of CopySnapshot whose answer never came may have made a copy that the next try did not see, since EC2 lists late what is new.
     * Minutes later it does, and nobody else would ever look. Somebody pays for it while it lasts, so it is told.
     */
    private List<Check> deleteDoubles(Ec2Client client, Input input, Share share, Image image) {
        Claim claim = share.claim().orElseThrow();
        if (input.plan().way() != Way.SNAPSHOTS) {
            return List.of();
        }
        Unanswered unanswered = new Unanswered(client, share);
        List<Made.Copy> made = Unanswered.all(claim.made(), unanswered.copies(claim.sourceSnapshots()));
        Set<String> needed = new HashSet<>(share.snapshotsOfOthers());
        needed.addAll(Images.snapshotIds(image));
        Map<String, String> doubles = new LinkedHashMap<>();
        made.stream()
                .filter(copy -> !needed.contains(copy.snapshotId()))
                .forEach(copy ->
                        doubles.put(copy.snapshotId(), copy.sourceSnapshotId().orElse("an unknown snapshot")));
        if (doubles.isEmpty()) {
            return List.of();
        }
        ledger.recordFound(share.id(), input.execution(), made, Optional.empty());
        new Images(client, input.plan().region())
                .standing(doubles.keySet())
                .forEach(snapshot -> client.deleteSnapshot(r -> r.snapshotId(snapshot.snapshotId())));
        return doubles.entrySet().stream()
                .map(entry -> new Check(
                        "copied-twice",
                        Result.WARN,
                        entry.getKey() + " was a second copy of " + entry.getValue()
                                + ", made by a call that AWS never answered, and is deleted"))
                .toList();
    }

    /** What a former image has left and could not be used again has an owner, and is not paid for in silence. */
    private static List<Check> standingOfFormer(Ec2Client client, Input input, Share share) {
        List<FormerImage> former = share.former().stream()
                .filter(f -> f.sourceImageId().equals(input.plan().sourceImageId()))
                .toList();
        Set<String> used = input.image().snapshots().stream()
                .map(SharedSnapshot::snapshotId)
                .collect(Collectors.toSet());
        return new Former(client, input.plan().region())
                .standing(former).stream()
                        .filter(snapshot -> !used.contains(snapshot.snapshotId()))
                        .map(snapshot -> new Check(
                                "former-snapshots",
                                Result.WARN,
                                snapshot.snapshotId()
                                        + " is left of the image of this name that was deregistered; this image does not use it: "
                                        + "delete it if nobody needs it"))
                        .toList();
    }

    /** A time that is past AWS refuses; that the image would be deprecated at once is among the plan's notes. */
    private static void deprecate(Ec2Client client, RegionPlan plan, Image image, Instant now) {
        Instant wanted = plan.source().deprecationTime();
        if (wanted == null
                || !wanted.isAfter(now)
                || Objects.equals(ImageAttributes.of(image).deprecationTime(), wanted)) {
            return;
        }
        client.enableImageDeprecation(r -> r.imageId(image.imageId()).deprecateAt(wanted));
    }

    /** Written down first: a protection that undo finds and that is not written down, somebody else has set, and means it. */
    private void protect(Ec2Client client, Input input, ShareId id, Image image) {
        String wanted = input.plan().source().deregistrationProtection();
        boolean isWanted = PROTECTED.equals(wanted) || PROTECTED_WITH_COOLDOWN.equals(wanted);
        String is = image.deregistrationProtection();
        boolean isProtected = PROTECTED.equals(is) || PROTECTED_WITH_COOLDOWN.equals(is);
        if (isWanted && !isProtected) {
            ledger.recordProtection(id, input.execution());
            client.enableImageDeregistrationProtection(
                    r -> r.imageId(image.imageId()).withCooldown(false));
        }
    }

    /** The share stands by now: what is refused here is told, and does not fail it. */
    private static Optional<Check> addCooldown(Ec2Client client, RegionPlan plan, String imageId) {
        if (!PROTECTED_WITH_COOLDOWN.equals(plan.source().deregistrationProtection())) {
            return Optional.empty();
        }
        try {
            client.enableImageDeregistrationProtection(r -> r.imageId(imageId).withCooldown(true));
            return Optional.empty();
        } catch (Ec2Exception e) {
            if (e.isThrottlingException() || e.statusCode() >= 500) {
                throw e;
            }
            return Optional.of(new Check(
                    "deregistration-protection",
                    Result.WARN,
                    "the source's is with a cool-down, this image's without: "
                            + e.awsErrorDetails().errorMessage()));
        }
    }
}
