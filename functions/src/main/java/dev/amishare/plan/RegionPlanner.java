package dev.amishare.plan;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ImageName;
import dev.amishare.ami.InstanceTypes;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.Mapping;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.SourceRules;
import dev.amishare.ami.Tags;
import dev.amishare.ami.Targets;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.request.Faults;
import dev.amishare.request.ShareRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Decides what is to be done in one Region: name, way, tags, volumes, and how it is to be proved. */
public final class RegionPlanner {
    private static final int MOST_LAUNCH_PERMISSIONS = 1000;

    private final Deployment deployment;
    private final Regional<Ec2Client> ec2;

    public RegionPlanner(Deployment deployment, Regional<Ec2Client> ec2) {
        this.deployment = deployment;
        this.ec2 = ec2;
    }

    /** Decides what is to be done in one Region. */
    public RegionPlan plan(
            String region,
            String keyArn,
            ShareRequest request,
            Source source,
            List<Share> shares,
            Instant now,
            Faults faults) {
        ImageAttributes attributes = source.attributes();
        String sourceId = source.image().imageId();
        String name = Optional.ofNullable(request.name())
                .orElseGet(() -> ImageName.derived(attributes.name(), sourceId, keyArn));
        Optional<Share> share = shares.stream()
                .filter(s -> s.id().equals(new ShareId(keyArn, name)))
                .findFirst();
        checkName(region, name, keyArn, sourceId, share, faults);
        checkLaunchPermissions(sourceId, share, request.targets(), faults);
        Way way = SourceRules.way(attributes, source.own(), source.snapshots(), deployment.region(), region, keyArn);
        if (way == Way.SAME_SNAPSHOTS && isTrue(request.shareSnapshots())) {
            faults.forbidden("shareSnapshots: " + sourceId + " is under " + keyArn
                    + " already, so the shared image would use its "
                    + "own snapshots, and those stay as they are: leave shareSnapshots out, or name another key");
        }
        List<String> notes = new ArrayList<>();
        Tags.Merged tags = Tags.merge(request.tags(), tags(source.image().tags()));
        note("image", tags, notes);
        return new RegionPlan(
                region,
                deployment.region(),
                sourceId,
                name,
                keyArn,
                way,
                withoutPastDeprecation(attributes, now, notes),
                volumes(source),
                request.targets(),
                tags.tags(),
                snapshotTags(source, request, notes),
                isTrue(request.shareSnapshots()),
                verifyOptions(attributes, request, notes, faults),
                notes);
    }

    private void checkName(
            String region, String name, String keyArn, String sourceId, Optional<Share> share, Faults faults) {
        for (Image image : imagesNamed(ec2.in(region), name)) {
            Map<String, String> tags = tags(image.tags());
            boolean ours =
                    "true".equals(tags.get(ManagedTags.MANAGED)) && sourceId.equals(tags.get(ManagedTags.SOURCE_IMAGE));
            if (!ours) {
                faults.forbidden("name: '" + name + "' is taken in " + region + " by " + image.imageId()
                        + ", which is not a copy of " + sourceId
                        + " made by AMI Share: ask for another name, or deregister "
                        + "that image");
            } else if (share.isEmpty()) {
                faults.forbidden("name: '" + name + "' is taken in " + region + " by " + image.imageId()
                        + ", a copy of " + sourceId + " that is not shared under " + keyArn
                        + ": ask for another name, or name the "
                        + "key that it was shared under");
            }
        }
    }

    private static List<Image> imagesNamed(Ec2Client client, String name) {
        return client.describeImages(DescribeImagesRequest.builder()
                        .owners("self")
                        .includeDisabled(true)
                        .filters(Filter.builder().name("name").values(name).build())
                        .build())
                .images();
    }

    private static void checkLaunchPermissions(String sourceId, Optional<Share> share, Targets targets, Faults faults) {
        int entities = share.map(Share::granted)
                .orElse(Principals.none())
                .plus(Principals.parse(targets.principals()))
                .launchPermissions()
                .size();
        if (entities > MOST_LAUNCH_PERMISSIONS) {
            faults.forbidden(String.format(
                    "targets: the copy of %s would be shared with %,d accounts, organizations and units; AWS allows %,d for an image: "
                            + "share with the organization or organizational unit that holds the accounts instead",
                    sourceId, entities, MOST_LAUNCH_PERMISSIONS));
        }
    }

    private static List<RegionPlan.SourceVolume> volumes(Source source) {
        Map<String, Snapshot> snapshots =
                source.snapshots().stream().collect(Collectors.toMap(Snapshot::snapshotId, Function.identity()));
        Map<String, RegionPlan.SourceVolume> volumes = new LinkedHashMap<>();
        for (Mapping mapping : source.attributes().mappings()) {
            mapping.snapshot()
                    .ifPresent(id -> volumes.putIfAbsent(
                            id,
                            new RegionPlan.SourceVolume(
                                    mapping.deviceName(),
                                    id,
                                    Optional.ofNullable(snapshots.get(id))
                                            .map(Snapshot::volumeSize)
                                            .orElse(0))));
        }
        return List.copyOf(volumes.values());
    }

    private static Map<String, Map<String, String>> snapshotTags(
            Source source, ShareRequest request, List<String> notes) {
        Map<String, Map<String, String>> all = new LinkedHashMap<>();
        for (Snapshot snapshot : source.snapshots()) {
            Tags.Merged merged = Tags.merge(request.tags(), tags(snapshot.tags()));
            note("copy of " + snapshot.snapshotId(), merged, notes);
            all.put(snapshot.snapshotId(), merged.tags());
        }
        return all;
    }

    private static void note(String what, Tags.Merged tags, List<String> notes) {
        if (!tags.leftOut().isEmpty()) {
            notes.add("tags left out of the " + what + ", which can bear 50: " + String.join(", ", tags.leftOut()));
        }
    }

    private static ImageAttributes withoutPastDeprecation(ImageAttributes source, Instant now, List<String> notes) {
        Instant deprecation = source.deprecationTime();
        if (deprecation == null || deprecation.isAfter(now)) {
            return source;
        }
        notes.add("the source is deprecated since " + deprecation
                + "; AWS takes no time in the past, so the shared image is not deprecated");
        return source.withoutDeprecation();
    }

    private RegionPlan.VerifyOptions verifyOptions(
            ImageAttributes source, ShareRequest request, List<String> notes, Faults faults) {
        boolean proof = isTrue(request.requireProof());
        if (!request.instanceTypes().isEmpty()) {
            return new RegionPlan.VerifyOptions(request.instanceTypes(), proof);
        }
        Optional<String> type = InstanceTypes.choose(source, deployment.instanceTypes());
        String none = "none of the types that the verifier roles may ask for ("
                + String.join(", ", deployment.instanceTypes()) + ") is known to boot this " + source.architecture()
                + " image";
        if (type.isEmpty() && proof) {
            faults.forbidden("verify.requireProof: " + none
                    + ": have an administrator deploy with one that does, or leave " + "requireProof out");
        } else if (type.isEmpty()) {
            notes.add("no launch was tried: " + none);
        }
        return new RegionPlan.VerifyOptions(type.stream().toList(), proof);
    }

    private static Map<String, String> tags(Collection<Tag> tags) {
        Map<String, String> map = new LinkedHashMap<>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}
