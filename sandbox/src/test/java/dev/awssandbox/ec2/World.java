package dev.awssandbox.ec2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/** A cloud in simulated time, and few words to tell of it. */
final class World implements AutoCloseable {
    static final String OWNER = "111111111111";
    static final String FRIEND = "222222222222";
    static final String STRANGER = "333333333333";
    static final String REGION = "us-east-1";
    static final String ELSEWHERE = "eu-west-1";
    /** The image of {@link #withImage}: an 8 GiB root and a 40 GiB data volume. */
    static final String AMI = "ami-0123456789abcdef0";

    static final String ROOT = "snap-00000000000000001";
    static final String DATA = "snap-00000000000000002";

    final Cloud cloud;

    private World(Settings settings) {
        this.cloud = new Cloud(Kernel.simulated(1), settings);
    }

    static World empty() {
        return new World(settings(20));
    }

    /** With a quota of so many copies in flight. */
    static World withQuota(int copies) {
        World world = new World(settings(copies));
        world.loadOrdinaryImage();
        return world;
    }

    /** With {@link #AMI} in the hands of {@link #OWNER}. */
    static World withImage() {
        return withQuota(20);
    }

    private static Settings settings(int copies) {
        return new Settings(Duration.ofSeconds(100), copies, Duration.ZERO, Duration.ofSeconds(1));
    }

    private void loadOrdinaryImage() {
        load(
                """
                {"Images": [{
                  "ImageId": "ami-0123456789abcdef0", "Name": "golden", "OwnerId": "999988887777", "Public": true,
                  "Description": "the golden image", "ImageLocation": "999988887777/golden", "ImageType": "machine",
                  "Architecture": "x86_64", "VirtualizationType": "hvm", "Hypervisor": "xen", "EnaSupport": true,
                  "CreationDate": "2025-06-01T10:00:00.000Z", "State": "available", "PlatformDetails": "Linux/UNIX",
                  "UsageOperation": "RunInstances", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
                  "Tags": [{"Key": "team", "Value": "platform"}],
                  "BlockDeviceMappings": [
                    {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-00000000000000001", "VolumeSize": 8,
                      "VolumeType": "gp3", "DeleteOnTermination": true, "Encrypted": false}},
                    {"DeviceName": "/dev/sdf", "Ebs": {"SnapshotId": "snap-00000000000000002", "VolumeSize": 40,
                      "VolumeType": "gp2", "DeleteOnTermination": false, "Encrypted": false}}]}]}
                """);
    }

    void load(String document) {
        try {
            cloud.ec2().load(OWNER, REGION, new ObjectMapper().readTree(document));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Ec2Client as(String account) {
        return as(account, REGION);
    }

    Ec2Client as(String account, String region) {
        return cloud.ec2().client(Caller.administrator(account), region);
    }

    Ec2Client owner() {
        return as(OWNER);
    }

    Ec2Client friend() {
        return as(FRIEND);
    }

    Ec2Client stranger() {
        return as(STRANGER);
    }

    /** Lets so much time pass. */
    void pass(Duration duration) {
        List<String> passed = new ArrayList<>();
        cloud.kernel().after(duration, () -> passed.add("passed"));
        cloud.kernel().runUntil(() -> !passed.isEmpty());
    }

    /** Lets everything happen that is going to happen. */
    void settle() {
        cloud.kernel().runUntilQuiet();
    }

    Image image(String id) {
        return owner().describeImages(request -> request.imageIds(id)).images().get(0);
    }

    Snapshot snapshot(String id) {
        return owner().describeSnapshots(request -> request.snapshotIds(id))
                .snapshots()
                .get(0);
    }

    void shareImage(String id, String account) {
        owner().modifyImageAttribute(request -> request.imageId(id)
                .launchPermission(permission -> permission.add(
                        LaunchPermission.builder().userId(account).build())));
    }

    void shareSnapshot(String id, String account) {
        owner().modifySnapshotAttribute(request -> request.snapshotId(id)
                .createVolumePermission(permission -> permission.add(
                        CreateVolumePermission.builder().userId(account).build())));
    }

    static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    static TagSpecification tagging(String type, Tag... tags) {
        return TagSpecification.builder().resourceType(type).tags(tags).build();
    }

    static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    static CopySnapshotRequest.Builder copying(String snapshot) {
        return CopySnapshotRequest.builder().sourceSnapshotId(snapshot).sourceRegion(REGION);
    }

    /** A registration as it should be, on {@link #ROOT}. */
    static RegisterImageRequest.Builder registration() {
        return RegisterImageRequest.builder()
                .name("registered")
                .architecture("x86_64")
                .virtualizationType("hvm")
                .enaSupport(true)
                .rootDeviceName("/dev/xvda")
                .blockDeviceMappings(rootMapping());
    }

    static BlockDeviceMapping rootMapping() {
        return BlockDeviceMapping.builder()
                .deviceName("/dev/xvda")
                .ebs(ebs -> ebs.snapshotId(ROOT).volumeType("gp3"))
                .build();
    }

    static RunInstancesRequest.Builder launchOf(String image) {
        return RunInstancesRequest.builder()
                .imageId(image)
                .instanceType("t3.micro")
                .minCount(1)
                .maxCount(1);
    }

    /** Launches as {@code account}, and the instance as it is when all has settled. */
    Instance launched(String account, RunInstancesRequest.Builder request) {
        String id = as(account).runInstances(request.build()).instances().get(0).instanceId();
        settle();
        return instance(account, id);
    }

    Instance instance(String account, String id) {
        return as(account)
                .describeInstances(request -> request.instanceIds(id))
                .reservations()
                .get(0)
                .instances()
                .get(0);
    }

    static void assertRefused(ThrowingCallable call, String code) {
        assertRefused(call, code, "");
    }

    static void assertRefused(ThrowingCallable call, String code, String message) {
        assertThatExceptionOfType(Ec2Exception.class).isThrownBy(call).satisfies(error -> {
            assertThat(error.awsErrorDetails().errorCode()).isEqualTo(code);
            assertThat(error.awsErrorDetails().errorMessage()).contains(message);
        });
    }

    @Override
    public void close() {
        cloud.close();
    }
}
