package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Whom only an organization of the boundary covers is given something only once AWS has proved that he is its member. */
final class MembershipTest {
    private static final String ORGANIZATION = "o-example1234";
    private static final String OUTSIDE = "444444444444";

    @Test
    void aMemberWhoseVerifierAnswersIsProvedAndLaunches() {
        try (Pipeline pipeline = withOrganization(ORGANIZATION)) {
            Share share = pipeline.share(pipeline.load("ubuntu"), B);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.states()).startsWith("PlanShare", "MustTargetsBeAsked", "VerifyBeforehand");
            assertThat(share.target(B).path("verified").asText()).isEqualTo("LAUNCHABLE");
            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("running");
        }
    }

    @Test
    void anAccountOutsideIsRefusedBeforeAnythingIsMadeEvenIfItAnswers() {
        try (Pipeline pipeline = withOrganization(ORGANIZATION)) {
            verifier(pipeline, OUTSIDE);
            String image = pipeline.load("ubuntu");
            String before = pipeline.everything();

            Share share = pipeline.share(image, B, OUTSIDE);

            isRefused(share, OUTSIDE);
            assertThat(share.cause()).doesNotContain(B);
            assertThat(pipeline.everything()).isEqualTo(before);
        }
    }

    @Test
    void aRoleOfAnAccountOutsideIsRefusedToo() {
        try (Pipeline pipeline = withOrganization(ORGANIZATION)) {
            String role = pipeline.administratorRole(OUTSIDE, "Launcher");

            Share share =
                    pipeline.shareWith("""
                    {"sourceImageId": "%s", "targets": {"roles": ["%s"]}}"""
                            .formatted(pipeline.load("ubuntu"), role));

            isRefused(share, OUTSIDE);
            assertThat(pipeline.sharedSnapshots()).isEmpty();
        }
    }

    @Test
    void aMemberWithoutVerifierIsRefusedAndReachedThroughTheOrganizationItself() {
        try (Pipeline pipeline = withOrganization(ORGANIZATION)) {
            String image = pipeline.load("ubuntu");

            isRefused(pipeline.share(image, C), C);
            Share share = pipeline.shareWith(
                    """
                    {"sourceImageId": "%s", "targets": {"organizations": ["arn:aws:organizations::%s:organization/%s"]}}"""
                            .formatted(image, SOURCE, ORGANIZATION));

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.states()).doesNotContain("VerifyBeforehand");
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("running");
        }
    }

    @Test
    void anAccountThatTheBoundaryListsNeedsNoProof() {
        try (Pipeline pipeline = withOrganization(ORGANIZATION + "," + OUTSIDE)) {
            Share share = pipeline.share(pipeline.load("ubuntu"), OUTSIDE);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.states()).doesNotContain("VerifyBeforehand");
            assertThat(pipeline.launch(OUTSIDE, share.imageId())).isEqualTo("running");
        }
    }

    @Test
    void requiredProofIsRefusedBeforeAnythingIsMadeWhereNoVerifierAnswers() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String request =
                    """
                    {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "verify": {"requireProof": true}}"""
                            .formatted(pipeline.load("ubuntu"), C);
            Share refused = pipeline.shareWith(request);

            assertThat(refused.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(refused.cause()).contains("requireProof", "no role AmiShareVerifier answered in " + C, "deploy");
            assertThat(refused.states()).endsWith("VerifyBeforehand").doesNotContain("ClaimShare");
            verifier(pipeline, C);
            Share share = pipeline.shareWith(request);
            assertThat(share.target(C).path("verified").asText())
                    .as(share.why())
                    .isEqualTo("LAUNCHABLE");
        }
    }

    private static void isRefused(Share share, String account) {
        assertThat(share.error()).as(share.why()).isEqualTo("dev.amishare.error.NotShareable");
        assertThat(share.cause())
                .contains(account, ORGANIZATION, "AmiShareVerifier", "askOrganizations", "targets.organizations");
        assertThat(share.states()).endsWith("VerifyBeforehand").doesNotContain("ClaimShare");
    }

    private static Pipeline withOrganization(String boundary) {
        Pipeline pipeline = Pipeline.deployed(1, boundary, settings -> settings);
        String root = ORGANIZATION + "/r-ab12/";
        pipeline.cloud().organization().replace(ORGANIZATION, SOURCE, Map.of(SOURCE, root, B, root, C, root));
        return pipeline;
    }

    /** A role of the verifier's name, which lets the source account in. */
    private static void verifier(Pipeline pipeline, String account) {
        var iam = pipeline.cloud().iam().client(Caller.administrator(account), REGION);
        iam.createRole(
                r -> r.roleName("AmiShareVerifier")
                        .assumeRolePolicyDocument(
                                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                  "Principal": {"AWS": "arn:aws:iam::111111111111:root"}}]}"""));
        iam.putRolePolicy(
                r -> r.roleName("AmiShareVerifier")
                        .policyName("Verify")
                        .policyDocument(
                                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*",
                  "Action": ["ec2:DescribeImages", "ec2:RunInstances", "kms:DescribeKey"]}]}"""));
    }
}
