package dev.amishare.plan;

import dev.amishare.ami.Differences;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ImageName;
import dev.amishare.ami.InstanceTypes;
import dev.amishare.ami.Mapping;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.SourceRules;
import dev.amishare.ami.Tags;
import dev.amishare.ami.Targets;
import dev.amishare.ami.Way;
import dev.amishare.aws.Regional;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import dev.amishare.plan.Shared.Standing;
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
    private final Ledger ledger;

    public RegionPlanner(Deployment deployment, Regional<Ec2Client> ec2, Ledger ledger) {
        this.deployment = deployment;
        this.ec2 = ec2;
        this.ledger = ledger;
    }

    /** Decides what is to be done in one Region; nothing, if something stands against it. */
    public Optional<RegionPlan> plan(Place place, ShareRequest request, Wanted wanted, Instant now, Faults faults) {
        Shared shared = Shared.of(wanted.sourceImageId(), place, ec2.in(place.region()));
        List<String> notes = new ArrayList<>();
        Optional<String> name = name(place, request, wanted, shared, notes, faults);
        if (name.isEmpty() && !shared.standing().isEmpty()) {
            return Optional.empty();
        }
        Optional<Standing> standing = name.flatMap(shared::named);
        name.ifPresent(n -> checkName(place, n, wanted.sourceImageId(), faults));
        checkLaunchPermissions(wanted.sourceImageId(), standing, request.targets(), faults);
        if (name.isPresent() && wanted.copyable().isPresent()) {
            Source source = wanted.copyable().get();
            return Optional.of(copy(place, name.get(), request, source, standing, notes, now, faults));
        } else if (standing.isPresent()) {
            return Optional.of(add(place, request, wanted, standing.get(), notes, faults));
        }
        faults.add(wanted.against());
        sayWhatStands(place, wanted, shared, faults);
        return Optional.empty();
    }

    /** What the image is to be called: as asked, or as that which stands, so that nothing is copied twice without being asked for. */
    private static Optional<String> name(
            Place place, ShareRequest request, Wanted wanted, Shared shared, List<String> notes, Faults faults) {
        String sourceId = wanted.sourceImageId();
        String keyArn = place.keyArn();
        if (request.name() != null) {
            if (!shared.standing().isEmpty() && shared.named(request.name()).isEmpty()) {
                notes.add(sourceId + " is shared in " + place.region() + " under this key already as "
                        + lines(shared.standing()) + ": the name '" + request.name()
                        + "' asks for an encrypted copy of its own, which is paid for beside it; leave name out to add targets "
                        + "to the one that stands");
            }
            return Optional.of(request.name());
        }
        Optional<String> asked = wanted.askedAs()
                .map(Share::id)
                .filter(id -> id.keyArn().equals(keyArn))
                .map(ShareId::imageName);
        Optional<String> obvious =
                asked.or(() -> shared.obvious(sourceId, keyArn).map(Standing::name));
        if (obvious.isPresent()) {
            return obvious;
        } else if (!shared.standing().isEmpty()) {
            faults.invalid("name: missing: " + sourceId + " is shared in " + place.region() + " under " + keyArn
                    + " as " + lines(shared.standing()) + ": name one of them, to add the targets to it");
            return Optional.empty();
        }
        return shared.onlyOtherName().or(() -> wanted.source()
                .map(source -> ImageName.derived(source.attributes().name(), sourceId, keyArn)));
    }

    private static String lines(List<Standing> standing) {
        return standing.stream().map(Standing::line).sorted().collect(Collectors.joining(", "));
    }

    /** Where the source cannot be copied: which shared image, or which snapshots of one, there are to go on with. */
    private void sayWhatStands(Place place, Wanted wanted, Shared shared, Faults faults) {
        String sourceId = wanted.sourceImageId();
        List<String> snapshots = shared.snapshotsLeft(sourceId, ec2.in(place.region()));
        if (!shared.standing().isEmpty()) {
            faults.forbidden("name: of " + sourceId + " there stands in " + place.region() + " under " + place.keyArn()
                    + " only " + lines(shared.standing())
                    + ": leave name out, or name that one, to add the targets to it");
        } else if (!snapshots.isEmpty()) {
            faults.forbidden("sourceImageId: the shared image of " + sourceId + " in " + place.region() + " under "
                    + place.keyArn() + " is gone, too; of its encrypted snapshots there stand "
                    + String.join(", ", snapshots)
                    + ": register an image from them (aws ec2 register-image), and share that one by its own id");
        }
    }

    private RegionPlan copy(
            Place place,
            String name,
            ShareRequest request,
            Source source,
            Optional<Standing> standing,
            List<String> notes,
            Instant now,
            Faults faults) {
        ImageAttributes attributes = source.attributes();
        String sourceId = source.image().imageId();
        Way way = SourceRules.way(
                attributes, source.own(), source.snapshots(), deployment.region(), place.region(), place.keyArn());
        boolean standsOnTheSources = standing.filter(
                        stands -> usesTheSources(stands.committed().snapshots()))
                .isPresent();
        if (isTrue(request.shareSnapshots()) && (way == Way.SAME_SNAPSHOTS || standsOnTheSources)) {
            faults.forbidden(sameSnapshots(sourceId, place.keyArn()));
        }
        Tags.Merged tags = Tags.merge(request.tags(), tags(source.image().tags()));
        note("image", tags, notes);
        return new RegionPlan(
                place.region(),
                deployment.region(),
                sourceId,
                name,
                place.keyArn(),
                way,
                standing.map(stands -> asItStands(attributes, stands, notes))
                        .orElseGet(() -> withoutPastDeprecation(attributes, now, notes)),
                volumes(source),
                request.targets(),
                tags.tags(),
                requestedTags(request, tags),
                snapshotTags(source, request, notes),
                isTrue(request.shareSnapshots()),
                verifyOptions(sourceId, attributes, request, notes, faults),
                notes,
                0);
    }

    /** What may be changed on the source at any time, a shared image keeps as it was. */
    private static ImageAttributes asItStands(ImageAttributes source, Standing standing, List<String> notes) {
        ImageAttributes shared = ImageAttributes.of(standing.image());
        ImageAttributes expected = source.withChangeable(shared);
        List<String> changed = Differences.between(source, expected);
        if (!changed.isEmpty()) {
            notes.add("the source was changed since " + standing.committed().imageId()
                    + " was made of it, which keeps what it had: " + String.join("; ", changed)
                    + "; ask for another name to have a new copy");
        }
        return expected;
    }

    /** The source cannot be copied and need not be: the targets are added to the image that stands. */
    private RegionPlan add(
            Place place, ShareRequest request, Wanted wanted, Standing standing, List<String> notes, Faults faults) {
        ImageAttributes attributes = ImageAttributes.of(standing.image());
        String sourceId = wanted.sourceImageId();
        List<SharedSnapshot> snapshots = standing.committed().snapshots();
        if (isTrue(request.shareSnapshots()) && usesTheSources(snapshots)) {
            faults.forbidden(sameSnapshots(sourceId, place.keyArn()));
        }
        notes.add("the targets were added to " + standing.committed().imageId()
                + " without comparing it with its source, which cannot be shared again: "
                + String.join("; ", wanted.against().lines()));
        Tags.Merged tags = Tags.merge(request.tags(), tags(standing.image().tags()));
        note("image", tags, notes);
        Map<String, Map<String, String>> snapshotTags = new LinkedHashMap<>();
        snapshots.forEach(s -> snapshotTags.put(s.sourceSnapshotId(), Tags.ofSnapshots(request.tags())));
        return new RegionPlan(
                place.region(),
                deployment.region(),
                sourceId,
                standing.name(),
                place.keyArn(),
                Way.STANDING,
                attributes,
                List.of(),
                request.targets(),
                tags.tags(),
                requestedTags(request, tags),
                snapshotTags,
                isTrue(request.shareSnapshots()),
                verifyOptions(sourceId, attributes, request, notes, faults),
                notes,
                0);
    }

    /** Whether a shared image is of its source's own snapshots, by whatever way one would be made today. */
    private static boolean usesTheSources(List<SharedSnapshot> snapshots) {
        return !snapshots.stream().allMatch(SharedSnapshot::isCopy);
    }

    private static String sameSnapshots(String sourceId, String keyArn) {
        return "shareSnapshots: " + sourceId + " is under " + keyArn
                + " already, so the shared image would use its own snapshots, and those stay as they are: leave shareSnapshots out, "
                + "or name another key";
    }

    /**
     * Refuses a name that an image has which is not the share's. Which one is, the ledger says: tags could have been written by anybody.
     * A claim on the name is left to ClaimShare, which waits for how it ends; the name of a shared image that is gone is free.
     */
    private void checkName(Place place, String name, String sourceId, Faults faults) {
        Ec2Client client = ec2.in(place.region());
        Optional<Share> share = place.shares().stream()
                .filter(s -> s.id().imageName().equals(name))
                .findFirst();
        if (share.flatMap(Share::claim).isPresent()) {
            return;
        }
        Optional<Committed> committed = share.flatMap(Share::committed);
        for (Image image : imagesNamed(client, name)) {
            Optional<Committed> ofKey = committed.filter(c -> c.imageId().equals(image.imageId()));
            if (ofKey.filter(c -> c.sourceImageId().equals(sourceId)).isPresent()) {
                continue;
            }
            faults.forbidden("name: '" + name + "' is taken in " + place.region() + " by " + image.imageId() + ", "
                    + ofKey.map(c -> "the shared image of " + c.sourceImageId() + " under " + place.keyArn()
                                    + ": ask for another name")
                            .orElseGet(() -> whose(client, image, sourceId)));
        }
    }

    /** Whose an image is that the asked key's shares do not know, with what to do about it. */
    private String whose(Ec2Client client, Image image, String sourceId) {
        List<String> snapshots = ImageAttributes.of(image).snapshots();
        Optional<Share> elsewhere = keys(client, snapshots).stream()
                .flatMap(key -> ledger.sharesUnder(key).stream())
                .filter(share -> share.committed()
                        .filter(c -> c.imageId().equals(image.imageId()))
                        .isPresent())
                .findFirst();
        if (elsewhere.isEmpty()) {
            return "which AMI Share has not committed: ask for another name";
        }
        Committed committed = elsewhere.get().committed().orElseThrow();
        String keyArn = elsewhere.get().id().keyArn();
        return "the shared image of " + committed.sourceImageId() + " under " + keyArn
                + (committed.sourceImageId().equals(sourceId)
                        ? ": ask for another name, or name that key (kmsKeyId) to add targets to it"
                        : ": ask for another name");
    }

    private static List<String> keys(Ec2Client client, List<String> snapshotIds) {
        return snapshotIds.isEmpty()
                ? List.of()
                : SourceRules.keys(client.describeSnapshots(describe -> describe.ownerIds("self")
                                .filters(Filter.builder()
                                        .name("snapshot-id")
                                        .values(snapshotIds)
                                        .build()))
                        .snapshots());
    }

    private static List<Image> imagesNamed(Ec2Client client, String name) {
        return client.describeImages(DescribeImagesRequest.builder()
                        .owners("self")
                        .includeDisabled(true)
                        .filters(Filter.builder().name("name").values(name).build())
                        .build())
                .images();
    }

    private static void checkLaunchPermissions(
            String sourceId, Optional<Standing> standing, Targets targets, Faults faults) {
        int entities = standing.map(Standing::share)
                .map(Share::granted)
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
            Tags.Merged merged = Tags.merge(Tags.ofSnapshots(request.tags()), tags(snapshot.tags()));
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
            String sourceId, ImageAttributes image, ShareRequest request, List<String> notes, Faults faults) {
        boolean proof = isTrue(request.requireProof());
        request.instanceTypes().forEach(type -> checkType(type, sourceId, image, faults));
        if (!request.instanceTypes().isEmpty()) {
            return new RegionPlan.VerifyOptions(request.instanceTypes(), proof);
        }
        Optional<String> type = InstanceTypes.choose(image, deployment.instanceTypes());
        String none = "none of the types that the verifier roles may ask for ("
                + String.join(", ", deployment.instanceTypes()) + ") is known to boot this " + image.architecture()
                + " image";
        if (type.isEmpty() && proof) {
            faults.forbidden("verify.requireProof: " + none
                    + ": have an administrator deploy with one that does, or leave " + "requireProof out");
        } else if (type.isEmpty()) {
            notes.add("no launch was tried: " + none);
        }
        return new RegionPlan.VerifyOptions(type.stream().toList(), proof);
    }

    private static List<String> requestedTags(ShareRequest request, Tags.Merged tags) {
        return request.tags().keySet().stream().filter(tags.tags()::containsKey).toList();
    }

    private static void checkType(String type, String sourceId, ImageAttributes image, Faults faults) {
        if (!InstanceTypes.fits(type, image)) {
            faults.invalid("verify.instanceTypes: " + type + " cannot boot " + sourceId + ", which is made for "
                    + image.architecture() + ": name a type of that architecture, or leave it out");
        } else if (!InstanceTypes.isPermitted(type, image)) {
            faults.invalid("verify.instanceTypes: " + type + " is not among the types that " + sourceId
                    + " says it may run on: name one that is, or leave it out");
        }
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
