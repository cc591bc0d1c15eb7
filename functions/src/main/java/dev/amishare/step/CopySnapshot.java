package dev.amishare.step;

import dev.amishare.ami.CopyDescription;
import dev.amishare.ami.NextLook;
import dev.amishare.ami.Progress;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Tags;
import dev.amishare.aws.Regional;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * Starts the copy of one snapshot, encrypted under the share key, and does not wait for it. A step of its own, so that the Map over
 * the volumes starts them all before anybody waits.
 *
 * <p>CopySnapshot takes no idempotency token. What makes this step safe to repeat is that the id that the call returns is written into
 * the claim, and that a copy whose id never came is known by the claim's mark in its description, which nobody can change. Where two
 * bear the mark, neither is believed: it is copied again, and {@link CommitShare} removes and reports the others. AWS judges the key
 * only after it has answered: a copy that may not use it is started all the same, and fails later (see {@link WaitForCompletion}).
 */
public final class CopySnapshot {
    /** Where AWS says that it runs as many copies as it allows, and shows none. */
    private static final Duration WAIT_FOR_WHAT_IS_NOT_SHOWN = Duration.ofMinutes(1);

    /**
     * The volume to copy.
     *
     * @param at the time it is
     */
    public record Input(RegionPlan plan, RegionPlan.SourceVolume volume, String execution, Instant at) {}

    /**
     * The copy, or when to try again because AWS runs as many copies into this Region as it allows.
     *
     * @param snapshotId {@code null} where there is to be waited
     */
    public record Output(String sourceSnapshotId, @Nullable String snapshotId, @Nullable Integer waitSeconds) {}

    private final Regional<Ec2Client> ec2;
    private final Ledger ledger;

    public CopySnapshot(Regional<Ec2Client> ec2, Ledger ledger) {
        this.ec2 = ec2;
        this.ledger = ledger;
    }

    /** Starts the copy, or adopts the one that was started before. */
    public Output run(Input input) {
        RegionPlan plan = input.plan();
        ShareId id = new ShareId(plan.keyArn(), plan.imageName());
        Share share = ledger.held(id, input.execution());
        Claim claim = share.claim().orElseThrow();
        String source = input.volume().snapshotId();
        Optional<String> recorded = claim.made().copyOf(source);
        if (recorded.isPresent()) {
            return new Output(source, recorded.get(), null);
        }
        Ec2Client client = ec2.in(plan.region());
        List<Made.Copy> unanswered = new Unanswered(client, share).copies(List.of(source));
        if (unanswered.size() == 1) {
            return recorded(id, input, unanswered);
        }
        try {
            String copy = copy(client, plan, source, claim);
            return recorded(id, input, List.of(new Made.Copy(copy, Optional.of(source))));
        } catch (Ec2Exception e) {
            if (Images.isCode(e, "ResourceLimitExceeded")) {
                return new Output(source, null, waitForASlot(client, input.at()));
            }
            throw e;
        }
    }

    /** What the claim holds from now on: the first copy that was recorded, should another try have been faster. */
    private Output recorded(ShareId id, Input input, List<Made.Copy> copies) {
        String source = input.volume().snapshotId();
        Share share = ledger.recordCopies(id, input.execution(), copies);
        return new Output(
                source, share.claim().orElseThrow().made().copyOf(source).orElseThrow(), null);
    }

    private static String copy(Ec2Client client, RegionPlan plan, String source, Claim claim) {
        CopySnapshotRequest request = CopySnapshotRequest.builder()
                .sourceRegion(plan.sourceRegion())
                .sourceSnapshotId(source)
                // The SDK presigns the call for the source Region, and would read this one off the endpoint's name.
                .destinationRegion(plan.region())
                .description(CopyDescription.of(source, plan.sourceImageId(), plan.sourceRegion(), claim.token()))
                .encrypted(true)
                .kmsKeyId(plan.keyArn())
                .tagSpecifications(TagSpecification.builder()
                        .resourceType(ResourceType.SNAPSHOT)
                        .tags(Tags.ofSnapshot(plan, source, claim.execution()))
                        .build())
                .build();
        return client.copySnapshot(request).snapshotId();
    }

    /** Until the first of those in flight may be done, whoever started it. */
    private static int waitForASlot(Ec2Client client, Instant at) {
        DescribeSnapshotsRequest request = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(Filter.builder().name("status").values("pending").build())
                .build();
        Duration wait = client.describeSnapshotsPaginator(request).snapshots().stream()
                .map(pending -> Progress.of(pending, at, Optional.empty()))
                .map(progress -> NextLook.after(progress.running(at), progress.percent(), Duration.ZERO))
                .min(Duration::compareTo)
                .orElse(WAIT_FOR_WHAT_IS_NOT_SHOWN);
        return Math.toIntExact(wait.toSeconds());
    }
}
