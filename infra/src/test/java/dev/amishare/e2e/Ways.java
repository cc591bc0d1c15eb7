package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Faults;
import java.util.List;
import java.util.function.Consumer;

/**
 * Every way through the state machines, one after the other on the same deployment: together they need every right that a role has.
 * What they assert is what somebody would miss who lacked a right.
 */
final class Ways {
    private static final String D = "444444444444";

    private Ways() {}

    /** One of them. */
    record Way(String name, Consumer<Pipeline> goes) {}

    static List<Way> all() {
        return List.of(
                new Way("a plain image, then one more account", Ways::onePlusOne),
                new Way("a licensed image", p -> proved(p.share(p.load("rhel-8"), B))),
                new Way("an image under a key of its own", p -> proved(p.share(p.load("encrypted"), B))),
                new Way("a licensed image under a key of its own", Ways::licensedUnderAnotherKey),
                new Way("an image that is protected and will be deprecated", Ways::isProtected),
                new Way("protected, and then not committed", Ways::isUnprotected),
                new Way("a copy whose answer never came, made twice", Ways::copiedTwice),
                new Way("a role that is gone", Ways::aRoleThatIsGone),
                new Way("snapshots shared, too", Ways::copiesToo),
                new Way("an image under the share key already", Ways::isUnderTheShareKeyAlready),
                new Way("a profile, by request and by tag", Ways::followsAProfile),
                new Way("what cannot be proved", Ways::undoesWhatCannotBeProved),
                new Way("disabled, and its tags cleaned off", Ways::isMended),
                new Way("deregistered, and its snapshots stand", Ways::registersAgain),
                new Way("in another Region", Ways::inAnotherRegion),
                new Way("with a specification of instance types", Ways::specifiesInstanceTypes),
                new Way("the same twice at once", Ways::twoAtOnce),
                new Way("strangers, told by a sweep", Ways::sweepsTellOfStrangers),
                new Way("stopped, and swept", Ways::stopped),
                new Way("stopped, and taken up by the next", Ways::takenUp));
    }

    /** RegisterImage takes no specification of instance types. */
    private static void specifiesInstanceTypes(Pipeline pipeline) {
        String source = pipeline.loadAnother("al2", 4);
        pipeline.ec2(SOURCE).replaceImageInstanceTypeSpecification(r -> r.imageId(source)
                .instanceTypeSpecification(types -> types.unsupportedInstanceTypes("m5.large")));
        Share share = pipeline.share(source, B);
        proved(share);
        assertThat(pipeline.image(share.imageId()).instanceTypeSpecification().toString())
                .contains("m5.large");
    }

    /** Whether there is such a Region is asked only where a request names another one. */
    private static void inAnotherRegion(Pipeline pipeline) {
        String key = pipeline.key("eu-west-1");
        succeeds(pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "regions": [{"region": "eu-west-1", "kmsKeyId": "%s"}]}"""
                        .formatted(idOf("debian"), B, key)));
    }

    private static void onePlusOne(Pipeline pipeline) {
        String ubuntu = pipeline.load("ubuntu");
        proved(pipeline.share(ubuntu, B));
        succeeds(pipeline.share(ubuntu, C));
    }

    /** The copy is made in the name of CopyImage's role; under the account's EBS key, that key's policy would do. */
    private static void licensedUnderAnotherKey(Pipeline pipeline) {
        ObjectNode document = (ObjectNode) Pipeline.recorded("rhel-encrypted");
        ((ObjectNode) document.at("/Images/0/BlockDeviceMappings/0/Ebs"))
                .put("KmsKeyId", "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        proved(pipeline.share(pipeline.load(document), B));
    }

    private static void isProtected(Pipeline pipeline) {
        Share share = pipeline.share(protectedImage(pipeline, "al2"), B);
        proved(share);
        assertThat(pipeline.image(share.imageId()).deregistrationProtection()).isEqualTo("enabled-without-cooldown");
        Share windows = pipeline.share(pipeline.load("windows"), B);
        proved(windows);
        assertThat(pipeline.image(windows.imageId()).deprecationTime()).isNotNull();
    }

    /** The image is protected (which is written down first) when the ledger refuses the share: undo has to take the protection off first. */
    private static void isUnprotected(Pipeline pipeline) {
        List<String> before = pipeline.sharedImages();
        List<String> snapshots = pipeline.sharedSnapshots();
        pipeline.cloud()
                .faults()
                .replace(List.of(new Faults.Rule("dynamodb", "PutItem", "CommitShare", 2, 1, Faults.Kind.DENY)));
        Share refused = pipeline.share(protectedImage(pipeline, "bottlerocket"), B);
        pipeline.cloud().faults().replace(List.of());
        assertThat(refused.error()).isEqualTo("dev.amishare.error.NotShareable");
        assertThat(pipeline.sharedImages()).as(refused.why()).isEqualTo(before);
        assertThat(pipeline.sharedSnapshots()).as(refused.why()).isEqualTo(snapshots);
        assertThat(pipeline.ledger().toString()).doesNotContain("claim");
    }

    /** The next try comes before EC2 lists the copy. */
    private static void copiedTwice(Pipeline pipeline) {
        List<String> before = pipeline.sharedSnapshots();
        int calls = pipeline.calls().size();
        pipeline.cloud()
                .faults()
                .replace(List.of(new Faults.Rule("ec2", "CopySnapshot", null, 1, 1, Faults.Kind.DROP_RESPONSE)));
        proved(pipeline.share(pipeline.loadAnother("al2", 1), B));
        pipeline.cloud().faults().replace(List.of());
        assertThat(pipeline.calls().stream().skip(calls).filter(call -> call.action()
                        .equals("CopySnapshot")))
                .hasSize(2);
        assertThat(pipeline.sharedSnapshots()).hasSize(before.size() + 1);
    }

    private static String protectedImage(Pipeline pipeline, String slug) {
        ObjectNode document = (ObjectNode) Pipeline.recorded(slug);
        ((ObjectNode) document.at("/Images/0")).put("DeregistrationProtection", "enabled-without-cooldown");
        return pipeline.load(document);
    }

    /** A committed role that was deleted is left out of the policy, and marked in the ledger. */
    private static void aRoleThatIsGone(Pipeline pipeline) {
        String role = pipeline.administratorRole("555555555555", "Gone");
        String image = idOf("bottlerocket");
        succeeds(pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"roles": ["%s"]}}""".formatted(image, role)));
        pipeline.deleteRole("555555555555", "Gone");
        proved(pipeline.share(image, B));
        assertThat(pipeline.ledger().toString()).contains("orphaned");
    }

    private static void copiesToo(Pipeline pipeline) {
        proved(pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true}"""
                        .formatted(pipeline.load("openstudio-two-volumes"), B)));
    }

    private static void isUnderTheShareKeyAlready(Pipeline pipeline) {
        proved(pipeline.share(pipeline.share(idOf("ubuntu"), B).imageId(), B));
    }

    private static void followsAProfile(Pipeline pipeline) {
        pipeline.profile("golden", "{\"targets\": {\"accounts\": [\"" + C + "\"]}}");
        succeeds(pipeline.shareWith("""
                {"sourceImageId": "%s", "profile": "golden"}"""
                .formatted(pipeline.load("al2023-arm64-uefi"))));
        List<Share> byTag = pipeline.tagged(idOf("ubuntu"), "golden");
        assertThat(byTag).hasSize(1);
        byTag.forEach(Ways::succeeds);
    }

    /** What B's verifier cannot see is undone: a new image goes again, and so does a permission beside a committed share. */
    private static void undoesWhatCannotBeProved(Pipeline pipeline) {
        List<String> before = pipeline.sharedImages();
        List<String> snapshots = pipeline.sharedSnapshots();
        pipeline.blindVerifier();
        cannotBeProved(pipeline, pipeline.load("debian"), C);
        cannotBeProved(pipeline, idOf("ubuntu"), D);
        pipeline.openVerifiersEyes();
        assertThat(pipeline.sharedImages()).isEqualTo(before);
        assertThat(pipeline.sharedSnapshots()).isEqualTo(snapshots);
        assertThat(pipeline.ledger().toString()).doesNotContain("claim").doesNotContain(D);
    }

    private static void cannotBeProved(Pipeline pipeline, String image, String account) {
        Share refused = pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s", "%s"]}, "shareSnapshots": true}"""
                        .formatted(image, B, account));
        assertThat(refused.error()).isEqualTo("dev.amishare.error.VerificationFailed");
        assertThat(refused.cause()).contains("Left behind: [].");
    }

    /** Told, and not removed, but under our Sids. */
    private static void sweepsTellOfStrangers(Pipeline pipeline) {
        String image = pipeline.share(idOf("ubuntu"), B).imageId();
        String snapshot =
                pipeline.image(image).blockDeviceMappings().get(0).ebs().snapshotId();
        pipeline.letIn(image, D);
        pipeline.letCopy(snapshot, D);
        pipeline.putUnderOurSids(D);

        assertThat(pipeline.swept().findValuesAsText("resource")).contains(image, snapshot, pipeline.shareKey());
        pipeline.cloud().kernel().runUntilQuiet();
        assertThat(pipeline.ourStatements().toString()).doesNotContain(D);
        pipeline.putOut(image, snapshot, D);
    }

    private static void isMended(Pipeline pipeline) {
        String source = pipeline.loadAnother("al2", 2);
        Share share = pipeline.share(source, B);
        pipeline.ec2(SOURCE).deleteTags(r -> r.resources(share.imageId(), snapshotOf(share)));
        pipeline.ec2(SOURCE).disableImage(r -> r.imageId(share.imageId()));
        Share again = pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "tags": {"version": "2"}}"""
                        .formatted(source, B));
        proved(again);
        assertThat(again.imageId()).isEqualTo(share.imageId());
    }

    private static void registersAgain(Pipeline pipeline) {
        String source = pipeline.loadAnother("al2", 3);
        Share share = pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true}"""
                        .formatted(source, C));
        pipeline.ec2(SOURCE).deleteTags(r -> r.resources(snapshotOf(share)));
        pipeline.ec2(SOURCE).deregisterImage(r -> r.imageId(share.imageId()));
        Share again = pipeline.share(source, B);
        proved(again);
        assertThat(snapshotOf(again)).isEqualTo(snapshotOf(share));
        assertThat(pipeline.ec2(SOURCE)
                        .describeSnapshotAttribute(
                                r -> r.snapshotId(snapshotOf(share)).attribute("createVolumePermission"))
                        .createVolumePermissions())
                .isEmpty();
    }

    private static String snapshotOf(Share share) {
        return share.image().at("/snapshots/0/snapshotId").asText();
    }

    private static void twoAtOnce(Pipeline pipeline) {
        String request = Pipeline.request(idOf("debian"), B);
        String first = pipeline.start(request);
        String second = pipeline.start(request);
        pipeline.cloud().kernel().runUntilQuiet();
        proved(pipeline.ended(first));
        proved(pipeline.ended(second));
    }

    /** Whoever stops an execution leaves its undoing to the sweep. */
    private static void stopped(Pipeline pipeline) {
        String execution = stopWhileItCopies(pipeline, underAnotherKey(pipeline));
        pipeline.cloud().kernel().runUntilQuiet();
        assertThat(pipeline.ended(execution).status()).isEqualTo("ABORTED");
        assertThat(pipeline.ledger().toString()).doesNotContain("claim");
    }

    /** Or to the next execution of the same request, if that is faster. */
    private static void takenUp(Pipeline pipeline) {
        String request = underAnotherKey(pipeline);
        stopWhileItCopies(pipeline, request);
        proved(pipeline.shareWith(request));
        pipeline.cloud().kernel().runUntilQuiet();
        assertThat(pipeline.ledger().toString()).doesNotContain("claim");
    }

    private static String underAnotherKey(Pipeline pipeline) {
        return """
                {"sourceImageId": "%s", "kmsKeyId": "%s", "targets": {"accounts": ["%s"]}}"""
                .formatted(idOf("windows"), pipeline.key(Pipeline.REGION), B);
    }

    private static String stopWhileItCopies(Pipeline pipeline, String request) {
        String execution = pipeline.start(request);
        pipeline.cloud()
                .kernel()
                .runUntil(() -> pipeline.ended(execution).states().contains("WaitForCompletion"));
        pipeline.stepFunctions().stopExecution(r -> r.executionArn(execution));
        return execution;
    }

    private static String idOf(String slug) {
        return Pipeline.recorded(slug).at("/Images/0/ImageId").asText();
    }

    private static void succeeds(Share share) {
        assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
    }

    private static void proved(Share share) {
        succeeds(share);
        assertThat(share.target(B).path("verified").asText()).isEqualTo("LAUNCHABLE");
    }
}
