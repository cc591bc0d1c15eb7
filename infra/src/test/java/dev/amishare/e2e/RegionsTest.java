package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Faults;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several Regions in one request: each on its own. */
final class RegionsTest {
    private static final String FURTHER = "eu-west-1";

    @Test
    void sharesInEachRegionUnderThatRegionsKey() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String key = pipeline.key(FURTHER);

            Share share = pipeline.shareWith(request(pipeline.load("ubuntu"), key));

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.output().path("images")).hasSize(2);
            assertThat(share.output().at("/images/1/kmsKeyArn").asText()).isEqualTo(key);
            assertThat(pipeline.sharedImages()).hasSize(1);
            assertThat(pipeline.sharedImages(FURTHER)).hasSize(1);
        }
    }

    @Test
    void aDisabledKeyInOneRegionIsRefusedBeforeAnythingIsChanged() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String key = pipeline.key(FURTHER);
            pipeline.kms(SOURCE, FURTHER).disableKey(r -> r.keyId(key));

            Share share = pipeline.shareWith(request(pipeline.load("ubuntu"), key));

            assertThat(share.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(share.states()).containsExactly("PlanShare");
            assertThat(pipeline.sharedImages()).isEmpty();
        }
    }

    @Test
    void oneRegionWhoseCopiesFailLeavesNothingAndTheOtherStands() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String key = pipeline.key(FURTHER);
            String execution = pipeline.start(request(pipeline.load("ubuntu"), key));
            pipeline.cloud().kernel().runUntil(() -> !pipeline.ec2(SOURCE, FURTHER)
                    .describeSnapshots(r -> r.ownerIds("self"))
                    .snapshots()
                    .isEmpty());
            pipeline.kms(SOURCE, FURTHER).disableKey(r -> r.keyId(key)); // judged after CopySnapshot has answered
            pipeline.cloud().kernel().runUntilQuiet();

            Share share = pipeline.ended(execution);

            assertThat(share.error()).as(share.cause()).isEqualTo("dev.amishare.error.CopyFailed");
            assertThat(share.cause()).contains(FURTHER, "Given key ID is not accessible", "us-east-1");
            assertThat(pipeline.sharedImages(FURTHER)).isEmpty();
            assertThat(pipeline.ec2(SOURCE, FURTHER)
                            .describeSnapshots(r -> r.ownerIds("self"))
                            .snapshots())
                    .isEmpty();
            assertThat(pipeline.sharedImages()).hasSize(1);
            assertThat(pipeline.launch(B, pipeline.sharedImages().get(0))).isEqualTo("running");
        }
    }

    @Test
    void whatAwsForbidsIsNamedAndNothingIsLeft() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String image = pipeline.load("ubuntu");
            pipeline.cloud()
                    .faults()
                    .replace(List.of(new Faults.Rule("ec2", "RegisterImage", null, 1, 100, Faults.Kind.DENY)));

            Share share = pipeline.share(image, B);

            assertThat(share.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(share.cause()).contains("RegisterImage", "us-east-1");
            assertThat(pipeline.sharedImages()).isEmpty();
            assertThat(pipeline.sharedSnapshots()).isEmpty();
            assertThat(pipeline.ledger()).isEmpty();
        }
    }

    private static String request(String image, String furtherKey) {
        return """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]},
                 "regions": [{"region": "us-east-1"}, {"region": "%s", "kmsKeyId": "%s"}]}"""
                .formatted(image, B, FURTHER, furtherKey);
    }
}
