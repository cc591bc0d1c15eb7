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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Loads recorded images and reads them back. */
final class RealImagesTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Stream<DynamicTest> loadsAndShowsWhatLiesInTheResources() {
        return tests(Path.of("src/test/resources/images"));
    }

    @TestFactory
    Stream<DynamicTest> loadsAndShowsEveryRealImage() {
        Path directory = realAmis();
        Assumptions.assumeTrue(directory != null, "shared/real-amis is not here");
        return tests(directory == null ? Path.of("") : directory);
    }

    private static Stream<DynamicTest> tests(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            return files
                    .filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> loadsAndShows(file)))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void loadsAndShows(Path file) throws IOException {
        JsonNode document = JSON.readTree(file.toFile());
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
