package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;

/** Who may launch, whatever kind of target was named; and whom the boundary keeps out, whatever asks for him. */
final class TargetsTest {
    private static final String ORGANIZATION = "o-example1234";
    private static final String DENIED_BY_THE_KEY = "terminated: Client.InternalError: Client error on launch";

    @Test
    void anAccountInsideTheOrganizationLaunchesAndOneOutsideDoesNot() {
        try (Pipeline pipeline = withOrganization("any")) {
            Share share = pipeline.shareWith(
                    """
                    {"sourceImageId": "%s", "targets": {"organizations": ["arn:aws:organizations::%s:organization/%s"]}}"""
                            .formatted(pipeline.load("ubuntu"), SOURCE, ORGANIZATION));

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("running");
            assertThat(pipeline.launch("555555555555", share.imageId())).isEqualTo("refused: AuthFailure");
        }
    }

    @Test
    void anAccountInsideTheUnitLaunchesAndOneBesideItDoesNot() {
        try (Pipeline pipeline = withOrganization("any")) {
            Share share = pipeline.shareWith(
                    """
                    {"sourceImageId": "%s", "targets": {"organizationalUnits": ["arn:aws:organizations::%s:ou/%s/ou-ab12-cdefgh34"]}}"""
                            .formatted(pipeline.load("ubuntu"), SOURCE, ORGANIZATION));

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("refused: AuthFailure");
            assertThat(pipeline.launch("555555555555", share.imageId())).isEqualTo("refused: AuthFailure");
        }
    }

    /** Even with launch permission on the image, the key's policy alone keeps an account outside from its data. */
    @Test
    void theKeyKeepsOutWhomTheImageWasOpenedToByHand() {
        try (Pipeline pipeline = withOrganization("any")) {
            Share share = pipeline.shareWith(
                    """
                    {"sourceImageId": "%s", "targets": {"organizationalUnits": ["arn:aws:organizations::%s:ou/%s/ou-ab12-cdefgh34"]}}"""
                            .formatted(pipeline.load("ubuntu"), SOURCE, ORGANIZATION));
            pipeline.ec2(SOURCE).modifyImageAttribute(r -> r.imageId(share.imageId())
                    .launchPermission(
                            l -> l.add(LaunchPermission.builder().userId(C).build())));

            assertThat(pipeline.launch(C, share.imageId())).isEqualTo(DENIED_BY_THE_KEY);
        }
    }

    @Test
    void fourHundredAndFiftyAccountsFit() {
        try (Pipeline pipeline = Pipeline.lettingName(600)) {
            String[] accounts = accounts(450);

            Share share = pipeline.share(pipeline.load("ubuntu"), accounts);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.image().path("targets")).hasSize(450);
            assertThat(pipeline.launch(accounts[449], share.imageId())).isEqualTo("running");
            System.out.printf(
                    "450 accounts: a policy of %d bytes, %d calls, of which %d assume a role%n",
                    pipeline.policyBytes(),
                    pipeline.calls().size(),
                    pipeline.calls().stream()
                            .filter(call -> call.action().equals("AssumeRole"))
                            .count());
        }
    }

    @Test
    void sixHundredAccountsAreRefusedWithTheSizeAndTheWayOut() {
        try (Pipeline pipeline = Pipeline.lettingName(600)) {
            Share share = pipeline.share(pipeline.load("ubuntu"), accounts(600));

            assertThat(share.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(share.cause()).contains("32,768", "organization");
            assertThat(share.states()).containsExactly("PlanShare");
            System.out.println("600 accounts: " + share.cause());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"console", "profile", "tag"})
    void whoIsOutsideTheBoundaryGetsNothingWhoeverAsks(String way) {
        try (Pipeline pipeline = withOrganization(B)) {
            String image = pipeline.load("ubuntu");
            pipeline.profile("outside", "{\"targets\": {\"accounts\": [\"" + C + "\"]}}");

            Share share =
                    switch (way) {
                        case "console" -> pipeline.share(image, C);
                        case "profile" ->
                            pipeline.shareWith("{\"sourceImageId\": \"" + image + "\", \"profile\": \"outside\"}");
                        default -> pipeline.tagged(image, "outside").get(0);
                    };

            assertThat(share.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(share.cause()).contains(C, "boundary");
            assertThat(pipeline.sharedImages()).isEmpty();
        }
    }

    @Test
    void amongMembersOfTheBoundarysOrganizationOnlyTheNamedOneLaunches() {
        try (Pipeline pipeline = withOrganization(ORGANIZATION)) {
            Share share = pipeline.share(pipeline.load("ubuntu"), B);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(pipeline.ourStatements().findValuesAsText("aws:PrincipalOrgID"))
                    .isNotEmpty();
            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("running");
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("refused: AuthFailure");
        }
    }

    private static Pipeline withOrganization(String boundary) {
        Pipeline pipeline = Pipeline.deployed(1, boundary, settings -> settings);
        String root = ORGANIZATION + "/r-ab12/";
        pipeline.cloud()
                .organization()
                .replace(
                        ORGANIZATION,
                        SOURCE,
                        Map.of(SOURCE, root, B, root + "ou-ab12-cdefgh34/", C, root + "ou-ab12-other567/"));
        return pipeline;
    }

    private static String[] accounts(int count) {
        return LongStream.range(0, count)
                .mapToObj(i -> Long.toString(600_000_000_000L + i))
                .toList()
                .toArray(String[]::new);
    }

    /** What a request and its committed beside may not mix: see design.md section 2. */
    @Test
    void aRoleBesideItsWholeAccountIsRefusedWhicheverCameFirst() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String role = pipeline.administratorRole(C, "Launcher");
            String image = pipeline.load("ubuntu");
            pipeline.share(image, C);

            Share share =
                    pipeline.shareWith("""
                    {"sourceImageId": "%s", "targets": {"roles": ["%s"]}}"""
                            .formatted(image, role));

            assertThat(share.error()).isEqualTo("dev.amishare.error.NotShareable");
            assertThat(List.of(role, C)).allMatch(share.cause()::contains);
        }
    }
}
