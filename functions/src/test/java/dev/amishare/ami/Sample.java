package dev.amishare.ami;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ProductCode;
import software.amazon.awssdk.services.ec2.model.Snapshot;

/** Images that say something of everything, each thing another. */
final class Sample {
    static final String OWNER = "111111111111";
    static final String KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    static final String EXECUTION = "arn:aws:states:eu-west-1:111111111111:execution:ShareAmi:x";

    private Sample() {}

    /** Of the deployment's account, free of charge, with a volume from a snapshot. */
    static Image.Builder plain() {
        return Image.builder()
                .imageId("ami-0123456789abcdef0")
                .name("golden")
                .ownerId(OWNER)
                .state("available")
                .architecture("x86_64")
                .virtualizationType("hvm")
                .rootDeviceType("ebs")
                .rootDeviceName("/dev/xvda")
                .usageOperation("RunInstances")
                .blockDeviceMappings(volume("/dev/xvda", "snap-1"));
    }

    static Image full() {
        return plain().description("for everybody")
                .kernelId("aki-1")
                .ramdiskId("ari-2")
                .bootMode("uefi-preferred")
                .tpmSupport("v2.0")
                .imdsSupport("v2.0")
                .enaSupport(true)
                .sriovNetSupport("simple")
                .platform("windows")
                .platformDetails("Windows")
                .usageOperation("RunInstances:0002")
                .productCodes(ProductCode.builder()
                        .productCodeId("code")
                        .productCodeType("marketplace")
                        .build())
                .deprecationTime("2027-01-01T00:00:00.000Z")
                .deregistrationProtection("disabled")
                .blockDeviceMappings(
                        volume("/dev/xvda", "snap-1"),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdb")
                                .ebs(e -> e.volumeSize(30).volumeType("gp2").iops(100))
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdc")
                                .virtualName("ephemeral0")
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdd")
                                .noDevice("")
                                .build())
                .build();
    }

    static BlockDeviceMapping volume(String device, String snapshot) {
        return BlockDeviceMapping.builder()
                .deviceName(device)
                .ebs(e -> e.snapshotId(snapshot)
                        .volumeSize(8)
                        .volumeType("gp3")
                        .iops(3000)
                        .throughput(125)
                        .deleteOnTermination(true)
                        .encrypted(false))
                .build();
    }

    static Snapshot.Builder snapshot(String id) {
        return Snapshot.builder().snapshotId(id).state("completed").storageTier("standard");
    }

    /** The plan to share it in its own Region. */
    static RegionPlan plan(ImageAttributes source, Map<String, String> tags) {
        return new RegionPlan(
                "eu-west-1",
                "us-east-1",
                "ami-0123456789abcdef0",
                "golden-encrypted",
                KEY,
                Way.SNAPSHOTS,
                source,
                List.of(),
                Targets.NONE,
                tags,
                List.of(),
                Map.of("snap-1", Map.of("of", "snapshot")),
                false,
                new RegionPlan.VerifyOptions(List.of(), false),
                List.of(),
                200_000);
    }
}
