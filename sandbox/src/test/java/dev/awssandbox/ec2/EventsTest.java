package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.ELSEWHERE;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.REGION;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.copying;
import static dev.awssandbox.ec2.World.registration;
import static dev.awssandbox.ec2.World.tag;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.awssandbox.events.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class EventsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aChangedTagIsTold() {
        try (World world = World.withImage()) {
            String queue = listen(world, OWNER, REGION, "aws.tag");

            world.owner().createTags(request -> request.resources(AMI).tags(tag("stage", "prod")));
            world.owner().deleteTags(request -> request.resources(AMI).tags(tag("team", "platform")));
            world.settle();

            List<JsonNode> events = events(world, queue);
            assertThat(events).hasSize(2);
            assertThat(events.get(0).path("detail-type").asText()).isEqualTo("Tag Change on Resource");
            assertThat(events.get(0).at("/resources/0").asText()).isEqualTo("arn:aws:ec2:us-east-1::image/" + AMI);
            assertThat(events.get(0).at("/detail/changed-tag-keys").toString()).isEqualTo("[\"stage\"]");
            assertThat(events.get(0).at("/detail/service").asText()).isEqualTo("ec2");
            assertThat(events.get(0).at("/detail/resource-type").asText()).isEqualTo("image");
            assertThat(events.get(0).at("/detail/tags").toString())
                    .isEqualTo("{\"team\":\"platform\",\"stage\":\"prod\"}");
            assertThat(events.get(1).at("/detail/changed-tag-keys").toString()).isEqualTo("[\"team\"]");
            assertThat(events.get(1).at("/detail/tags").toString()).isEqualTo("{\"stage\":\"prod\"}");
            assertThat(events.get(1).at("/detail/version").asInt()).isEqualTo(2);
        }
    }

    @Test
    void aTagGivenAtCreationIsToldTooAndOneThatIsThereAlreadyIsNot() {
        try (World world = World.withImage()) {
            String queue = listen(world, OWNER, REGION, "aws.tag");

            world.owner().createTags(request -> request.resources(AMI).tags(tag("team", "platform")));
            world.owner()
                    .registerImage(registration()
                            .tagSpecifications(World.tagging("image", tag("new", "1")))
                            .build());
            world.settle();

            assertThat(events(world, queue)).singleElement().satisfies(event -> assertThat(
                            event.at("/detail/changed-tag-keys").toString())
                    .isEqualTo("[\"new\"]"));
        }
    }

    @Test
    void aCopiedSnapshotIsToldWithItsArnsSwapped() {
        try (World world = World.withImage()) {
            String queue = listen(world, OWNER, ELSEWHERE, "aws.ec2");

            String copy = world.as(OWNER, ELSEWHERE)
                    .copySnapshot(copying(DATA).build())
                    .snapshotId();
            world.settle();

            assertThat(events(world, queue)).singleElement().satisfies(event -> {
                assertThat(event.path("detail-type").asText()).isEqualTo("EBS Snapshot Notification");
                assertThat(event.at("/detail/event").asText()).isEqualTo("copySnapshot");
                assertThat(event.at("/detail/result").asText()).isEqualTo("succeeded");
                assertThat(event.at("/detail/snapshot_id").asText())
                        .isEqualTo("arn:aws:ec2::eu-west-1:snapshot/" + copy);
                assertThat(event.at("/detail/source").asText()).isEqualTo("arn:aws:ec2::us-east-1:snapshot/" + DATA);
                assertThat(event.at("/detail/Incremental").isTextual()).isTrue();
            });
        }
    }

    @Test
    void aFailedCopyIsToldWithItsCause() {
        try (World world = World.withImage()) {
            String queue = listen(world, OWNER, REGION, "aws.ec2");

            world.owner()
                    .copySnapshot(copying(ROOT)
                            .encrypted(true)
                            .kmsKeyId("alias/no-such-key")
                            .build());
            world.settle();

            assertThat(events(world, queue)).singleElement().satisfies(event -> {
                assertThat(event.at("/detail/result").asText()).isEqualTo("failed");
                assertThat(event.at("/detail/cause").asText()).isEqualTo("Given key ID is not accessible");
                assertThat(event.path("detail").has("Incremental")).isFalse();
            });
        }
    }

    @Test
    void anImageThatComesOrGoesIsTold() {
        try (World world = World.withImage()) {
            String queue = listen(world, OWNER, REGION, "aws.ec2");

            String image = world.owner().registerImage(registration().build()).imageId();
            world.settle();
            world.owner().deregisterImage(request -> request.imageId(image));
            world.settle();

            assertThat(events(world, queue))
                    .extracting(event -> event.at("/detail/State").asText() + " "
                            + event.at("/detail/ImageId").asText())
                    .containsExactly("available " + image, "deregistered " + image);
        }
    }

    @Test
    void aSharedSnapshotIsToldToWhoReceivesIt() {
        try (World world = World.withImage()) {
            String queue = listen(world, FRIEND, REGION, "aws.ec2");

            world.shareSnapshot(ROOT, FRIEND);
            world.settle();

            assertThat(events(world, queue)).singleElement().satisfies(event -> {
                assertThat(event.at("/detail/event").asText()).isEqualTo("shareSnapshot");
                assertThat(event.at("/detail/source").asText()).isEqualTo(OWNER);
            });
        }
    }

    /** A rule whose target nobody may start, so that what it matches ends in a queue. */
    private static String listen(World world, String account, String region, String source) {
        String queue = "arn:aws:sqs:" + region + ":" + account + ":heard";
        world.cloud.events().queues().create(queue);
        world.cloud
                .events()
                .putRule(new Rule(
                        "listen",
                        account,
                        region,
                        "{\"source\": [\"" + source + "\"]}",
                        null,
                        true,
                        List.of(new Rule.Target(
                                "target",
                                "arn:aws:states:" + region + ":" + account + ":stateMachine:none",
                                "arn:aws:iam::" + account + ":role/none",
                                null,
                                0,
                                Duration.ofHours(1),
                                queue))));
        return queue;
    }

    private static List<JsonNode> events(World world, String queue) {
        return world.cloud.events().queues().messages(queue).stream()
                .map(message -> parse(message.body()))
                .toList();
    }

    private static JsonNode parse(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
