package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Tagging an image shares it as a profile says: once, and with nobody else. */
final class TriggerTest {
    private static final String PROFILE = "{\"targets\": {\"accounts\": [\"" + B + "\"]}}";

    @Test
    void oneTagIsOneExecutionThatSharesWithTheProfilesTargets() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            pipeline.profile("golden", PROFILE);

            List<Share> shares = pipeline.tagged(pipeline.load("ubuntu"), "golden");

            assertThat(shares).hasSize(1);
            assertThat(shares.get(0).status()).as(shares.get(0).why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launch(B, shares.get(0).imageId())).isEqualTo("running");
        }
    }

    @Test
    void anUnknownProfileFailsWithTheParametersName() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            List<Share> shares = pipeline.tagged(pipeline.load("ubuntu"), "nobody");

            assertThat(shares).hasSize(1);
            assertThat(shares.get(0).error()).isEqualTo("dev.amishare.error.InvalidRequest");
            assertThat(shares.get(0).cause()).contains("/ami-share/profiles/nobody");
        }
    }

    @Test
    void removingTheTagOrSettingAnotherStartsNothing() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String image = pipeline.load("ubuntu");
            pipeline.profile("golden", PROFILE);
            pipeline.tagged(image, "golden");

            pipeline.ec2(SOURCE).deleteTags(r -> r.resources(image)
                    .tags(Tag.builder().key("ami-share:profile").build()));
            pipeline.ec2(SOURCE).createTags(r -> r.resources(image)
                    .tags(Tag.builder().key("team").value("platform").build()));
            pipeline.cloud().kernel().runUntilQuiet();

            assertThat(pipeline.executions()).hasSize(1);
        }
    }

    @Test
    void aDroppedEventLosesNothingThatASecondTaggingDoesNotRepair() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String image = pipeline.load("ubuntu");
            pipeline.profile("golden", PROFILE);
            pipeline.cloud().events().dropNext(1);

            assertThat(pipeline.tagged(image, "golden")).isEmpty();
            pipeline.ec2(SOURCE).deleteTags(r -> r.resources(image)
                    .tags(Tag.builder().key("ami-share:profile").build()));
            List<Share> shares = pipeline.tagged(image, "golden");

            assertThat(shares).singleElement().extracting(Share::status).isEqualTo("SUCCEEDED");
        }
    }

    @Test
    void aDuplicatedEventMakesOneImage() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            pipeline.profile("golden", PROFILE);
            pipeline.cloud().events().duplicateNext(1);

            List<Share> shares = pipeline.tagged(pipeline.load("openstudio-two-volumes"), "golden");

            assertThat(shares).hasSize(2).extracting(Share::status).containsOnly("SUCCEEDED");
            assertThat(shares)
                    .extracting(share -> share.image().path("reused").asBoolean())
                    .containsExactlyInAnyOrder(true, false);
            assertThat(pipeline.sharedImages()).hasSize(1);
            assertThat(pipeline.sharedSnapshots()).hasSize(2);
        }
    }
}
