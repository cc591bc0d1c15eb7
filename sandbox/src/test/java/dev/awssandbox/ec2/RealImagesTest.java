package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.DeviceType;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;

/** Loads recorded images and reads them back. */
final class RealImagesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> loadsAndShowsWhatLiesInTheResources() {
        return tests(Path.of("src/test/resources/images"));
    }

    @TestFactory
    Stream<DynamicTest> registersAgainAndLaunchesWhatLiesInTheResources() {
        return tests(Path.of("src/test/resources/images"), RealImagesTest::registersAgainAndLaunches);
    }

    @TestFactory
    Stream<DynamicTest> registersAgainAndLaunchesEveryRealImage() {
        Path directory = realAmis();
        Assumptions.assumeTrue(directory != null, "shared/real-amis is not here");
        return tests(directory == null ? Path.of("") : directory, RealImagesTest::registersAgainAndLaunches);
    }

    @TestFactory
    Stream<DynamicTest> loadsAndShowsEveryRealImage() {
        Path directory = realAmis();
        Assumptions.assumeTrue(directory != null, "shared/real-amis is not here");
        return tests(directory == null ? Path.of("") : directory);
    }

    private static Stream<DynamicTest> tests(Path directory) {
        return tests(directory, RealImagesTest::loadsAndShows);
    }

    private static Stream<DynamicTest> tests(Path directory, Consumer<Path> test) {
        try (Stream<Path> files = Files.list(directory)) {
            return files
                    .filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> test.accept(file)))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode read(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void loadsAndShows(Path file) {
        JsonNode document = read(file);
        try (World world = World.empty()) {
            world.cloud.ec2().load(OWNER, REGION, document);

            ObjectNode state = world.cloud.ec2().state(OWNER, REGION);

            assertThat(state.path("images")).hasSameSizeAs(document.path("Images"));
            for (int i = 0; i < document.path("Images").size(); i++) {
                assertThat(shown(state.path("images").path(i)))
                        .isEqualTo(expected(document.path("Images").path(i)));
            }
            assertThat(snapshotIds(state)).isEqualTo(snapshotIdsOf(document));
        }
    }

    /** No rule of registration or launch refuses what AWS itself holds. */
    private static void registersAgainAndLaunches(Path file) {
        JsonNode document = read(file);
        try (World world = World.empty()) {
            world.cloud.ec2().load(OWNER, REGION, document);
            Image image = world.image(document.at("/Images/0/ImageId").asText());
            Assumptions.assumeTrue(image.state() == ImageState.AVAILABLE, "not available");
            Assumptions.assumeTrue(image.rootDeviceType() == DeviceType.EBS, "not EBS");

            String id = world.owner().registerImage(again(image)).imageId();
            world.settle();
            Image registered = world.image(id);

            assertThat(registered.blockDeviceMappings()).isEqualTo(image.blockDeviceMappings());
            assertThat(registered.bootMode()).isEqualTo(image.bootMode());
            assertThat(registered.platform()).isEqualTo(image.platform());
            assertThat(registered.productCodes()).isEqualTo(image.productCodes());
            assertThat(world.launched(OWNER, World.launchOf(id).instanceType(typeFor(image)))
                            .state()
                            .nameAsString())
                    .isEqualTo("running");
        }
    }

    private static RegisterImageRequest again(Image image) {
        return RegisterImageRequest.builder()
                .name("again")
                .architecture(image.architectureAsString())
                .virtualizationType(image.virtualizationTypeAsString())
                .rootDeviceName(image.rootDeviceName())
                .bootMode(image.bootModeAsString())
                .tpmSupport(image.tpmSupportAsString())
                .imdsSupport(image.imdsSupportAsString())
                .enaSupport(image.enaSupport())
                .sriovNetSupport(image.sriovNetSupport())
                .kernelId(image.kernelId())
                .ramdiskId(image.ramdiskId())
                .blockDeviceMappings(image.blockDeviceMappings().stream()
                        .map(RealImagesTest::withoutEncryption)
                        .toList())
                .build();
    }

    private static BlockDeviceMapping withoutEncryption(BlockDeviceMapping mapping) {
        boolean ofSnapshot = mapping.ebs() != null && mapping.ebs().snapshotId() != null;
        return ofSnapshot
                ? mapping.toBuilder()
                        .ebs(mapping.ebs().toBuilder().encrypted(null).build())
                        .build()
                : mapping;
    }

    private static String typeFor(Image image) {
        return switch (image.architectureAsString()) {
            case "arm64" -> "t4g.micro";
            case "arm64_mac" -> "mac2.metal";
            case "x86_64_mac" -> "mac1.metal";
            default -> {
                boolean paravirtual = image.virtualizationTypeAsString().equals("paravirtual");
                boolean ena = Boolean.TRUE.equals(image.enaSupport());
                yield paravirtual ? "m1.small" : ena ? "t3.micro" : "t2.micro";
            }
        };
    }

    private static JsonNode shown(JsonNode image) {
        ObjectNode shown = image.deepCopy();
        shown.remove("LaunchPermissions");
        return withoutEmptyTags(shown);
    }

    /** What a document says, after what loading changes. */
    private static JsonNode expected(JsonNode image) {
        ObjectNode expected = image.deepCopy();
        List<String> notes = new ArrayList<>();
        expected.fieldNames().forEachRemaining(notes::add);
        expected.remove(notes.stream().filter(name -> name.startsWith("_")).toList());
        expected.remove("ImageOwnerAlias");
        expected.put("OwnerId", OWNER).put("Public", false);
        expected.path("BlockDeviceMappings").forEach(mapping -> {
            if (mapping.path("Ebs") instanceof ObjectNode ebs) {
                ebs.remove("KmsKeyId");
            }
        });
        return withoutEmptyTags(expected);
    }

    private static JsonNode withoutEmptyTags(ObjectNode image) {
        if (image.path("Tags").isEmpty()) {
            image.remove("Tags");
        }
        return image;
    }

    private static List<String> snapshotIds(ObjectNode state) {
        return state.path("snapshots").findValuesAsText("SnapshotId");
    }

    private static List<String> snapshotIdsOf(JsonNode document) {
        return document.findValuesAsText("SnapshotId").stream().distinct().toList();
    }

    @Test
    void namesTheFieldThatEc2DoesNotHave() {
        try (World world = World.empty()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> world.load(
                                    """
                            {"Images": [{"ImageId": "ami-01", "BlockDeviceMappings":
                              [{"DeviceName": "/dev/xvda", "Ebs": {"Colour": "blue"}}]}]}
                            """))
                    .withMessage("Images[0].BlockDeviceMappings[0].Ebs.Colour: EC2 knows no such field");
        }
    }

    @Test
    void namesTheFieldOfAnotherType() {
        try (World world = World.empty()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> world.load(
                                    """
                            {"Images": [{"ImageId": "ami-01", "EnaSupport": "yes"}]}
                            """))
                    .withMessageContaining("Images[0].EnaSupport");
        }
    }

    @Test
    void putsAnEncryptedSnapshotWithoutAKeyUnderTheAccountsOwnEbsKeyAndOneWithAKeyUnderAKeyOfItsOwn() {
        try (World world = World.empty()) {
            world.load(
                    """
                    {"Images": [{"ImageId": "ami-01", "Name": "mixed", "CreationDate": "", "State": "available",
                      "RootDeviceName": "/dev/xvda", "BlockDeviceMappings": [
                      {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-00000001", "VolumeSize": 8, "Encrypted": true}},
                      {"DeviceName": "/dev/sdb", "Ebs": {"SnapshotId": "snap-00000002", "VolumeSize": 9, "Encrypted": true,
                        "KmsKeyId": "arn:aws:kms:us-east-1:644160558196:key/1234abcd-12ab-34cd-56ef-1234567890ab"}},
                      {"DeviceName": "/dev/sdc", "Ebs": {"SnapshotId": "snap-00000003", "VolumeSize": 9,
                        "KmsKeyId": "arn:aws:kms:us-east-1:644160558196:key/1234abcd-12ab-34cd-56ef-1234567890ab"}}]}]}
                    """);

            String managed = world.cloud.kms().ebsKey(OWNER, REGION);
            assertThat(world.snapshot("snap-00000001").kmsKeyId()).isEqualTo(managed);
            String own = world.snapshot("snap-00000002").kmsKeyId();
            assertThat(own)
                    .startsWith("arn:aws:kms:us-east-1:" + OWNER + ":key/")
                    .isNotEqualTo(managed);
            assertThat(world.snapshot("snap-00000003").kmsKeyId()).isEqualTo(own);
        }
    }

    private static @Nullable Path realAmis() {
        String told = System.getProperty("real.amis");
        if (told != null) {
            return Path.of(told);
        }
        for (Path path = Path.of("").toAbsolutePath(); path != null; path = path.getParent()) {
            Path candidate = path.resolve("shared/real-amis");
            if (Files.isDirectory(candidate)) {
                return candidate;
            }
        }
        return null;
    }
}
