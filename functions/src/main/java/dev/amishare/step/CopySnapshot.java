package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.NextLook;
import dev.amishare.ami.Progress;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Tags;
import dev.amishare.aws.Regional;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.ShareId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * Starts the copy of one snapshot, encrypted under the share key, and does not wait for it. A step of its own, so that the Map over
 * the volumes starts them all before anybody waits.
 *
 * <p>CopySnapshot takes no idempotency token. What makes this step safe to repeat is that the copy is tagged as it is made, and that
 * the step looks for such a copy of its own execution before it makes one. AWS judges the key only after it has answered: a copy that
 * may not use it is started all the same, and fails later (see {@link WaitForCompletion}).
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
        ledger.held(new ShareId(plan.keyArn(), plan.imageName()), input.execution());
        String source = input.volume().snapshotId();
        Ec2Client client = ec2.in(plan.region());
        Optional<String> earlier = earlierCopy(client, source, input.execution());
        if (earlier.isPresent()) {
            return new Output(source, earlier.get(), null);
        }
        try {
            return new Output(source, copy(client, plan, source, input.execution()), null);
        } catch (Ec2Exception e) {
            if (e.awsErrorDetails().errorCode().equals("ResourceLimitExceeded")) {
                return new Output(source, null, waitForASlot(client, input.at()));
            }
            throw e;
        }
    }

    private static Optional<String> earlierCopy(Ec2Client client, String source, String execution) {
        DescribeSnapshotsRequest request = DescribeSnapshotsRequest.builder()
                .ownerIds("self")
                .filters(tagged(ManagedTags.EXECUTION, execution), tagged(ManagedTags.SOURCE_SNAPSHOT, source))
                .build();
        return client.describeSnapshotsPaginator(request).snapshots().stream()
                .map(Snapshot::snapshotId)
                .findFirst();
    }

    private static String copy(Ec2Client client, RegionPlan plan, String source, String execution) {
        CopySnapshotRequest request = CopySnapshotRequest.builder()
                .sourceRegion(plan.sourceRegion())
                .sourceSnapshotId(source)
                // The SDK presigns the call for the source Region, and would read this one off the endpoint's name.
                .destinationRegion(plan.region())
                .description(
                        "Encrypted copy of " + source + " of " + plan.sourceImageId() + " from " + plan.sourceRegion())
                .encrypted(true)
                .kmsKeyId(plan.keyArn())
                .tagSpecifications(TagSpecification.builder()
                        .resourceType(ResourceType.SNAPSHOT)
                        .tags(Tags.ofSnapshot(plan, source, execution))
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

    private static Filter tagged(String key, String value) {
        return Filter.builder().name("tag:" + key).values(value).build();
    }
}
