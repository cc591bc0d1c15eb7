package dev.amishare.step;

import dev.amishare.ami.CopyDescription;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.Way;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.SharedSnapshot;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/**
 * What a claim's execution has made by calls whose answers never came. It is told by what AWS lets nobody write afterwards: a snapshot's
 * description, key and start; an image's name, source, snapshots and creation. Tags may only rule out: whoever may tag may write ours. What
 * is then still like what somebody else could have made is nobody's to adopt or to remove ({@link #doubtful}).
 */
final class Unanswered {
    /** How far the clock that dates the claim (Step Functions') and the one that dates what is made (EC2's) may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(1);

    private final Ec2Client ec2;
    private final Share share;
    private final Claim claim;

    /**
     * @param share with the claim
     */
    Unanswered(Ec2Client ec2, Share share) {
        this.ec2 = ec2;
        this.share = share;
        this.claim = share.claim().orElseThrow();
    }

    /** The copies of these source snapshots that bear the claim's mark. Some may be recorded, too. */
    List<Made.Copy> copies(Collection<String> sourceSnapshotIds) {
        if (sourceSnapshotIds.isEmpty()) {
            return List.of();
        }
        Filter marked = Filter.builder()
                .name("description")
                .values(sourceSnapshotIds.stream()
                        .map(source -> CopyDescription.filter(source, claim.token()))
                        .toList())
                .build();
        Set<String> others = share.snapshotsOfOthers();
        return ec2.describeSnapshotsPaginator(r -> r.ownerIds("self").filters(marked)).snapshots().stream()
                .filter(snapshot -> share.id().keyArn().equals(snapshot.kmsKeyId()))
                .filter(snapshot -> isSinceTheClaim(snapshot.startTime()))
                .filter(snapshot -> !others.contains(snapshot.snapshotId()))
                .flatMap(snapshot -> copy(snapshot, sourceSnapshotIds).stream())
                .toList();
    }

    private Optional<Made.Copy> copy(Snapshot snapshot, Collection<String> sources) {
        return sources.stream()
                .filter(source -> CopyDescription.isOf(String.valueOf(snapshot.description()), source, claim.token()))
                .findFirst()
                .map(source -> new Made.Copy(snapshot.snapshotId(), Optional.of(source)));
    }

    /** The image of the share's name, if it is certain that the claim's execution has made it. */
    Optional<Image> image(Collection<Made.Copy> copies) {
        return named().filter(image -> isMade(image, copies)).findFirst();
    }

    /**
     * Images of the share's name that may be the execution's, or somebody else's: of snapshots that were there before the claim (the
     * source's own, or a former image's), or copied of the source as a whole, with snapshots that are not known yet.
     */
    List<Image> doubtful() {
        return named().filter(this::isDoubtful).toList();
    }

    /** Those that the execution may have made: since the claim, and neither its source nor what is committed. */
    private Stream<Image> named() {
        return Images.named(ec2, share.id().imageName()).stream()
                .filter(image -> isSinceTheClaim(time(image.creationDate())))
                .filter(image -> !image.imageId().equals(claim.sourceImageId()))
                .filter(image -> share.committed()
                        .filter(c -> c.imageId().equals(image.imageId()))
                        .isEmpty());
    }

    private boolean isMade(Image image, Collection<Made.Copy> copies) {
        List<String> snapshots = Images.snapshotIds(image);
        return switch (claim.way()) {
            case SNAPSHOTS -> isOf(Set.copyOf(snapshots), copies);
            case COPY_IMAGE -> bearsOurTagAsACopy(image) && isUnderTheKey(snapshots);
            case SAME_SNAPSHOTS, STANDING -> false;
        };
    }

    private boolean isDoubtful(Image image) {
        Set<String> snapshots = Set.copyOf(Images.snapshotIds(image));
        return switch (claim.way()) {
            case SNAPSHOTS -> isOfAFormer(snapshots);
            case COPY_IMAGE -> bearsOurTagAsACopy(image) && snapshots.isEmpty();
            case SAME_SNAPSHOTS -> snapshots.equals(Set.copyOf(claim.sourceSnapshots()));
            case STANDING -> false;
        };
    }

    /** A necessary condition only: whoever may tag may write this. */
    private boolean bearsOurTagAsACopy(Image image) {
        return isCopied(image) && Images.has(image.tags(), ManagedTags.EXECUTION, claim.execution());
    }

    /** Whether it is a copy that EC2 made of the whole source: its snapshots came about with it. */
    boolean isCopied(Image image) {
        return claim.way() == Way.COPY_IMAGE && claim.sourceImageId().equals(image.sourceImageId());
    }

    /** Whether all of them are encrypted under the share's key, which nobody can change on a snapshot, and none was there before. */
    private boolean isUnderTheKey(List<String> snapshotIds) {
        if (snapshotIds.isEmpty() || !Collections.disjoint(share.snapshotsOfOthers(), snapshotIds)) {
            return false;
        }
        Filter these = Filter.builder().name("snapshot-id").values(snapshotIds).build();
        List<Snapshot> standing =
                ec2.describeSnapshotsPaginator(r -> r.ownerIds("self").filters(these)).snapshots().stream()
                        .toList();
        return standing.size() == snapshotIds.size()
                && standing.stream().allMatch(snapshot -> share.id().keyArn().equals(snapshot.kmsKeyId()));
    }

    /** Whether there is one copy of each snapshot that was copied, and nothing else. */
    private static boolean isOf(Set<String> snapshots, Collection<Made.Copy> copies) {
        Set<Optional<String>> sources = copies.stream()
                .filter(copy -> snapshots.contains(copy.snapshotId()))
                .map(Made.Copy::sourceSnapshotId)
                .collect(Collectors.toCollection(HashSet::new));
        Set<Optional<String>> all =
                copies.stream().map(Made.Copy::sourceSnapshotId).collect(Collectors.toSet());
        return !snapshots.isEmpty() && sources.size() == snapshots.size() && sources.equals(all);
    }

    private boolean isOfAFormer(Set<String> snapshots) {
        return share.former().stream()
                .map(FormerImage::snapshots)
                .map(former -> former.stream().map(SharedSnapshot::snapshotId).collect(Collectors.toSet()))
                .anyMatch(snapshots::equals);
    }

    private boolean isSinceTheClaim(@Nullable Instant made) {
        return made != null && !made.isBefore(claim.at().minus(CLOCKS));
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /** Recorded and recognised copies, each once. */
    static List<Made.Copy> all(Made made, List<Made.Copy> recognised) {
        Set<String> recorded = Set.copyOf(made.snapshotIds());
        return Stream.concat(
                        made.copies().stream(),
                        recognised.stream().filter(copy -> !recorded.contains(copy.snapshotId())))
                .toList();
    }
}
