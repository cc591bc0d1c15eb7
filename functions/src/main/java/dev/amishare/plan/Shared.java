package dev.amishare.plan;

import dev.amishare.ami.ImageName;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/**
 * What is shared already of one source in one place. Found by the ids that the ledger has committed, never by tags: those anybody with
 * CreateTags can write.
 *
 * @param standing shared images that are there
 * @param others names under which an image of the source was shared and is gone, or is being shared right now
 */
record Shared(List<Standing> standing, List<Share> others) {
    /** A share whose image is there, in whatever state. */
    record Standing(Share share, Committed committed, Image image) {
        String name() {
            return share.id().imageName();
        }

        String line() {
            return "'" + name() + "' (" + committed.imageId() + ")";
        }
    }

    static Shared of(String sourceImageId, Place place, Ec2Client ec2) {
        List<Share> ofSource = place.shares().stream()
                .filter(share -> isOf(sourceImageId, share))
                .toList();
        List<String> ids = ofSource.stream()
                .flatMap(share -> share.committed().stream())
                .map(Committed::imageId)
                .toList();
        var images = images(ids, ec2).stream().collect(Collectors.toMap(Image::imageId, Function.identity()));
        List<Standing> standing = new ArrayList<>();
        List<Share> others = new ArrayList<>();
        for (Share share : ofSource) {
            Optional<Image> image = share.committed().map(c -> images.get(c.imageId()));
            image.ifPresentOrElse(
                    found -> standing.add(new Standing(share, share.committed().orElseThrow(), found)),
                    () -> others.add(share));
        }
        return new Shared(List.copyOf(standing), List.copyOf(others));
    }

    private static boolean isOf(String sourceImageId, Share share) {
        return share.committed()
                .map(Committed::sourceImageId)
                .or(() -> share.claim().map(Claim::sourceImageId))
                .map(sourceImageId::equals)
                .orElseGet(() -> share.formerOf(sourceImageId).isPresent());
    }

    /** By a filter: an id that is gone would fail a call that names it. */
    private static List<Image> images(List<String> ids, Ec2Client ec2) {
        return ids.isEmpty()
                ? List.of()
                : ec2.describeImages(DescribeImagesRequest.builder()
                                .owners("self")
                                .includeDisabled(true)
                                .includeDeprecated(true)
                                .filters(Filter.builder()
                                        .name("image-id")
                                        .values(ids)
                                        .build())
                                .build())
                        .images();
    }

    Optional<Standing> named(String name) {
        return standing.stream().filter(s -> s.name().equals(name)).findFirst();
    }

    /** The standing image that is meant where nobody names it. */
    Optional<Standing> obvious(String sourceImageId, String keyArn) {
        return standing.stream()
                .filter(s -> ImageName.isDerived(s.name(), sourceImageId, keyArn))
                .findFirst()
                .or(() -> standing.size() == 1 ? Optional.of(standing.get(0)) : Optional.empty());
    }

    /** The only name under which the source was shared, or is being shared. */
    Optional<String> onlyOtherName() {
        return others.size() == 1 ? Optional.of(others.get(0).id().imageName()) : Optional.empty();
    }

    /** The encrypted snapshots that stand of shared images that are gone. */
    List<String> snapshotsLeft(String sourceImageId, Ec2Client ec2) {
        List<String> ids = others.stream()
                .flatMap(share -> Stream.concat(
                        share.committed().stream().flatMap(c -> c.snapshots().stream()),
                        share.former().stream()
                                .filter(f -> f.sourceImageId().equals(sourceImageId))
                                .flatMap(f -> f.snapshots().stream())))
                .map(SharedSnapshot::snapshotId)
                .distinct()
                .toList();
        return ids.isEmpty()
                ? List.of()
                : ec2
                        .describeSnapshots(DescribeSnapshotsRequest.builder()
                                .ownerIds("self")
                                .filters(Filter.builder()
                                        .name("snapshot-id")
                                        .values(ids)
                                        .build())
                                .build())
                        .snapshots()
                        .stream()
                        .map(Snapshot::snapshotId)
                        .sorted()
                        .toList();
    }
}
