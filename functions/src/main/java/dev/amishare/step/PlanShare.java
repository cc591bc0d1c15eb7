package dev.amishare.step;

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
import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.json.Records;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.keypolicy.UnreadablePolicy;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.request.Faults;
import dev.amishare.request.KeyRules;
import dev.amishare.request.RequestParser;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.ShareRequest.RegionChoice;
import dev.amishare.request.TagEvent;
import java.nio.charset.StandardCharsets;
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
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.InvalidArnException;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;

/**
 * Decides all that is to be done, before anything is done: reads the request (or the tag event, and the profile that either names),
 * looks at image, keys and names, and refuses whatever reading can find, all of it at once. A step of its own because it is the only
 * one that may say no without anything to undo.
 *
 * <p>Only reads, so it may be repeated. What it has found may change before the other steps act: each of them copes with that.
 */
public final class PlanShare {
    private static final int MOST_LAUNCH_PERMISSIONS = 1000;
    /** A state's input and output may have 256 KiB, and the plan travels beside what the steps answer. */
    private static final int LARGEST_PLAN = 120_000;

    private static final int LARGEST_TOTAL = 230_000;

    /**
     * What the state machine was started with.
     *
     * @param input a request or an event, as it is
     */
    public record Input(Json input, String execution, Instant startedAt) {}

    /** What is to be done in each Region. */
    public record Output(String sourceImageId, List<RegionPlan> regions) {}

    /**
     * Where and how this product is deployed.
     *
     * @param region where source images are, and shared ones unless a request says otherwise
     * @param defaultKey the alias of the share key
     * @param instanceTypes what the verifier roles may ask for
     */
    public record Deployment(
            String account, String region, String defaultKey, Boundary boundary, List<String> instanceTypes) {}

    private final Deployment deployment;
    private final Regional<Ec2Client> ec2;
    private final Regional<KmsClient> kms;
    private final SsmClient ssm;
    private final Ledger ledger;

    public PlanShare(
            Deployment deployment, Regional<Ec2Client> ec2, Regional<KmsClient> kms, SsmClient ssm, Ledger ledger) {
        this.deployment = deployment;
        this.ec2 = ec2;
        this.kms = kms;
        this.ssm = ssm;
        this.ledger = ledger;
    }

    /** Makes the plan, or refuses with all that stands against it. */
    public Output run(Input input) {
        Faults faults = new Faults();
        ShareRequest request = read(input.input(), faults);
        checkOptions(request, faults);
        Optional<Source> source = source(request, faults);
        source.ifPresent(found -> checkSource(found, request, faults));
        List<RegionPlan> plans = new ArrayList<>();
        for (RegionChoice choice : regions(request)) {
            plan(choice, request, source, input.startedAt(), faults).ifPresent(plans::add);
        }
        if (faults.isEmpty()) {
            checkSize(plans, faults);
        }
        faults.throwIfAny();
        return new Output(source.orElseThrow().image().imageId(), plans);
    }

    // What is asked for

    private ShareRequest read(Json input, Faults faults) {
        ShareRequest request = TagEvent.is(input)
                ? TagEvent.request(input, deployment.region(), faults)
                : RequestParser.request(input, faults);
        return request.profile() == null ? request : request.completedBy(profile(request.profile(), faults));
    }

    private ShareRequest profile(String name, Faults faults) {
        String parameter = "/ami-share/profiles/" + name;
        String where = "profile " + name + " (parameter " + parameter + ")";
        try {
            String text =
                    ssm.getParameter(get -> get.name(parameter)).parameter().value();
            return RequestParser.profile(Json.parse(text), where, faults);
        } catch (ParameterNotFoundException e) {
            faults.invalid("profile: there is no profile '" + name + "': an administrator keeps it as the parameter "
                    + parameter + " in " + deployment.region() + " of account " + deployment.account());
        } catch (MalformedJson e) {
            faults.invalid(where + ": " + e.getMessage() + ": have its administrator correct it");
        }
        return ShareRequest.NOTHING;
    }

    private List<RegionChoice> regions(ShareRequest request) {
        return request.regions().isEmpty() ? List.of(new RegionChoice(deployment.region(), null)) : request.regions();
    }

    private void checkOptions(ShareRequest request, Faults faults) {
        Targets targets = request.targets();
        if (targets.principals().isEmpty() && !faults.mention("targets") && !faults.mention("profile")) {
            faults.invalid(
                    "targets: missing: name at least one account, role, organization or organizational unit, or a "
                            + "profile that does");
        }
        boolean toOrganizations = !targets.organizations().isEmpty()
                || !targets.organizationalUnits().isEmpty();
        if (isTrue(request.shareSnapshots()) && toOrganizations) {
            faults.invalid("shareSnapshots: AWS can share snapshots with accounts only, not with organizations or "
                    + "organizational units: leave shareSnapshots out, or name accounts");
        }
        Refusals.outside(Principals.parse(targets.principals()), deployment.boundary())
                .forEach(faults::forbidden);
        for (String type : request.instanceTypes()) {
            if (!deployment.instanceTypes().contains(type)) {
                faults.forbidden("verify.instanceTypes: " + type
                        + " is not among the types that the verifier roles may ask for: name one of "
                        + deployment.instanceTypes() + ", or have an administrator deploy with it");
            }
        }
    }

    // The source

    /** The source image and its snapshots. */
    private record Source(Image image, ImageAttributes attributes, List<Snapshot> snapshots, boolean own) {}

    private Optional<Source> source(ShareRequest request, Faults faults) {
        String id = request.sourceImageId();
        if (id == null) {
            return Optional.empty();
        }
        Ec2Client client = ec2.in(deployment.region());
        Optional<Image> found = find(client, id);
        if (found.isEmpty()) {
            faults.invalid("sourceImageId: " + id + " does not exist in " + deployment.region()
                    + ", or is not shared with account " + deployment.account() + ": check the id and the Region");
            return Optional.empty();
        }
        Image image = found.get();
        ImageAttributes attributes = ImageAttributes.of(image);
        boolean own = deployment.account().equals(image.ownerId());
        List<String> refusals = SourceRules.refusals(image, deployment.account());
        refusals.forEach(faults::forbidden);
        List<Snapshot> snapshots =
                refusals.isEmpty() ? snapshots(client, image, attributes.snapshots(), faults) : List.of();
        return Optional.of(new Source(image, attributes, snapshots, own));
    }

    private static Optional<Image> find(Ec2Client client, String id) {
        try {
            return client
                    .describeImages(DescribeImagesRequest.builder()
                            .imageIds(id)
                            .includeDeprecated(true)
                            .includeDisabled(true)
                            .build())
                    .images()
                    .stream()
                    .findFirst();
        } catch (Ec2Exception e) {
            if (hasCode(e, "InvalidAMIID.NotFound")
                    || hasCode(e, "InvalidAMIID.Malformed")
                    || hasCode(e, "InvalidAMIID.Unavailable")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<Snapshot> snapshots(Ec2Client client, Image image, List<String> ids, Faults faults) {
        try {
            return client.describeSnapshots(
                            DescribeSnapshotsRequest.builder().snapshotIds(ids).build())
                    .snapshots();
        } catch (Ec2Exception e) {
            if (hasCode(e, "InvalidSnapshot.NotFound")) {
                faults.forbidden("sourceImageId: the snapshots " + ids + " of " + image.imageId()
                        + " do not exist or account " + image.ownerId() + " does not share them with account "
                        + deployment.account()
                        + ", so nobody there can copy the image: have their owner share them, too "
                        + "(aws ec2 modify-snapshot-attribute)");
                return List.of();
            }
            throw e;
        }
    }

    private void checkSource(Source source, ShareRequest request, Faults faults) {
        SourceRules.refusals(source.snapshots()).forEach(faults::forbidden);
        for (String type : request.instanceTypes()) {
            if (!InstanceTypes.fits(type, source.attributes())) {
                faults.invalid("verify.instanceTypes: " + type + " cannot boot "
                        + source.image().imageId() + ", which is made for "
                        + source.attributes().architecture() + ": name a type of that architecture, or leave it out");
            }
        }
        for (String key : SourceRules.keys(source.snapshots())) {
            sourceKeyFault(key).ifPresent(faults::forbidden);
        }
    }

    /** A copy under way reads the source with its key, after CopySnapshot has answered: better to know before. */
    private Optional<String> sourceKeyFault(String key) {
        try {
            KeyMetadata metadata = kms.in(deployment.region())
                    .describeKey(describe -> describe.keyId(key))
                    .keyMetadata();
            return metadata.enabled()
                    ? Optional.empty()
                    : Optional.of("sourceImageId: its snapshots are encrypted under " + key + ", which is in state "
                            + metadata.keyStateAsString() + ": enable it first");
        } catch (KmsException e) {
            if (e instanceof NotFoundException || hasCode(e, "AccessDeniedException")) {
                return Optional.of("sourceImageId: its snapshots are encrypted under " + key + ", which account "
                        + deployment.account()
                        + " may not use: have the owner of that key allow it, or ask for an image that is "
                        + "not encrypted or under a key of your own");
            }
            throw e;
        }
    }

    // Each Region

    private Optional<RegionPlan> plan(
            RegionChoice choice, ShareRequest request, Optional<Source> source, Instant now, Faults faults) {
        Optional<String> key = key(choice, request, faults);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        String keyArn = key.get();
        List<Share> shares = ledger.sharesUnder(keyArn);
        checkPolicy(choice.region(), keyArn, shares, request.targets(), faults);
        return source.filter(found -> !found.snapshots().isEmpty())
                .map(found -> planOf(choice.region(), keyArn, request, found, shares, now, faults));
    }

    private Optional<String> key(RegionChoice choice, ShareRequest request, Faults faults) {
        boolean own = choice.kmsKeyId() != null;
        String path = own ? "regions, " + choice.region() + ", kmsKeyId" : "kmsKeyId";
        String asked = Optional.ofNullable(choice.kmsKeyId())
                .or(() -> Optional.ofNullable(request.kmsKeyId()))
                .orElse(deployment.defaultKey());
        if (asked.startsWith("arn:")) {
            String[] arn = asked.split(":", 6);
            if (!arn[3].equals(choice.region())) {
                faults.invalid(path + ": " + asked + " is a key of " + arn[3] + ", but the image is to be shared in "
                        + choice.region() + ", and keys are Regional: name a key of " + choice.region()
                        + " in regions, or an alias that is there in every Region");
                return Optional.empty();
            } else if (!arn[4].equals(deployment.account())) {
                faults.forbidden(path + ": " + asked + " is a key of account " + arn[4]
                        + ", whose policy only that account can change: name a key of account " + deployment.account());
                return Optional.empty();
            }
        }
        return usableKey(path, asked, choice.region(), faults);
    }

    private Optional<String> usableKey(String path, String asked, String region, Faults faults) {
        KmsClient client = kms.in(region);
        KeyMetadata key;
        try {
            key = client.describeKey(describe -> describe.keyId(asked)).keyMetadata();
        } catch (NotFoundException | InvalidArnException e) {
            faults.invalid(path + ": " + asked + " does not exist in " + region + " of account " + deployment.account()
                    + ": check the name and the Region, or make the key first");
            return Optional.empty();
        }
        List<String> refusals = new ArrayList<>(KeyRules.refusals(path, key));
        if (!key.keyManagerAsString().equals("AWS")) {
            Map<String, String> tags = client.listResourceTagsPaginator(list -> list.keyId(key.keyId())).tags().stream()
                    .collect(Collectors.toMap(tag -> tag.tagKey(), tag -> tag.tagValue()));
            refusals.addAll(KeyRules.refusals(path, key.arn(), tags));
        }
        refusals.forEach(faults::forbidden);
        return refusals.isEmpty() ? Optional.of(key.arn()) : Optional.empty();
    }

    private void checkPolicy(String region, String keyArn, Collection<Share> shares, Targets targets, Faults faults) {
        String text = kms.in(region)
                .getKeyPolicy(get -> get.keyId(keyArn).policyName("default"))
                .policy();
        Principals present = shares.stream().map(Share::granted).reduce(Principals.none(), Principals::plus);
        try {
            Refusals.of(
                            keyArn,
                            KeyPolicy.parse(text),
                            present,
                            Principals.parse(targets.principals()),
                            deployment.boundary())
                    .forEach(faults::forbidden);
        } catch (UnreadablePolicy e) {
            faults.forbidden("kmsKeyId: " + keyArn + ": " + e.getMessage() + ": have its administrator correct it");
        }
    }

    private RegionPlan planOf(
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

    private static void checkSize(List<RegionPlan> plans, Faults faults) {
        int total = 0;
        for (RegionPlan plan : plans) {
            int size = Records.write(plan).text().getBytes(StandardCharsets.UTF_8).length;
            total += size;
            if (size > LARGEST_PLAN) {
                faults.forbidden(tooLarge("for " + plan.region(), size, LARGEST_PLAN));
            }
        }
        if (total > LARGEST_TOTAL) {
            faults.forbidden(tooLarge("for all Regions", total, LARGEST_TOTAL));
        }
    }

    private static String tooLarge(String what, int size, int largest) {
        return String.format(
                "the request: its plan %s would have %,d bytes, more than the %,d that Step Functions carries beside its results: ask "
                        + "for fewer targets, tags or Regions at a time",
                what, size, largest);
    }

    private static Map<String, String> tags(Collection<Tag> tags) {
        Map<String, String> map = new LinkedHashMap<>();
        tags.forEach(tag -> map.put(tag.key(), tag.value()));
        return map;
    }

    private static boolean hasCode(AwsServiceException failure, String code) {
        return failure.awsErrorDetails() != null
                && code.equals(failure.awsErrorDetails().errorCode());
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}
