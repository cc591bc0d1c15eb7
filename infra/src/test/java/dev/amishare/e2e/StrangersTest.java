package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever is let in beside the targets by somebody else: undone, named, or told, as it is this execution's business or not. */
final class StrangersTest {
    private static final String STRANGER = "777777777777";

    @ParameterizedTest
    @ValueSource(strings = {"UpdateKeyPolicy", "AddLaunchPermission", "Verify"})
    void aStrangerOnAnImageThatIsBeingMadeUndoesTheShareAndIsNamed(String moment) {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String execution = pipeline.start(Pipeline.request(pipeline.load("ubuntu"), B));
            pipeline.runUntilInvoked(moment);
            String image = pipeline.sharedImages().get(0);
            pipeline.letIn(image, STRANGER);
            pipeline.letCopy(snapshotOf(pipeline, image), STRANGER);
            pipeline.cloud().kernel().runUntilQuiet();

            Share share = pipeline.ended(execution);
            assertThat(share.error()).isEqualTo("dev.amishare.error.VerificationFailed");
            assertThat(share.cause())
                    .contains(
                            "exactly-the-named",
                            STRANGER + " on " + image,
                            STRANGER + " on snap-",
                            "Name it as a target");
            assertThat(pipeline.sharedImages()).isEmpty();
            assertThat(pipeline.sharedSnapshots()).isEmpty();
            assertThat(pipeline.ourStatements()).isEmpty();
        }
    }

    /** When Verify has looked already, the next sweep tells. */
    @Test
    void aStrangerWhoComesAfterVerifyIsToldByTheSweepWhichRemovesNobody() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String execution = pipeline.start(Pipeline.request(pipeline.load("ubuntu"), B));
            pipeline.runUntilInvoked("CommitShare");
            String image = pipeline.sharedImages().get(0);
            pipeline.letIn(image, STRANGER);
            pipeline.cloud().kernel().runUntil(() -> !pipeline.describe(execution)
                    .statusAsString()
                    .equals("RUNNING"));
            assertThat(pipeline.ended(execution).status()).isEqualTo("SUCCEEDED");

            JsonNode told = pipeline.swept().path("strangers");

            assertThat(told).hasSize(1);
            assertThat(told.get(0).path("resource").asText()).isEqualTo(image);
            assertThat(told.get(0).path("stranger").asText()).isEqualTo(STRANGER);
            assertThat(told.get(0).path("remedy").asText()).contains("aws ec2 modify-image-attribute");
            assertThat(warnings(pipeline)).singleElement().asString().contains(STRANGER, image);
            assertThat(pipeline.launch(STRANGER, image))
                    .as("the key keeps him out")
                    .startsWith("terminated");
        }
    }

    @Test
    void onAReusedImageAStrangerIsNamedAndNothingIsUndone() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            String image = pipeline.share(source, B).imageId();
            pipeline.letIn(image, STRANGER);

            Share again = pipeline.share(source, B);

            assertThat(again.status()).as(again.why()).isEqualTo("SUCCEEDED");
            assertThat(again.image().path("reused").asBoolean()).isTrue();
            assertThat(check(again, "exactly-the-named").path("result").asText())
                    .isEqualTo("WARN");
            assertThat(check(again, "exactly-the-named").path("detail").asText())
                    .contains(STRANGER + " on " + image);
            assertThat(pipeline.launch(B, image)).isEqualTo("running");
        }
    }

    @Test
    void aStrangerUnderOurSidsIsTakenOutBeforeTheShareIsCommitted() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String execution = pipeline.start(Pipeline.request(pipeline.load("ubuntu"), B));
            pipeline.runUntilInvoked("Verify");
            pipeline.putUnderOurSids(STRANGER);
            pipeline.cloud().kernel().runUntilQuiet();

            Share share = pipeline.ended(execution);
            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.ourStatements().toString()).contains(B).doesNotContain(STRANGER);
            assertThat(share.states().stream().filter("Verify"::equals)).hasSize(3);
        }
    }

    @Test
    void theSweepTellsNothingWhereOnlyTargetsAreLetIn() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            pipeline.share(pipeline.load("ubuntu"), B);
            pipeline.share(pipeline.load("rhel-encrypted"), B, STRANGER);

            JsonNode swept = pipeline.swept();

            assertThat(swept.path("strangers")).isEmpty();
            assertThat(swept.path("untold")).isEmpty();
            assertThat(warnings(pipeline)).isEmpty();
        }
    }

    private static JsonNode check(Share share, String name) {
        for (JsonNode check : share.image().path("checks")) {
            if (check.path("name").asText().equals(name)) {
                return check;
            }
        }
        throw new AssertionError(name + " is not among " + share.image().path("checks"));
    }

    private static String snapshotOf(Pipeline pipeline, String image) {
        return pipeline.image(image).blockDeviceMappings().get(0).ebs().snapshotId();
    }

    private static List<String> warnings(Pipeline pipeline) {
        return pipeline.cloud().functions().list(SOURCE, REGION).stream()
                .flatMap(function -> pipeline.cloud().functions().logs(function.arn()).stream())
                .filter(line -> line.contains("\"outcome\":\"WARN\""))
                .toList();
    }
}
