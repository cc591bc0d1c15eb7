package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Faults.Kind;
import dev.awssandbox.Faults.Rule;
import dev.awssandbox.lambda.FunctionSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an operator has to go by: the log lines of the functions, and the cause of an execution that failed. */
final class OperatorsViewTest {
    /** Of temporary credentials: the id of the key, or the key and the token, the longest words that there are. */
    private static final Pattern SECRET = Pattern.compile("\\b(ASIA|AKIA)[A-Z0-9]{16}\\b|\\b[A-Za-z0-9+/]{40,}\\b");

    @Test
    void everyLogLineSaysOfWhatItSpeaksAndNothingSecret() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            for (Ways.Way way : Ways.all()) {
                way.goes().accept(pipeline);
            }

            Map<String, List<String>> logs = logs(pipeline);

            assertThat(logs).hasSize(15);
            logs.forEach((state, lines) -> assertThat(lines)
                    .as(state)
                    .isNotEmpty()
                    .allSatisfy(line -> identifies(state, Pipeline.json(line)))
                    .noneMatch(line -> SECRET.matcher(line).find()));
        }
    }

    private static void identifies(String state, JsonNode line) {
        assertThat(line.path("state").asText()).isEqualTo(state);
        assertThat(line.path("account").asText()).isEqualTo(SOURCE);
        assertThat(line.path("region").asText()).isIn(REGION, "eu-west-1");
        assertThat(line.path("execution").asText()).matches("arn:aws:states:.*:execution:(ShareAmi|SweepClaims):.+");
        assertThat(line.path("outcome").asText()).isNotEmpty();
        boolean isOfAKey = List.of("FindStrangers", "UpdateKeyPolicy").contains(state)
                && line.path("execution").asText().contains(":SweepClaims:");
        if (isOfAKey) {
            assertThat(line.path("key").asText()).startsWith("arn:aws:kms:");
        } else if (!state.equals("FindAbandonedClaims")) {
            assertThat(line.path("sourceImage").asText()
                            + line.path("imageName").asText())
                    .isNotEmpty();
        }
    }

    /** Whoever looks for an image finds all that was done for it, by the id of the source, and of what was made. */
    @Test
    void anImagesIdFindsTheLinesOfEveryState() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            String shared = pipeline.share(source, B).imageId();
            Share refused =
                    failing(pipeline, pipeline.load("debian"), "kms", "PutKeyPolicy", "UpdateKeyPolicy", Kind.DENY);

            Map<String, List<String>> logs = logs(pipeline);

            for (String state : List.of(
                    "PlanShare",
                    "ClaimShare",
                    "CopySnapshot",
                    "WaitForCompletion",
                    "RegisterAmi",
                    "UpdateKeyPolicy",
                    "AddLaunchPermission",
                    "Verify",
                    "CommitShare")) {
                assertThat(logs.get(state)).as(state).anyMatch(line -> line.contains("\"" + source + "\""));
            }
            for (String state : List.of("RegisterAmi", "AddLaunchPermission", "Verify", "CommitShare")) {
                assertThat(logs.get(state)).as(state).anyMatch(line -> line.contains("\"" + shared + "\""));
            }
            for (String state : List.of("UndoShare", "ReleaseClaim")) {
                assertThat(logs.get(state)).as(state).allMatch(line -> line.contains("\"ami-058bd2d568351da34\""));
            }
            assertThat(logs.get("UndoShare"))
                    .anyMatch(line ->
                            Pipeline.json(line).path("undone").asText().matches("image ami-.*snapshot snap-.*"));
            assertThat(refused.cause()).contains("ami-058bd2d568351da34");
        }
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
                    dynamodb, PutItem,              ClaimShare,          DENY,     AccessDenied,          TableName AmiShare-Ledger
                    ec2,      CopySnapshot,         CopySnapshot,        DENY,     UnauthorizedOperation, SourceSnapshotId snap-03caf7c59107e3143
                    ec2,      CopySnapshot,         CopySnapshot,        THROTTLE, RequestLimitExceeded,  SourceSnapshotId snap-03caf7c59107e3143
                    ec2,      DescribeSnapshots,    WaitForCompletion,   THROTTLE, RequestLimitExceeded,  SnapshotIds snap-
                    ec2,      RegisterImage,        RegisterAmi,         DENY,     UnauthorizedOperation, Name ubuntu-minimal/
                    kms,      PutKeyPolicy,         UpdateKeyPolicy,     DENY,     AccessDenied,          KeyId arn:aws:kms:us-east-1:111111111111:key/
                    kms,      PutKeyPolicy,         UpdateKeyPolicy,     ERROR500, InternalError,         KeyId arn:aws:kms:us-east-1:111111111111:key/
                    ec2,      ModifyImageAttribute, AddLaunchPermission, DENY,     UnauthorizedOperation, ImageId ami-
                    """)
    void theCauseSaysWhichCallOnWhatFailedWhyAndWhatWasUndone(
            String service, String action, String function, Kind kind, String why, String onWhat) {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");

            Share share = failing(pipeline, source, service, action, function, kind);

            assertThat(share.error())
                    .isEqualTo("dev.amishare.error." + (kind == Kind.DENY ? "NotShareable" : "AwsUnavailable"));
            assertThat(share.cause())
                    .startsWith("Sharing " + source + " in us-east-1 under " + pipeline.shareKey() + ": ")
                    .contains(service + ":" + action + " (")
                    .contains(onWhat)
                    .containsPattern(
                            "called by function AmiShare-" + function + "\\S* of account 111111111111 in us-east-1")
                    .contains(why)
                    .contains(undone(pipeline, function))
                    .contains("Left behind: [].")
                    .doesNotContain("stackTrace");
            assertThat(pipeline.sharedSnapshots()).isEmpty();
        }
    }

    /** Of a share that comes as far as that function. */
    private static String undone(Pipeline pipeline, String function) {
        List<String> log = Objects.requireNonNull(logs(pipeline).get("UndoShare"));
        return switch (function) {
            case "ClaimShare", "CopySnapshot" -> "Undone: [].";
            case "WaitForCompletion", "RegisterAmi" -> "Undone: [\"snapshot " + made(log, "snap") + " in us-east-1\"].";
            default ->
                "Undone: [\"image " + made(log, "ami") + " in us-east-1\",\"snapshot " + made(log, "snap")
                        + " in us-east-1\"].";
        };
    }

    private static String made(List<String> log, String kind) {
        return Pipeline.json(log.get(log.size() - 1))
                .path("undone")
                .asText()
                .replaceFirst(".*(" + kind + "-[0-9a-f]+) in.*", "$1");
    }

    @Test
    void theCauseSaysWhichCopyFailedUnderWhichKeyAndWhy() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            String key = pipeline.key(REGION);
            String execution = pipeline.start(
                    """
                    {"sourceImageId": "%s", "kmsKeyId": "%s", "targets": {"accounts": ["%s"]}}"""
                            .formatted(source, key, B));
            pipeline.cloud()
                    .kernel()
                    .runUntil(() -> pipeline.ended(execution).states().contains("ClaimShare"));
            pipeline.kms(SOURCE).disableKey(r -> r.keyId(key));
            pipeline.cloud().kernel().runUntilQuiet();

            Share share = pipeline.ended(execution);

            assertThat(share.error()).isEqualTo("dev.amishare.error.CopyFailed");
            assertThat(share.cause())
                    .startsWith("Sharing " + source + " in us-east-1 under " + key + ": The copy snap-")
                    .containsPattern("ended in an error: .+\\. Check that the function's role may use key " + key)
                    .containsPattern("Undone: \\[\"snapshot snap-[0-9a-f]+ in us-east-1\"]\\. Left behind: \\[]\\.");
        }
    }

    @Test
    void theCauseSaysWhatUndoHadToLeaveAndWhy() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            pipeline.cloud()
                    .faults()
                    .replace(List.of(
                            new Rule("ec2", "RegisterImage", "RegisterAmi", 1, 1, Kind.DENY),
                            new Rule("ec2", "DeleteSnapshot", "UndoShare", 1, 2, Kind.DENY)));

            Share share = pipeline.share(source, B);

            assertThat(share.cause())
                    .contains("ec2:RegisterImage (Name ")
                    .containsPattern("snapshot snap-[0-9a-f]+ in us-east-1 \\(UnauthorizedOperation: ")
                    .contains("not authorized to perform: ec2:DeleteSnapshot");
        }
    }

    /** Before anything is changed. */
    @Test
    void theCauseSaysWhatCouldNotBeReadOfTheRequestsImage() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");

            Share share = failing(pipeline, source, "ec2", "DescribeImages", "PlanShare", Kind.THROTTLE);

            assertThat(share.error()).isEqualTo("dev.amishare.error.AwsUnavailable");
            assertThat(share.cause())
                    .startsWith("ec2:DescribeImages (ImageIds " + source + "), called by function AmiShare-PlanShare")
                    .contains("of account 111111111111 in us-east-1")
                    .contains("Start again later.");
            assertThat(share.execution().cause()).hasSizeLessThan(1000).doesNotContain("software.amazon");
        }
    }

    private static Share failing(
            Pipeline pipeline, String source, String service, String action, String function, Kind kind) {
        pipeline.cloud().faults().replace(List.of(new Rule(service, action, function, 1, 100, kind)));
        return pipeline.share(source, B, C);
    }

    /** State → the lines that its function has written. What Lambda itself says there of an error is left out: it is said before, in JSON. */
    private static Map<String, List<String>> logs(Pipeline pipeline) {
        Map<String, List<String>> logs = new TreeMap<>();
        for (FunctionSpec function : pipeline.cloud().functions().list(SOURCE, REGION)) {
            List<String> written = new ArrayList<>(pipeline.cloud().functions().logs(function.arn()));
            written.removeIf(line -> line.startsWith("dev.amishare.error."));
            logs.put(function.handler().replaceFirst("^.*\\.(\\w+)Handler$", "$1"), written);
        }
        return logs;
    }
}
