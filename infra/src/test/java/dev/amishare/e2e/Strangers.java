package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;

import com.fasterxml.jackson.databind.JsonNode;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageAttributeName;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * Others who work in the source account while executions run, each with one right only: one writes tags of ours on whatever is there,
 * one adds launch permissions to shared images. And what neither may achieve: nothing is changed, adopted or removed that no execution
 * made, and no image is committed while somebody stands on it whom nobody named.
 */
final class Strangers {
    /** Somebody was let in by hand. */
    private record Opened(String imageId, String account, Instant at) {}

    private final Pipeline pipeline;
    private final SplittableRandom random;
    private final Map<String, List<String>> sources = new TreeMap<>();
    private final List<String> decoys = new ArrayList<>();
    private final Set<String> forged = new TreeSet<>();
    private final Map<String, String> before = new TreeMap<>();
    private final List<Opened> opened = new ArrayList<>();
    private final Map<String, Instant> lastVerified = new HashMap<>();
    private final Set<String> verifications = new TreeSet<>();
    private final Map<String, String> madeBy = new TreeMap<>();
    private final Map<String, Set<String>> named = new TreeMap<>();

    Strangers(Pipeline pipeline, SplittableRandom random) {
        this.pipeline = pipeline;
        this.random = random;
    }

    /** Puts beside the source images what looks like ours and is not: an image, and a copy of its snapshot under the share key. */
    void settleIn(List<String> sourceImages, String shareKey) {
        sourceImages.forEach(id -> sources.put(id, snapshotIds(pipeline.image(id))));
        String decoy = pipeline.loadAnother("al2", 90);
        decoys.add(decoy);
        List<String> snapshots = snapshotIds(pipeline.image(decoy));
        decoys.addAll(snapshots);
        decoys.add(pipeline.ec2(SOURCE)
                .copySnapshot(r -> r.sourceRegion(REGION)
                        .sourceSnapshotId(snapshots.get(0))
                        .encrypted(true)
                        .kmsKeyId(shareKey)
                        .description("a backup"))
                .snapshotId());
        pipeline.cloud().kernel().runUntilQuiet();
        before.putAll(everything());
    }

    /** Whoever may only tag: makes a decoy, or a source, look like the work of an execution. */
    void tag(List<String> executions, String sourceImageId) {
        if (executions.isEmpty()) {
            return;
        }
        List<String> sourceSnapshots = sources.getOrDefault(sourceImageId, List.of());
        List<String> all = new ArrayList<>(decoys);
        all.addAll(sourceSnapshots);
        all.add(sourceImageId);
        String resource = oneOf(all);
        List<Tag> forged = List.of(
                tag("managed", "true"),
                tag("execution", oneOf(executions)),
                tag("source-image", sourceImageId),
                tag("source-snapshot", oneOf(sourceSnapshots)));
        unlessGone(
                () -> pipeline.ec2(SOURCE).createTags(r -> r.resources(resource).tags(forged)));
    }

    /** All at once: every decoy, and the source itself, look like the work of this execution. */
    void forge(String execution, String sourceImageId) {
        List<String> sourceSnapshots = sources.getOrDefault(sourceImageId, List.of());
        List<String> all = new ArrayList<>(decoys);
        all.addAll(sourceSnapshots);
        all.add(sourceImageId);
        forged.addAll(all);
        List<Tag> tags = List.of(
                tag("managed", "true"),
                tag("execution", execution),
                tag("source-image", sourceImageId),
                tag("source-snapshot", sourceSnapshots.get(0)));
        pipeline.ec2(SOURCE).createTags(r -> r.resources(all).tags(tags));
    }

    /** Takes the forged tags off again, where what bears them is still there. */
    void cleanUp() {
        List<Tag> ours = Stream.of("managed", "execution", "source-image", "source-snapshot")
                .map(key -> Tag.builder().key("ami-share:" + key).build())
                .toList();
        forged.forEach(id -> unlessGone(
                () -> pipeline.ec2(SOURCE).deleteTags(r -> r.resources(id).tags(ours))));
    }

    /** What is gone, or not there yet, cannot be touched; that it is gone is judged at the end. */
    private static void unlessGone(Runnable act) {
        try {
            act.run();
        } catch (Ec2Exception e) {
            if (!e.awsErrorDetails().errorCode().matches("Invalid(AMIID|Snapshot)\\.(NotFound|Unavailable)")) {
                throw e;
            }
        }
    }

    /** Whoever may only share: lets somebody in on an image that is being shared, or was. */
    void open(String account) {
        List<String> images = images().stream()
                .map(Image::imageId)
                .filter(id -> !before.containsKey(id))
                .toList();
        if (images.isEmpty()) {
            return;
        }
        String image = oneOf(images);
        unlessGone(() -> {
            pipeline.ec2(SOURCE).modifyImageAttribute(r -> r.imageId(image)
                    .launchPermission(l ->
                            l.add(LaunchPermission.builder().userId(account).build())));
            opened.add(new Opened(image, account, pipeline.cloud().kernel().now()));
        });
    }

    /** Remembers when an execution last looked at what it shares. */
    void seeVerification(String requestId, String execution) {
        if (verifications.add(requestId)) {
            lastVerified.put(execution, pipeline.cloud().kernel().now());
        }
    }

    /** Remembers what an execution said that it made, of what, and for whom. */
    void seeResult(String execution, JsonNode output, List<Share> shares, List<String> violations) {
        String source = output.path("sourceImageId").asText();
        for (JsonNode image : output.path("images")) {
            String id = image.path("imageId").asText();
            Set<String> principals = named.computeIfAbsent(id, i -> new TreeSet<>());
            image.path("targets")
                    .forEach(t -> principals.add(t.path("principal").asText()));
            image.path("alsoSharedWith").forEach(t -> principals.add(t.asText()));
            if (!image.path("reused").asBoolean()) {
                madeBy.put(id, execution);
            }
            shares.stream()
                    .flatMap(share -> share.committed().stream())
                    .filter(c -> c.imageId().equals(id) && !c.sourceImageId().equals(source))
                    .forEach(c -> violations.add(execution + " said that it shared " + source + " as " + id
                            + ", which is a copy of " + c.sourceImageId()));
        }
    }

    /** Whom somebody let in on this image by hand: no execution answers for them. */
    Set<String> openedTo(String imageId) {
        return opened.stream()
                .filter(o -> o.imageId().equals(imageId))
                .map(Opened::account)
                .collect(Collectors.toSet());
    }

    void judge(List<Share> shares, List<String> violations) {
        judgeOwners(shares, violations);
        judgeDecoys(violations);
        for (Opened one : opened) {
            String execution = madeBy.get(one.imageId());
            boolean isCommitted = shares.stream()
                    .flatMap(share -> share.committed().stream())
                    .anyMatch(c -> c.imageId().equals(one.imageId()));
            if (execution != null
                    && isCommitted
                    && lastVerified.getOrDefault(execution, Instant.MIN).isAfter(one.at())
                    && named.getOrDefault(one.imageId(), Set.of()).stream().noneMatch(p -> p.contains(one.account()))) {
                violations.add(execution + " committed " + one.imageId() + ", on which " + one.account()
                        + " stood when it was verified");
            }
        }
    }

    /** What was there before is there still, and as it was. */
    void judgeDecoys(List<String> violations) {
        Map<String, String> now = everything();
        before.forEach((id, was) -> {
            if (!was.equals(now.get(id))) {
                violations.add(id + ", which no execution made, was changed: " + was + " is now " + now.get(id));
            }
        });
    }

    /** All there is, whatever tags it bears, belongs to a share or was there before. */
    private void judgeOwners(List<Share> shares, List<String> violations) {
        Set<String> owned = new TreeSet<>();
        Set<String> kept = new TreeSet<>();
        for (Share share : shares) {
            share.committed().ifPresent(committed -> {
                owned.add(committed.imageId());
                committed.snapshots().stream().map(SharedSnapshot::snapshotId).forEach(owned::add);
            });
            share.former().stream()
                    .map(FormerImage::snapshots)
                    .flatMap(List::stream)
                    .map(SharedSnapshot::snapshotId)
                    .forEach(kept::add);
        }
        Set<String> there = new TreeSet<>(everything().keySet());
        Set<String> ownerless = new TreeSet<>(there);
        ownerless.removeAll(before.keySet());
        ownerless.removeAll(owned);
        ownerless.removeAll(kept);
        if (!ownerless.isEmpty()) {
            violations.add("nobody owns " + ownerless);
        }
        Set<String> missing = new TreeSet<>(owned);
        missing.removeAll(there);
        if (!missing.isEmpty()) {
            violations.add("in the ledger, and not there: " + missing);
        }
        Set<String> adopted = new TreeSet<>(owned);
        adopted.retainAll(decoys);
        if (!adopted.isEmpty()) {
            violations.add("shared, and made by somebody else: " + adopted);
        }
    }

    /** Every image and snapshot of the source account as text, but for its tags; of images also who may launch. */
    private Map<String, String> everything() {
        Map<String, String> all = new TreeMap<>();
        for (Image image : images()) {
            all.put(
                    image.imageId(),
                    image.toBuilder().tags(List.of()).build() + " "
                            + pipeline.ec2(SOURCE)
                                    .describeImageAttribute(r ->
                                            r.imageId(image.imageId()).attribute(ImageAttributeName.LAUNCH_PERMISSION))
                                    .launchPermissions());
        }
        for (Snapshot snapshot :
                pipeline.ec2(SOURCE).describeSnapshots(r -> r.ownerIds("self")).snapshots()) {
            all.put(
                    snapshot.snapshotId(),
                    snapshot.toBuilder().tags(List.of()).build().toString());
        }
        return all;
    }

    private List<Image> images() {
        return pipeline
                .ec2(SOURCE)
                .describeImages(r -> r.owners("self").includeDisabled(true).includeDeprecated(true))
                .images()
                .stream()
                .filter(image -> image.state() != ImageState.DEREGISTERED)
                .toList();
    }

    private static List<String> snapshotIds(Image image) {
        return image.blockDeviceMappings().stream()
                .map(BlockDeviceMapping::ebs)
                .filter(ebs -> ebs != null && ebs.snapshotId() != null)
                .map(ebs -> ebs.snapshotId())
                .toList();
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key("ami-share:" + key).value(value).build();
    }

    private <T> T oneOf(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
