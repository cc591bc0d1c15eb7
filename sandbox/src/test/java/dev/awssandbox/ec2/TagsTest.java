package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.filter;
import static dev.awssandbox.ec2.World.tag;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;

final class TagsTest {
    @Test
    void areSetAndReplacedOnSeveralResourcesAtOnce() {
        try (World world = World.withImage()) {
            world.owner().createTags(request -> request.resources(AMI, ROOT).tags(tag("team", "web"), tag("a", "")));

            assertThat(world.image(AMI).tags()).containsExactly(tag("team", "web"), tag("a", ""));
            assertThat(world.snapshot(ROOT).tags()).containsExactly(tag("team", "web"), tag("a", ""));
        }
    }

    @Test
    void areDeletedByKeyOrByKeyAndValue() {
        try (World world = World.withImage()) {
            world.owner()
                    .createTags(request -> request.resources(AMI).tags(tag("a", "1"), tag("b", "2"), tag("c", "3")));

            world.owner().deleteTags(request -> request.resources(AMI)
                    .tags(Tag.builder().key("a").build(), tag("b", "other"), tag("c", "3")));

            assertThat(world.image(AMI).tags()).containsExactly(tag("team", "platform"), tag("b", "2"));
        }
    }

    @Test
    void beginningWithAwsAreReserved() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner()
                            .createTags(request -> request.resources(AMI).tags(tag("aws:x", "1"))),
                    "InvalidParameterValue",
                    "Tag keys starting with 'aws:' are reserved for internal use");
            assertRefused(
                    () -> world.owner()
                            .copySnapshot(World.copying(ROOT)
                                    .tagSpecifications(World.tagging("snapshot", tag("AWS:x", "1")))
                                    .build()),
                    "InvalidParameterValue");
        }
    }

    @Test
    void areFiftyAtMost() {
        try (World world = World.withImage()) {
            List<Tag> many = new ArrayList<>();
            for (int i = 0; i < 49; i++) {
                many.add(tag("key" + i, "value" + i));
            }
            world.owner().createTags(request -> request.resources(AMI).tags(many));

            assertRefused(
                    () -> world.owner()
                            .createTags(request -> request.resources(AMI).tags(tag("last", "straw"))),
                    "TagLimitExceeded");
            world.owner().createTags(request -> request.resources(AMI).tags(tag("key7", "changed")));
            assertThat(world.image(AMI).tags()).hasSize(50);
        }
    }

    @Test
    void haveKeysOf128AndValuesOf256CharactersAtMost() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner()
                            .createTags(request -> request.resources(AMI).tags(tag("k".repeat(129), ""))),
                    "InvalidParameterValue");
            assertRefused(
                    () -> world.owner()
                            .createTags(request -> request.resources(AMI).tags(tag("k", "v".repeat(257)))),
                    "InvalidParameterValue");
        }
    }

    @Test
    void areFoundByResourceKeyAndValue() {
        try (World world = World.withImage()) {
            world.owner().createTags(request -> request.resources(DATA).tags(tag("team", "data")));

            assertThat(world.owner()
                            .describeTags(request -> request.filters(filter("key", "team"), filter("value", "d*")))
                            .tags())
                    .extracting(TagDescription::resourceId, TagDescription::resourceTypeAsString)
                    .containsExactly(tuple(DATA, "snapshot"));
        }
    }

    @Test
    void needAResourceThatIsThere() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner().createTags(request -> request.resources("snap-0aaaaaaaaaaaaaaaa")
                            .tags(tag("a", "1"))),
                    "InvalidSnapshot.NotFound");
            assertRefused(
                    () -> world.stranger()
                            .createTags(request -> request.resources(AMI).tags(tag("a", "1"))),
                    "InvalidAMIID.NotFound");
        }
    }
}
