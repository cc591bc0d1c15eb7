package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.registration;
import static dev.awssandbox.ec2.World.rootMapping;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;

final class RegisterImageTest {
    @Test
    void keepsEveryAttributeAndTheMappingsInTheirOrder() {
        try (World world = World.withImage()) {
            BlockDeviceMapping data = mapping("/dev/sdf", ebs -> ebs.snapshotId(DATA)
                    .volumeSize(50)
                    .volumeType("io1")
                    .iops(200)
                    .deleteOnTermination(false));
            BlockDeviceMapping blank = mapping(
                    "/dev/sdg", ebs -> ebs.volumeSize(10).volumeType("gp2").encrypted(true));
            BlockDeviceMapping ephemeral = BlockDeviceMapping.builder()
                    .deviceName("/dev/sdh")
                    .virtualName("ephemeral0")
                    .build();
            BlockDeviceMapping none = BlockDeviceMapping.builder()
                    .deviceName("/dev/sdi")
                    .noDevice("")
                    .build();

            Image image = registered(
                    world,
                    registration()
                            .description("of my own")
                            .bootMode("uefi")
                            .tpmSupport("v2.0")
                            .imdsSupport("v2.0")
                            .sriovNetSupport("simple")
                            .uefiData("QU1aTlVFRkk=")
                            .blockDeviceMappings(data, rootMapping(), ephemeral, blank, none));

            assertThat(image.blockDeviceMappings())
                    .extracting(BlockDeviceMapping::deviceName)
                    .containsExactly("/dev/sdf", "/dev/xvda", "/dev/sdh", "/dev/sdg", "/dev/sdi");
            assertThat(image.blockDeviceMappings().get(0).ebs())
                    .isEqualTo(data.ebs().toBuilder().encrypted(false).build());
            assertThat(image.blockDeviceMappings().get(3).ebs().encrypted()).isTrue();
            assertThat(image.blockDeviceMappings().get(2)).isEqualTo(ephemeral);
            assertThat(image.blockDeviceMappings().get(4)).isEqualTo(none);
            assertThat(image.bootModeAsString()).isEqualTo("uefi");
            assertThat(image.tpmSupportAsString()).isEqualTo("v2.0");
            assertThat(image.imdsSupportAsString()).isEqualTo("v2.0");
            assertThat(image.sriovNetSupport()).isEqualTo("simple");
            assertThat(image.description()).isEqualTo("of my own");
            assertThat(image.ownerId()).isEqualTo(OWNER);
            assertThat(image.platformDetails()).isEqualTo("Linux/UNIX");
            assertThat(image.usageOperation()).isEqualTo("RunInstances");
            assertThat(uefiData(world, image)).isEqualTo("QU1aTlVFRkk=");
        }
    }

    private static String uefiData(World world, Image image) {
        return world.owner()
                .describeImageAttribute(
                        request -> request.imageId(image.imageId()).attribute("uefiData"))
                .uefiData()
                .value();
    }

    @Test
    void hasDangerousDefaults() {
        try (World world = World.withImage()) {
            Image image = registered(
                    world,
                    RegisterImageRequest.builder()
                            .name("bare")
                            .blockDeviceMappings(mapping("/dev/sda1", ebs -> ebs.snapshotId(ROOT))));

            assertThat(image.architectureAsString()).isEqualTo("i386");
            assertThat(image.virtualizationTypeAsString()).isEqualTo("paravirtual");
            assertThat(image.rootDeviceName()).isEqualTo("/dev/sda1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ab", "has*star", "schön", "under;semi"})
    void refusesABadName(String name) {
        try (World world = World.withImage()) {
            assertRefused(() -> register(world, registration().name(name)), "InvalidAMIName.Malformed");
        }
    }

    @Test
    void takesANameOf128CharactersAndNoMore() {
        try (World world = World.withImage()) {
            assertRefused(() -> register(world, registration().name("n".repeat(129))), "InvalidAMIName.Malformed");

            assertThat(registered(world, registration().name("n".repeat(128))).name())
                    .hasSize(128);
        }
    }

    @Test
    void namesTheImageThatHasTheNameAlready() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> register(world, registration().name("golden")),
                    "InvalidAMIName.Duplicate",
                    "AMI name golden is already in use by AMI " + World.AMI);
            world.shareSnapshot(ROOT, FRIEND);
            assertThat(world.friend()
                            .registerImage(registration().name("golden").build())
                            .imageId())
                    .startsWith("ami-");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void refusesEncryptedBesideASnapshotWhateverItsValue(boolean encrypted) {
        try (World world = World.withImage()) {
            BlockDeviceMapping mapping =
                    mapping("/dev/xvda", ebs -> ebs.snapshotId(ROOT).encrypted(encrypted));

            assertRefused(
                    () -> register(world, registration().blockDeviceMappings(mapping)), "InvalidBlockDeviceMapping");
        }
    }

    @Test
    void refusesAKeyInAMapping() {
        try (World world = World.withImage()) {
            BlockDeviceMapping mapping =
                    mapping("/dev/xvda", ebs -> ebs.snapshotId(ROOT).kmsKeyId("alias/aws/ebs"));

            assertRefused(
                    () -> register(world, registration().blockDeviceMappings(mapping)), "InvalidParameterCombination");
        }
    }

    @Test
    void wantsItsRootAmongTheMappings() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> register(world, registration().rootDeviceName("/dev/sdx")),
                    "InvalidBlockDeviceMapping",
                    "No root snapshot specified in device mapping.");

            Image image = registered(
                    world,
                    registration()
                            .rootDeviceName("/dev/sda1")
                            .blockDeviceMappings(mapping("/dev/sda", ebs -> ebs.snapshotId(ROOT))));
            assertThat(image.rootDeviceName()).isEqualTo("/dev/sda1");
        }
    }

    @Test
    void wantsVolumesAtLeastAsLargeAsTheirSnapshots() {
        try (World world = World.withImage()) {
            BlockDeviceMapping small =
                    mapping("/dev/xvda", ebs -> ebs.snapshotId(ROOT).volumeSize(7));

            assertRefused(
                    () -> register(world, registration().blockDeviceMappings(small)),
                    "InvalidBlockDeviceMapping",
                    "expect size >= 8GB");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "io1, 8, , , MissingParameter",
        "io1, 8, 500, , InvalidParameterValue",
        "io1, 8, 50, , InvalidParameterValue",
        "gp2, 8, 3000, , InvalidParameterCombination",
        "gp3, 8, 2000, , InvalidParameterValue",
        "gp3, 8, 3000, 1000, InvalidParameterValue",
        "gp3, 8, 3000, 100, InvalidParameterValue",
        "gp2, 8, , 125, InvalidParameterCombination",
        "st1, 100, , , InvalidParameterValue",
        "gp9, 8, , , InvalidParameterValue"
    })
    void refusesVolumesThatCannotBe(String type, int size, Integer iops, Integer throughput, String code) {
        try (World world = World.withImage()) {
            BlockDeviceMapping mapping = mapping(
                    "/dev/sdb",
                    ebs -> ebs.volumeSize(size).volumeType(type).iops(iops).throughput(throughput));

            assertRefused(() -> register(world, registration().blockDeviceMappings(rootMapping(), mapping)), code);
        }
    }

    @Test
    void refusesTheSameDeviceTwice() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> register(world, registration().blockDeviceMappings(rootMapping(), rootMapping())),
                    "InvalidBlockDeviceMapping");
        }
    }

    @Test
    void wantsSnapshotsOfItsOwnOrSharedOnes() {
        try (World world = World.withImage()) {
            assertRefused(() -> world.friend().registerImage(registration().build()), "InvalidSnapshot.NotFound", ROOT);
        }
    }

    @Test
    void tagsTheImageAndNothingElse() {
        try (World world = World.withImage()) {
            Image image = registered(
                    world, registration().tagSpecifications(World.tagging("image", World.tag("stage", "prod"))));

            assertThat(image.tags()).extracting("value").containsExactly("prod");
            assertRefused(
                    () -> register(world, registration().name("other").tagSpecifications(World.tagging("snapshot"))),
                    "InvalidParameterValue");
        }
    }

    @Test
    void refusesContradictoryAttributes() {
        try (World world = World.withImage()) {
            List<RegisterImageRequest.Builder> contradictions = List.of(
                    registration().tpmSupport("v2.0"),
                    registration().tpmSupport("v2.0").bootMode("legacy-bios"),
                    registration().virtualizationType("paravirtual").sriovNetSupport("simple"),
                    registration().virtualizationType("paravirtual").bootMode("uefi"),
                    registration().architecture("arm64").bootMode("legacy-bios"),
                    registration().architecture("arm64").virtualizationType("paravirtual"),
                    registration().kernelId("aki-919dcaf8"));

            contradictions.forEach(
                    request -> assertRefused(() -> register(world, request), "InvalidParameterCombination"));
        }
    }

    @Test
    void refusesDescriptionsBeyondAscii() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> register(world, registration().description("schön")),
                    "InvalidParameterValue",
                    "Character sets beyond ASCII are not supported.");
            assertRefused(() -> register(world, registration().description("d".repeat(256))), "InvalidParameterValue");
        }
    }

    @Test
    void showsUefiDataNowhereButInItsAttributeAndMappingsNever() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner().describeImageAttribute(request -> request.imageId(World.AMI)
                            .attribute("blockDeviceMapping")),
                    "AuthFailure");
        }
    }

    private static BlockDeviceMapping mapping(String device, Consumer<EbsBlockDevice.Builder> ebs) {
        return BlockDeviceMapping.builder().deviceName(device).ebs(ebs).build();
    }

    private static String register(World world, RegisterImageRequest.Builder request) {
        return world.owner().registerImage(request.build()).imageId();
    }

    private static Image registered(World world, RegisterImageRequest.Builder request) {
        String id = register(world, request);
        world.settle();
        return world.image(id);
    }
}
