package dev.amishare.step;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import dev.amishare.step.Check.Result;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/**
 * Makes what was verified the committed share, and tells the result. A step of its own, since it is the point of no return: up to its one
 * write to the ledger everything is undone after a failure, from it on everything stands.
 *
 * <p>Safe to repeat: what is committed already is not committed again, and gives the same result. Deprecation time and protection come
 * before the ledger, so that an error there is undone; protection with a cool-down, which nothing can undo for a day, comes after it.
 */
public final class CommitShare {
    private static final String PROTECTED = "enabled-without-cooldown";
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

    /** An image of the result. */
    public record Entry(
            String region,
            String imageId,
            String kmsKeyArn,
            boolean reused,
            List<SharedSnapshot> snapshots,
            List<Check> checks,
            List<Verify.TargetResult> targets) {}

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
            Image image = new Images(client, plan.region()).managed(imageId);
            deleteDoubles(client, input, image);
            deprecate(client, plan, image, input.at());
            protect(client, plan, image);
        }
        ledger.commit(id, input.execution(), imageId, snapshots, wanted, input.at());
        if (!input.reused()) {
            addCooldown(client, plan, imageId).ifPresent(checks::add);
        }
        Entry entry = new Entry(
                plan.region(),
                imageId,
                plan.keyArn(),
                input.reused(),
                snapshots,
                checks,
                input.verification().targets());
        return new Output(ResultSize.fit(entry, plan.resultBytes()));
    }

    /**
     * A try of CopySnapshot whose answer never came may have made a copy that the next try did not see, since EC2 lists late what is new.
     * Minutes later it does, and nobody else would ever look.
     */
    private static void deleteDoubles(Ec2Client client, Input input, Image image) {
        if (input.plan().way() != Way.SNAPSHOTS) {
            return;
        }
        Set<String> used = Set.copyOf(Images.snapshotIds(image));
        Filter ofExecution = Filter.builder()
                .name("tag:" + ManagedTags.EXECUTION)
                .values(input.execution())
                .build();
        List<String> doubles =
                client.describeSnapshotsPaginator(r -> r.ownerIds("self").filters(ofExecution)).snapshots().stream()
                        .filter(snapshot -> Images.isManaged(snapshot.tags()) && !used.contains(snapshot.snapshotId()))
                        .filter(snapshot -> input.plan().keyArn().equals(snapshot.kmsKeyId()))
                        .map(Snapshot::snapshotId)
                        .toList();
        doubles.forEach(id -> client.deleteSnapshot(r -> r.snapshotId(id)));
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

    private static void protect(Ec2Client client, RegionPlan plan, Image image) {
        String wanted = plan.source().deregistrationProtection();
        boolean isWanted = PROTECTED.equals(wanted) || PROTECTED_WITH_COOLDOWN.equals(wanted);
        String is = image.deregistrationProtection();
        boolean isProtected = PROTECTED.equals(is) || PROTECTED_WITH_COOLDOWN.equals(is);
        if (isWanted && !isProtected) {
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
