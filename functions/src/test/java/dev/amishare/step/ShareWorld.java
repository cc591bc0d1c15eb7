package dev.amishare.step;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.amishare.ami.CopyDescription;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Targets;
import dev.amishare.ami.Way;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import dev.amishare.ledger.TestLedger;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** A source account with an image, a share key and a ledger, in simulated time; and the steps of an execution on them. */
final class ShareWorld implements AutoCloseable {
    static final String SOURCE = "111111111111";
    static final String REGION = "eu-west-1";
    static final String IMAGE_NAME = "golden-encrypted";
    static final String SOURCE_IMAGE = "ami-0aaaaaaaaaaaaaaaa";
    static final List<String> SOURCE_SNAPSHOTS = List.of("snap-0aaaaaaaaaaaaaaa1", "snap-0aaaaaaaaaaaaaaa2");
    static final String MINE = "arn:aws:states:eu-west-1:111111111111:execution:ShareAmi:mine";
    static final String OTHER = "arn:aws:states:eu-west-1:111111111111:execution:ShareAmi:other";
    static final String SWEEP = "arn:aws:states:eu-west-1:111111111111:execution:SweepClaims:sweep";
    static final String LEDGER = "arn:aws:dynamodb:eu-west-1:111111111111:table/Ledger";
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private static final String IMAGES =
            """
            {"Images": [{"ImageId": "ami-0aaaaaaaaaaaaaaaa", "Name": "golden", "State": "available", "Architecture": "x86_64",
              "ImageType": "machine", "VirtualizationType": "hvm", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
              "EnaSupport": true, "Hypervisor": "xen", "PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances",
              "BlockDeviceMappings": [
                {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-0aaaaaaaaaaaaaaa1", "VolumeSize": 8,
                  "VolumeType": "gp3", "Iops": 3000, "Throughput": 125, "DeleteOnTermination": true, "Encrypted": false}},
                {"DeviceName": "/dev/sdb", "Ebs": {"SnapshotId": "snap-0aaaaaaaaaaaaaaa2", "VolumeSize": 20,
                  "VolumeType": "gp3", "Iops": 3000, "Throughput": 125, "DeleteOnTermination": false, "Encrypted": false}}]}]}""";

    final Cloud cloud;
    final Ec2Client ec2;
    final KmsClient kms;
    final Ledger ledger;
    final String key;
    private final Set<String> running = new HashSet<>(Set.of(MINE));

    ShareWorld() {
        this(Settings.defaults());
    }

    ShareWorld(Settings settings) {
        cloud = new Cloud(Kernel.simulated(11), settings);
        ec2 = cloud.ec2().client(administrator(SOURCE), REGION);
        kms = cloud.kms().client(administrator(SOURCE), REGION);
        ledger = new Ledger(TestLedger.table(cloud), "Ledger");
        key = kms.createKey(r -> r.tags(managedKey())).keyMetadata().arn();
        try {
            cloud.ec2().load(SOURCE, REGION, new ObjectMapper().readTree(IMAGES));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static software.amazon.awssdk.services.kms.model.Tag managedKey() {
        return software.amazon.awssdk.services.kms.model.Tag.builder()
                .tagKey(ManagedTags.MANAGED)
                .tagValue("true")
                .build();
    }

    static Caller administrator(String account) {
        return Caller.administrator(account);
    }

    ShareId id() {
        return new ShareId(key, IMAGE_NAME);
    }

    static Principals principals(String... values) {
        return Principals.parse(List.of(values));
    }

    /** What PlanShare would have decided for these targets. */
    RegionPlan plan(String... targets) {
        return plan(false, targets);
    }

    RegionPlan plan(boolean shareSnapshots, String... targets) {
        Function<Principal.Kind, List<String>> of =
                kind -> principals(targets).where(p -> p.kind() == kind).values();
        return new RegionPlan(
                REGION,
                REGION,
                SOURCE_IMAGE,
                IMAGE_NAME,
                key,
                Way.SNAPSHOTS,
                ImageAttributes.of(image(SOURCE_IMAGE)),
                List.of(
                        new RegionPlan.SourceVolume("/dev/xvda", "snap-0aaaaaaaaaaaaaaa1", 8),
                        new RegionPlan.SourceVolume("/dev/sdb", "snap-0aaaaaaaaaaaaaaa2", 20)),
                new Targets(
                        of.apply(Principal.Kind.ACCOUNT),
                        of.apply(Principal.Kind.ROLE),
                        of.apply(Principal.Kind.ORGANIZATION),
                        of.apply(Principal.Kind.ORGANIZATIONAL_UNIT)),
                Map.of(),
                List.of(),
                Map.of(),
                shareSnapshots,
                new RegionPlan.VerifyOptions(List.of("t3.micro"), false),
                List.of(),
                200_000);
    }

    /** What the steps before ours would have made for an execution: the encrypted image, all of it tagged, and in its claim if it has one. */
    SharedImage make(String execution) {
        return make(execution, key);
    }

    /** The same image, but its snapshots are under that key, or not encrypted at all. */
    SharedImage make(String execution, @Nullable String keyArn) {
        List<BlockDeviceMapping> mappings = new ArrayList<>();
        List<SharedSnapshot> snapshots = new ArrayList<>();
        for (BlockDeviceMapping mapping : image(SOURCE_IMAGE).blockDeviceMappings()) {
            String copy = copy(execution, mapping.ebs().snapshotId(), keyArn);
            EbsBlockDevice volume =
                    mapping.ebs().toBuilder().snapshotId(copy).encrypted(null).build();
            mappings.add(mapping.toBuilder().ebs(volume).build());
            snapshots.add(new SharedSnapshot(mapping.deviceName(), mapping.ebs().snapshotId(), copy));
        }
        boolean isClaimed = ledger.read(id()).isClaimedBy(execution);
        if (isClaimed) {
            ledger.recordCopies(
                    id(),
                    execution,
                    snapshots.stream()
                            .map(s -> new Made.Copy(s.snapshotId(), Optional.of(s.sourceSnapshotId())))
                            .toList());
        }
        cloud.kernel().runUntilQuiet();
        String imageId = ec2.registerImage(r -> r.name(IMAGE_NAME)
                        .architecture("x86_64")
                        .virtualizationType("hvm")
                        .rootDeviceName("/dev/xvda")
                        .enaSupport(true)
                        .blockDeviceMappings(mappings)
                        .tagSpecifications(tags(ResourceType.IMAGE, execution)))
                .imageId();
        if (isClaimed) {
            ledger.recordImage(id(), execution, imageId);
        }
        passTime(Duration.ofMinutes(1));
        return new SharedImage(imageId, snapshots);
    }

    /** A copy that an execution has started, and whose id it has never learned. */
    String copy(String execution, String snapshotId) {
        return copy(execution, snapshotId, key);
    }

    private String copy(String execution, String snapshotId, @Nullable String keyArn) {
        return ec2.copySnapshot(r -> r.sourceRegion(REGION)
                        .sourceSnapshotId(snapshotId)
                        .description(CopyDescription.of(snapshotId, SOURCE_IMAGE, REGION, token(execution)))
                        .encrypted(keyArn == null ? null : true)
                        .kmsKeyId(keyArn)
                        .tagSpecifications(tags(ResourceType.SNAPSHOT, execution)))
                .snapshotId();
    }

    private static TagSpecification tags(ResourceType type, String execution) {
        return TagSpecification.builder()
                .resourceType(type)
                .tags(tag(ManagedTags.MANAGED, "true"), tag(ManagedTags.EXECUTION, execution))
                .build();
    }

    static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    /** An image that another execution has shared and committed before, with all that goes with it. */
    SharedImage shared(String... principals) {
        claim(OTHER, principals);
        SharedImage image = make(OTHER);
        settle(OTHER);
        addLaunchPermission(OTHER, image, plan(principals));
        ledger.commit(id(), OTHER, image.imageId(), image.snapshots(), principals(principals), NOON);
        return image;
    }

    /** The claim of an execution on the image. */
    Share claim(String execution, String... principals) {
        return claim(Way.SNAPSHOTS, execution, principals);
    }

    /** The claim of an execution that makes the image in this way. */
    Share claim(Way way, String execution, String... principals) {
        return ledger.claim(
                id(),
                new Claim.Request(
                        execution,
                        token(execution),
                        cloud.kernel().now(),
                        SOURCE_IMAGE,
                        SOURCE_SNAPSHOTS,
                        way,
                        principals(principals)));
    }

    static String token(String execution) {
        return "token-of-" + execution;
    }

    AddLaunchPermission.Output addLaunchPermission(String execution, SharedImage image, RegionPlan plan) {
        return addLaunchPermission(execution, image, plan, Boundary.unlimited());
    }

    AddLaunchPermission.Output addLaunchPermission(
            String execution, SharedImage image, RegionPlan plan, Boundary boundary) {
        return new AddLaunchPermission(ledger, region -> ec2, boundary)
                .run(new AddLaunchPermission.Input(plan, image, execution));
    }

    UpdateKeyPolicy updateKeyPolicy() {
        return new UpdateKeyPolicy(ledger, region -> kms, Boundary.unlimited(), LEDGER);
    }

    UpdateKeyPolicy.Output updateKeyPolicy(String execution, UpdateKeyPolicy.@Nullable Output previous) {
        return updateKeyPolicy().run(input(execution, previous));
    }

    UpdateKeyPolicy.Input input(String execution, UpdateKeyPolicy.@Nullable Output previous) {
        return new UpdateKeyPolicy.Input(
                key, REGION, execution, IMAGE_NAME, previous, previous == null ? 0 : previous.turn());
    }

    /** Turns of UpdateKeyPolicy, as the state machine makes them. */
    UpdateKeyPolicy.Output settle(String execution) {
        return settle(execution, Boundary.unlimited());
    }

    UpdateKeyPolicy.Output settle(String execution, Boundary boundary) {
        UpdateKeyPolicy step = new UpdateKeyPolicy(ledger, region -> kms, boundary, LEDGER);
        UpdateKeyPolicy.Output output = step.run(input(execution, null));
        while (!output.settled()) {
            passTime(Duration.ofSeconds(output.waitSeconds()));
            output = step.run(input(execution, output));
        }
        return output;
    }

    /** Turns of UndoShare, as the state machine makes them. */
    UndoShare.Output undo(String execution) {
        UndoShare.Output output = undo(execution, null);
        while (!output.done()) {
            passTime(Duration.ofSeconds(output.waitSeconds()));
            output = undo(execution, output);
        }
        return output;
    }

    UndoShare.Output undo(String execution, UndoShare.@Nullable Output previous) {
        return new UndoShare(ledger, region -> ec2)
                .run(new UndoShare.Input(key, REGION, IMAGE_NAME, execution, previous));
    }

    void passTime(Duration duration) {
        boolean[] passed = {false};
        cloud.kernel().after(duration, () -> passed[0] = true);
        cloud.kernel().runUntil(() -> passed[0]);
    }

    Image image(String imageId) {
        return ec2.describeImages(r -> r.imageIds(imageId)).images().get(0);
    }

    List<Image> images() {
        return ec2.describeImages(r -> r.owners("self")).images();
    }

    List<String> snapshotIds() {
        return ec2.describeSnapshots(r -> r.ownerIds("self")).snapshots().stream()
                .map(Snapshot::snapshotId)
                .toList();
    }

    Set<String> launchPermissions(String imageId) {
        return LaunchPermissions.of(ec2, imageId).entities();
    }

    String policy() {
        return kms.getKeyPolicy(r -> r.keyId(key).policyName("default")).policy();
    }

    void putPolicy(String policy) {
        kms.putKeyPolicy(r -> r.keyId(key).policyName("default").policy(policy));
    }

    /** A role of another account. */
    String role(String account, String name) {
        return cloud.iam()
                .client(administrator(account), REGION)
                .createRole(r -> r.roleName(name)
                        .assumeRolePolicyDocument(
                                """
                                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                                  "Principal": {"AWS": "arn:aws:iam::%s:root"}, "Action": "sts:AssumeRole"}]}"""
                                        .formatted(account)))
                .role()
                .arn();
    }

    /** From now on this execution runs; only {@link #MINE} does so from the beginning. */
    void runs(String execution) {
        running.add(execution);
    }

    void ends(String execution) {
        running.remove(execution);
    }

    /** Step Functions, as far as it says which executions run: since noon. */
    SfnClient executions() {
        return new SfnClient() {
            @Override
            public DescribeExecutionResponse describeExecution(DescribeExecutionRequest request) {
                boolean runs = running.contains(request.executionArn());
                return DescribeExecutionResponse.builder()
                        .executionArn(request.executionArn())
                        .status(runs ? ExecutionStatus.RUNNING : ExecutionStatus.ABORTED)
                        .startDate(NOON)
                        .build();
            }

            @Override
            public String serviceName() {
                return "states";
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public void close() {
        cloud.close();
    }
}
