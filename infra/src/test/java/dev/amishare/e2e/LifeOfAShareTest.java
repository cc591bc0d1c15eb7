package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.amishare.ledger.FormerImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Tag;

/** What may happen to a shared image between two requests for it: the table of docs/adr/0035. */
final class LifeOfAShareTest {
    private enum Image {
        THERE,
        DISABLED,
        DEREGISTERED
    }

    private enum Snapshots {
        THERE,
        ONE_GONE,
        GONE
    }

    private record Fate(Image image, Snapshots snapshots, boolean tagsCleanedOff, boolean permissionsReset) {
        private boolean isReused() {
            return image != Image.DEREGISTERED;
        }
    }

    static Stream<Fate> fates() {
        List<Fate> fates = new ArrayList<>();
        for (Image image : Image.values()) {
            for (Snapshots snapshots : Snapshots.values()) {
                // A snapshot that an image uses cannot be deleted.
                if (image == Image.DEREGISTERED || snapshots == Snapshots.THERE) {
                    for (int i = 0; i < 4; i++) {
                        fates.add(new Fate(image, snapshots, i % 2 == 0, i / 2 == 0));
                    }
                }
            }
        }
        return fates.stream();
    }

    @ParameterizedTest
    @MethodSource("fates")
    void theSameRequestAgainMendsWhatStandsAndMakesWhatIsGone(Fate fate) {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("openstudio-two-volumes");
            Share first = pipeline.share(source, B);
            befall(pipeline.ec2(SOURCE), first, fate);
            int before = pipeline.calls().size();

            Share again = pipeline.share(source, B);

            assertThat(again.status()).as(again.why()).isEqualTo("SUCCEEDED");
            assertThat(again.imageId().equals(first.imageId())).isEqualTo(fate.isReused());
            assertThat(again.image().path("reused").asBoolean()).isEqualTo(fate.isReused());
            assertThat(copiesSince(pipeline, before)).isEqualTo(fate.snapshots() == Snapshots.THERE ? 0 : 2);
            assertThat(warned(again, "former-snapshots")).hasSize(fate.snapshots() == Snapshots.ONE_GONE ? 1 : 0);
            assertThat(pipeline.sharedImages()).containsExactly(again.imageId());
            assertThat(pipeline.launch(B, again.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(C, again.imageId())).isEqualTo("refused: AuthFailure");
            assertThat(former(pipeline)).hasSize(fate.snapshots() == Snapshots.ONE_GONE ? 1 : 0);
        }
    }

    @Test
    void whatIsRegisteredAgainIsForThoseAloneWhomTheRequestNames() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share first = pipeline.shareWith(withSnapshots(source, B));
            pipeline.ec2(SOURCE).deregisterImage(r -> r.imageId(first.imageId()));

            Share second = pipeline.share(source, C);

            assertThat(second.status()).as(second.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launch(C, second.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(B, second.imageId())).isEqualTo("refused: AuthFailure");
            assertThat(second.image().has("alsoSharedWith")).isFalse();
            assertThat(pipeline.statements().toString()).doesNotContain(B);
            assertThat(pipeline.ec2(SOURCE)
                            .describeSnapshotAttribute(
                                    r -> r.snapshotId(snapshots(first).get(0)).attribute("createVolumePermission"))
                            .createVolumePermissions())
                    .isEmpty();
        }
    }

    @Test
    void whoeverElseHoldsAReusedImageIsNamed() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            assertThat(pipeline.share(source, B).image().has("alsoSharedWith")).isFalse();

            Share second = pipeline.share(source, C);

            assertThat(second.image().path("alsoSharedWith").toString()).isEqualTo("[\"" + B + "\"]");
        }
    }

    @Test
    void aWholeCopiedImageIsCopiedAnewAndWhatIsLeftOfTheFirstIsNamed() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("rhel-8");
            Share first = pipeline.share(source, B);
            pipeline.ec2(SOURCE).deregisterImage(r -> r.imageId(first.imageId()));

            Share again = pipeline.share(source, B);

            assertThat(again.status()).as(again.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.image(again.imageId()).usageOperation())
                    .isEqualTo(pipeline.image(source).usageOperation());
            assertThat(warned(again, "former-snapshots"))
                    .singleElement()
                    .asString()
                    .contains(snapshots(first).get(0));
        }
    }

    @Test
    void undoingWhatWasRegisteredAgainLeavesTheSnapshots() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share first = pipeline.share(source, B);
            pipeline.ec2(SOURCE).deregisterImage(r -> r.imageId(first.imageId()));

            String execution = pipeline.start(Pipeline.request(source, C));
            pipeline.runUntilInvoked("Verify");
            pipeline.stop(execution);
            pipeline.cloud().kernel().runUntilQuiet();

            assertThat(pipeline.sharedImages()).isEmpty();
            assertThat(pipeline.sharedSnapshots()).containsExactlyElementsOf(snapshots(first));
            assertThat(pipeline.share(source, B).status()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.sharedSnapshots()).containsExactlyElementsOf(snapshots(first));
        }
    }

    @Test
    void otherTagsAreSetOnTheReusedImageAndNothingElseIsWritten() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share first = pipeline.shareWith(tagged(source, "1"));
            int before = pipeline.calls().size();

            Share second = pipeline.shareWith(tagged(source, "2"));

            assertThat(second.imageId()).isEqualTo(first.imageId());
            assertThat(pipeline.image(first.imageId()).tags())
                    .contains(Tag.builder().key("version").value("2").build());
            assertThat(pipeline.writesSince(before)).containsExactly("RestoreImage ec2:CreateTags null");
        }
    }

    @Test
    void anotherSourceUnderTheNameOfAShareIsRefusedHoweverTheyMeet() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String one = pipeline.load("ubuntu");
            String other = pipeline.loadAnother("ubuntu", 7);
            String first = pipeline.start(named(one, B));
            String second = pipeline.start(named(other, C));
            pipeline.cloud().kernel().runUntilQuiet();

            List<Share> ends = List.of(pipeline.ended(first), pipeline.ended(second));

            assertThat(ends).extracting(Share::status).containsExactlyInAnyOrder("SUCCEEDED", "FAILED");
            Share refused = ends.get(ends.get(0).status().equals("FAILED") ? 0 : 1);
            assertThat(refused.error()).endsWith("NotShareable");
            assertThat(refused.cause()).contains(one, other, "another name");
            assertThat(pipeline.sharedImages()).hasSize(1);
        }
    }

    @Test
    void anotherSourceUnderTheNameOfAnImageThatIsGoneIsForItsOwnTargetsAlone() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Share first = pipeline.shareWith(named(pipeline.load("ubuntu"), B));
            pipeline.ec2(SOURCE).deregisterImage(r -> r.imageId(first.imageId()));
            String another = pipeline.loadAnother("ubuntu", 7);

            Share early = pipeline.shareWith(named(another, C));
            pipeline.letPass(Duration.ofSeconds(90));
            Share second = pipeline.shareWith(named(another, C));

            assertThat(early.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(early.cause()).contains(first.imageId(), "the name is free from");
            assertThat(second.status()).as(second.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launch(C, second.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(B, second.imageId())).isEqualTo("refused: AuthFailure");
            assertThat(snapshots(second)).doesNotContainAnyElementsOf(snapshots(first));
            assertThat(pipeline.sharedSnapshots()).containsAll(snapshots(first));
        }
    }

    private static void befall(Ec2Client ec2, Share share, Fate fate) {
        String image = share.imageId();
        List<String> snapshots = snapshots(share);
        if (fate.permissionsReset()) {
            ec2.resetImageAttribute(r -> r.imageId(image).attribute("launchPermission"));
        }
        if (fate.tagsCleanedOff()) {
            List<String> all = new ArrayList<>(snapshots);
            all.add(image);
            ec2.deleteTags(r -> r.resources(all));
        }
        if (fate.image() == Image.DISABLED) {
            ec2.disableImage(r -> r.imageId(image));
        } else if (fate.image() == Image.DEREGISTERED) {
            ec2.deregisterImage(r -> r.imageId(image));
            snapshots.stream()
                    .limit(fate.snapshots() == Snapshots.THERE ? 0 : fate.snapshots() == Snapshots.ONE_GONE ? 1 : 2)
                    .forEach(id -> ec2.deleteSnapshot(r -> r.snapshotId(id)));
        }
    }

    private static String named(String source, String account) {
        return """
                {"sourceImageId": "%s", "name": "nightly", "targets": {"accounts": ["%s"]}}"""
                .formatted(source, account);
    }

    private static String tagged(String source, String version) {
        return """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "tags": {"version": "%s"}}"""
                .formatted(source, B, version);
    }

    private static String withSnapshots(String source, String account) {
        return """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true}"""
                .formatted(source, account);
    }

    private static List<String> snapshots(Share share) {
        return StreamSupport.stream(share.image().path("snapshots").spliterator(), false)
                .map(snapshot -> snapshot.path("snapshotId").asText())
                .sorted()
                .toList();
    }

    private static List<String> warned(Share share, String check) {
        return StreamSupport.stream(share.image().path("checks").spliterator(), false)
                .filter(c -> c.path("name").asText().equals(check))
                .map(c -> c.path("detail"))
                .map(JsonNode::asText)
                .toList();
    }

    private static List<FormerImage> former(Pipeline pipeline) {
        return pipeline.ledgerAsItIs().all().stream()
                .flatMap(share -> share.former().stream())
                .toList();
    }

    private static long copiesSince(Pipeline pipeline, int before) {
        return pipeline.writesSince(before).stream()
                .filter(write -> write.startsWith("CopySnapshot "))
                .count();
    }
}
