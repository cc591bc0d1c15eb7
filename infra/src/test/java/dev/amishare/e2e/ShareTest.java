package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Volume;

/** What the product is for. */
final class ShareTest {
    @Test
    void sharesAnImageThatTheTargetCouldNotLaunchAndAStrangerStillCannot() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("openstudio-two-volumes");
            assertThat(pipeline.launch(B, source)).isEqualTo("refused: AuthFailure");

            Share share = pipeline.share(source, B);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("running");
            assertThat(pipeline.volumesOf(B)).hasSize(2).allMatch(Volume::encrypted);
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("refused: AuthFailure");
            assertThat(share.target(B).path("verified").asText()).isEqualTo("LAUNCHABLE");
        }
    }

    @Test
    void saysGrantedWhereNoVerifierRoleAnswers() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Share share = pipeline.share(pipeline.load("ubuntu"), C);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.target(C).path("verified").asText()).isEqualTo("GRANTED");
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("running");
        }
    }

    @Test
    void aRoleLaunchesAndAnotherRoleOfItsAccountDoesNot() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String launcher = pipeline.administratorRole(C, "Launcher");
            String other = pipeline.administratorRole(C, "Other");
            String source = pipeline.load("ubuntu");

            Share share =
                    pipeline.shareWith("""
                    {"sourceImageId": "%s", "targets": {"roles": ["%s"]}}"""
                            .formatted(source, launcher));

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launchAs(launcher, share.imageId())).isEqualTo("running");
            assertThat(pipeline.launchAs(other, share.imageId()))
                    .isEqualTo("terminated: Client.InternalError: Client error on launch");
        }
    }

    @Test
    void namesTheSnapshotsAndPutsEverythingUnderTheShareKey() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Share share = pipeline.share(pipeline.load("openstudio-two-volumes"), B);

            JsonNode image = share.image();
            Image shared = pipeline.image(share.imageId());
            assertThat(shared.publicLaunchPermissions()).isFalse();
            assertThat(image.path("reused").asBoolean()).isFalse();
            assertThat(image.path("kmsKeyArn").asText()).isEqualTo(pipeline.shareKey());
            assertThat(image.path("snapshots")).hasSize(2);
            for (JsonNode snapshot : image.path("snapshots")) {
                assertThat(pipeline.snapshot(snapshot.path("snapshotId").asText())
                                .kmsKeyId())
                        .isEqualTo(pipeline.shareKey());
            }
        }
    }

    @Test
    void aCopyOfTenHoursTakesUnderTwoSecondsOfOurs() {
        try (Pipeline pipeline = Pipeline.deployed(settings -> settings.withLargestCopy(Duration.ofHours(10)))) {
            String source = pipeline.load("openstudio-two-volumes");
            pipeline.warmUp();
            long start = System.nanoTime();

            Share share = pipeline.share(source, B);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.took()).isGreaterThan(Duration.ofHours(10));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
            assertThat(share.historyEvents()).isLessThan(1000);
        }
    }

    @Test
    void theSameRequestAgainReusesTheImageAndWritesNothing() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("openstudio-two-volumes");
            Share first = pipeline.share(source, B);
            int before = pipeline.calls().size();

            Share second = pipeline.share(source, B);

            assertThat(second.imageId()).isEqualTo(first.imageId());
            assertThat(second.image().path("reused").asBoolean()).isTrue();
            assertThat(pipeline.writesSince(before)).isEmpty();
        }
    }

    @Test
    void oneMoreAccountGetsTheSameImageAndTheFirstKeepsIt() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share first = pipeline.share(source, B);

            Share second = pipeline.share(source, C);

            assertThat(second.imageId()).isEqualTo(first.imageId());
            assertThat(pipeline.ledger()).hasSize(1);
            assertThat(pipeline.launch(B, first.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(C, first.imageId())).isEqualTo("running");
            assertThat(pipeline.sharedImages()).containsExactly(first.imageId());
        }
    }

    @Test
    void reportsTheWholeRequestAsSourceAndImages() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");

            Share share = pipeline.share(source, B);

            assertThat(share.output().path("sourceImageId").asText()).isEqualTo(source);
            assertThat(share.output().path("images")).hasSize(1);
            assertThat(List.of(share.output().properties().stream()
                            .map(java.util.Map.Entry::getKey)
                            .toArray()))
                    .containsExactly("sourceImageId", "images");
            assertThat(pipeline.image(share.imageId()).ownerId()).isEqualTo(SOURCE);
        }
    }
}
