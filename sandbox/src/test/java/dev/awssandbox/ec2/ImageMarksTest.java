package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.filter;
import static dev.awssandbox.ec2.World.launchOf;
import static dev.awssandbox.ec2.World.registration;
import static dev.awssandbox.ec2.World.tag;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageWatermark;

/** Watermarks, instance-type specifications, shared tags: what an image bears beside what it was made with. */
final class ImageMarksTest {
    @Test
    void aWatermarkGoesIntoCopiesAndNotIntoRegistrations() {
        try (World world = World.withImage()) {
            String key = world.owner()
                    .attachImageWatermark(request -> request.imageId(AMI).watermarkName("approved"))
                    .watermarkKey();

            assertThat(key).isEqualTo("111111111111:approved");
            assertThat(world.image(copy(world, false)).imageWatermarks())
                    .extracting(ImageWatermark::watermarkKey)
                    .containsExactly(key);
            String registered =
                    world.owner().registerImage(registration().build()).imageId();
            world.settle();
            assertThat(world.image(registered).imageWatermarks()).isEmpty();
        }
    }

    @Test
    void aWatermarkIsAttachedOnceByTheOwnerAndDetachedByItsKey() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            world.owner().attachImageWatermark(request -> request.imageId(AMI).watermarkName("approved"));

            assertRefused(
                    () -> world.owner().attachImageWatermark(request -> request.imageId(AMI)
                            .watermarkName("approved")),
                    "InvalidParameterValue");
            assertRefused(
                    () -> world.friend().attachImageWatermark(request -> request.imageId(AMI)
                            .watermarkName("mine")),
                    "AuthFailure");
            assertRefused(
                    () -> world.owner().detachImageWatermark(request -> request.imageId(AMI)
                            .watermarkKey("111111111111:other")),
                    "InvalidParameterValue");
            assertThat(world.image(AMI).imageWatermarks()).hasSize(1);
            world.owner().detachImageWatermark(request -> request.imageId(AMI).watermarkKey("111111111111:approved"));
            assertThat(world.image(AMI).imageWatermarks()).isEmpty();
        }
    }

    @Test
    void anImageThatNamesItsTypesIsLaunchedOnNoOthers() {
        try (World world = World.withImage()) {
            specify(world, "m5.*", "t3.micro");

            world.owner().runInstances(launchOf(AMI).build());
            assertRefused(
                    () -> world.owner()
                            .runInstances(launchOf(AMI).instanceType("t3.small").build()),
                    "InvalidParameterCombination",
                    "t3.small");
            world.owner().replaceImageInstanceTypeSpecification(request -> request.imageId(AMI)
                    .instanceTypeSpecification(types -> types.unsupportedInstanceTypes("t3.*")));
            assertRefused(() -> world.owner().runInstances(launchOf(AMI).build()), "InvalidParameterCombination");
            world.owner().replaceImageInstanceTypeSpecification(request -> request.imageId(AMI));
            assertThat(world.image(AMI).instanceTypeSpecification()).isNull();
            world.owner().runInstances(launchOf(AMI).build());
        }
    }

    @Test
    void theSpecificationGoesIntoNoOtherImage() {
        try (World world = World.withImage()) {
            specify(world, "t3.micro");

            assertThat(world.image(AMI).instanceTypeSpecification().supportedInstanceTypes())
                    .extracting("instanceType")
                    .containsExactly("t3.micro");
            assertThat(world.image(copy(world, false)).instanceTypeSpecification())
                    .isNull();
        }
    }

    @Test
    void sharedTagsAreSeenByThoseTheImageIsSharedWithAndOthersAreNot() {
        try (World world = World.withImage()) {
            world.owner().createTags(request -> request.resources(AMI).tags(tag("ec2:SharedTag/build", "42")));
            world.shareImage(AMI, FRIEND);

            Image seen = world.friend()
                    .describeImages(request -> request.filters(filter("tag:ec2:SharedTag/build", "42")))
                    .images()
                    .get(0);
            assertThat(seen.tags()).containsExactly(tag("ec2:SharedTag/build", "42"));
            assertThat(world.friend()
                            .describeImages(request -> request.filters(filter("tag:team", "platform")))
                            .images())
                    .isEmpty();
            world.friend().deleteTags(request -> request.resources(AMI).tags(tag("ec2:SharedTag/build", "42")));
            assertThat(world.image(AMI).tags()).contains(tag("ec2:SharedTag/build", "42"));
        }
    }

    @Test
    void sharedTagsGoIntoACopyOnlyWithTheOtherTags() {
        try (World world = World.withImage()) {
            world.owner().createTags(request -> request.resources(AMI).tags(tag("ec2:SharedTag/build", "42")));

            assertThat(world.image(copy(world, false)).tags()).isEmpty();
            assertThat(world.image(copy(world, true)).tags()).contains(tag("ec2:SharedTag/build", "42"));
        }
    }

    private static void specify(World world, String... types) {
        world.owner().replaceImageInstanceTypeSpecification(request -> request.imageId(AMI)
                .instanceTypeSpecification(wanted -> wanted.supportedInstanceTypes(types)));
    }

    private static String copy(World world, boolean withTags) {
        String id = world.owner()
                .copyImage(request -> request.sourceImageId(AMI)
                        .sourceRegion(REGION)
                        .name("copy " + withTags)
                        .copyImageTags(withTags))
                .imageId();
        world.settle();
        return id;
    }
}
