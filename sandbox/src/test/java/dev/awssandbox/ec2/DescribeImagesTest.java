package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.STRANGER;
import static dev.awssandbox.ec2.World.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;

final class DescribeImagesTest {
    @Test
    void showsTheOwnerEverythingIncludingHisTags() {
        try (World world = World.withImage()) {
            Image image = world.image(AMI);

            assertThat(image.ownerId()).isEqualTo(OWNER);
            assertThat(image.publicLaunchPermissions()).isFalse();
            assertThat(image.tags()).hasSize(1);
        }
    }

    @Test
    void hidesAnImageFromEverybodyElse() {
        try (World world = World.withImage()) {
            assertThat(ids(world.stranger(), request -> {})).isEmpty();
            assertRefused(
                    () -> ids(world.stranger(), request -> request.imageIds(AMI)),
                    "InvalidAMIID.NotFound",
                    "The image id '[" + AMI + "]' does not exist");
        }
    }

    @Test
    void showsASharedImageWithoutItsOwnersTags() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            List<Image> images = world.friend()
                    .describeImages(request -> request.imageIds(AMI))
                    .images();

            assertThat(images).singleElement().satisfies(image -> assertThat(image.tags())
                    .isEmpty());
            assertThat(ids(world.stranger(), request -> {})).isEmpty();
        }
    }

    @Test
    void letsAConsumerTagASharedImageForHimselfAlone() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            world.friend().createTags(request -> request.resources(AMI).tags(World.tag("mine", "yes")));

            assertThat(ids(world.friend(), request -> request.filters(World.filter("tag:mine", "yes"))))
                    .containsExactly(AMI);
            assertThat(world.image(AMI).tags()).extracting("key").containsExactly("team");
        }
    }

    @Test
    void findsAnImageSharedWithTheOrganizationOrAUnitAsSelf() {
        try (World world = World.withImage()) {
            world.cloud
                    .organization()
                    .replace("o-example1234", OWNER, Map.of(FRIEND, "o-example1234/r-ab12/ou-ab12-cdefgh34/"));
            share(world, "arn:aws:organizations::" + OWNER + ":ou/o-example1234/ou-ab12-cdefgh34");

            assertThat(ids(world.friend(), request -> request.executableUsers("self")))
                    .containsExactly(AMI);
            assertThat(ids(world.stranger(), request -> request.executableUsers("self")))
                    .isEmpty();
            assertThat(ids(world.owner(), request -> request.executableUsers(FRIEND)))
                    .isEmpty();
        }
    }

    private static void share(World world, String unit) {
        world.owner()
                .modifyImageAttribute(ModifyImageAttributeRequest.builder()
                        .imageId(AMI)
                        .launchPermission(permission -> permission.add(LaunchPermission.builder()
                                .organizationalUnitArn(unit)
                                .build()))
                        .build());
    }

    @Test
    void showsTheOwnerWhatIsSharedDirectlyWithAnAccount() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            assertThat(ids(world.owner(), request -> request.executableUsers(FRIEND)))
                    .containsExactly(AMI);
            assertThat(ids(world.owner(), request -> request.executableUsers(STRANGER)))
                    .isEmpty();
        }
    }

    @Test
    void hidesADeprecatedImageFromOthersListingsOnly() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            world.owner().enableImageDeprecation(request -> request.imageId(AMI)
                    .deprecateAt(world.cloud.kernel().now().plusSeconds(600)));
            world.pass(Duration.ofHours(1));

            assertThat(ids(world.friend(), request -> {})).isEmpty();
            assertThat(ids(world.friend(), request -> request.includeDeprecated(true)))
                    .containsExactly(AMI);
            assertThat(ids(world.friend(), request -> request.imageIds(AMI))).containsExactly(AMI);
            assertThat(ids(world.owner(), request -> {})).containsExactly(AMI);
        }
    }

    @Test
    void hidesADisabledImageFromListingsUnlessAsked() {
        try (World world = World.withImage()) {
            world.owner().disableImage(request -> request.imageId(AMI));

            assertThat(ids(world.owner(), request -> {})).isEmpty();
            assertThat(ids(world.owner(), request -> request.includeDisabled(true)))
                    .containsExactly(AMI);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "name, gold*",
        "name, g?lden",
        "architecture, x86_64",
        "block-device-mapping.snapshot-id, snap-00000000000000002",
        "block-device-mapping.volume-size, 40",
        "block-device-mapping.encrypted, false",
        "is-public, false",
        "owner-id, 111111111111",
        "root-device-type, ebs",
        "state, available",
        "tag:team, platform",
        "tag-key, team",
        "virtualization-type, hvm",
        "creation-date, 2025-06-*"
    })
    void filtersBy(String name, String value) {
        try (World world = World.withImage()) {
            assertThat(ids(world.owner(), request -> request.filters(World.filter(name, "nothing", value))))
                    .containsExactly(AMI);
            assertThat(ids(world.owner(), request -> request.filters(World.filter(name, "nothing"))))
                    .isEmpty();
        }
    }

    @Test
    void takesAWildcardBehindABackslashLiterally() {
        try (World world = World.withImage()) {
            assertThat(ids(world.owner(), request -> request.filters(World.filter("name", "gold\\*"))))
                    .isEmpty();
        }
    }

    @Test
    void refusesAFilterThatItDoesNotKnow() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> ids(world.owner(), request -> request.filters(World.filter("colour", "blue"))),
                    "InvalidParameterValue",
                    "The filter 'colour' is invalid");
        }
    }

    @Test
    void givesLongAnswersInPages() {
        try (World world = World.withImage()) {
            world.owner().registerImage(World.registration().name("second").build());
            world.owner().registerImage(World.registration().name("third").build());
            world.settle();
            world.pass(Duration.ofSeconds(1));

            DescribeImagesResponse first = world.owner().describeImages(request -> request.maxResults(2));
            DescribeImagesResponse rest = world.owner()
                    .describeImages(request -> request.maxResults(2).nextToken(first.nextToken()));

            assertThat(first.images()).extracting(Image::name).containsExactly("golden", "second");
            assertThat(rest.images()).extracting(Image::name).containsExactly("third");
            assertThat(rest.nextToken()).isNull();
            assertRefused(
                    () -> world.owner().describeImages(request -> request.nextToken("nonsense")),
                    "InvalidParameterValue");
        }
    }

    @Test
    void hearsOfANewImageOnlyAfterAWhile() {
        try (World world = World.withImage()) {
            String id =
                    world.owner().registerImage(World.registration().build()).imageId();

            assertRefused(() -> world.image(id), "InvalidAMIID.NotFound");
            world.pass(Duration.ofSeconds(1));
            assertThat(world.image(id).stateAsString()).isEqualTo("pending");
            world.settle();
            assertThat(world.image(id).stateAsString()).isEqualTo("available");
        }
    }

    @Test
    void knowsImagesInTheirRegionOnly() {
        try (World world = World.withImage()) {
            assertThat(ids(world.as(OWNER, "eu-west-1"), request -> {})).isEmpty();
            assertThat(ids(world.as(OWNER, REGION), request -> request.owners("self")))
                    .containsExactly(AMI);
            assertThat(ids(world.as(OWNER, REGION), request -> request.owners("amazon")))
                    .isEmpty();
        }
    }

    @Test
    void refusesAMalformedId() {
        try (World world = World.empty()) {
            assertRefused(
                    () -> world.image("ami-xyz"),
                    "InvalidAMIID.Malformed",
                    "Invalid id: \"ami-xyz\" (expecting \"ami-...\")");
        }
    }

    private static List<String> ids(Ec2Client client, Consumer<DescribeImagesRequest.Builder> request) {
        return client.describeImages(request).images().stream()
                .map(Image::imageId)
                .toList();
    }
}
