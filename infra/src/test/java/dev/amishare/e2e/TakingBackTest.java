package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.Caller;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

/** The steps by which docs/operating.md takes a share back, with the calls that it names. */
final class TakingBackTest {
    private static final String D = "444444444444";

    @Test
    void takesTheShareFromOneTargetForGoodAndFromNobodyElse() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share share = pipeline.shareWith(request(source, B, C));

            takeBack(pipeline, share, B);
            Share next = pipeline.shareWith(request(source, D));

            assertThat(next.status()).as(next.why()).isEqualTo("SUCCEEDED");
            assertThat(next.image().path("alsoSharedWith").toString()).isEqualTo("[\"" + C + "\"]");
            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("refused: AuthFailure");
            assertThat(pipeline.launch(C, share.imageId())).isEqualTo("running");
            assertThat(pipeline.statements().toString()).doesNotContain(B).contains(C, D);
            assertThat(copiers(pipeline, share)).containsExactlyInAnyOrder(C, D);
        }
    }

    /** Who begins with the permission sees it come back. */
    @Test
    void theLedgerComesFirstSinceTheNextExecutionGivesAgainWhatItHolds() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share share = pipeline.shareWith(request(source, B));
            removePermissions(pipeline, share, B);

            pipeline.shareWith(request(source, C));

            assertThat(pipeline.launch(B, share.imageId())).isEqualTo("running");
        }
    }

    @Test
    void doesNotChangeWhatAnExecutionHolds() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("ubuntu");
            Share share = pipeline.shareWith(request(source, B));
            pipeline.start(request(source, C));
            pipeline.runUntilInvoked("Verify");

            assertThatThrownBy(() -> takeOutOfTheLedger(pipeline, share, B))
                    .isInstanceOf(ConditionalCheckFailedException.class);
        }
    }

    private static void takeBack(Pipeline pipeline, Share share, String account) {
        takeOutOfTheLedger(pipeline, share, account);
        String sweep = pipeline.stepFunctions()
                .startExecution(r -> r.stateMachineArn(pipeline.machine().replace("ShareAmi", "SweepClaims")))
                .executionArn();
        pipeline.cloud().kernel().runUntil(() -> pipeline.describe(sweep).status() != ExecutionStatus.RUNNING);
        assertThat(pipeline.describe(sweep).status()).isEqualTo(ExecutionStatus.SUCCEEDED);
        assertThat(pipeline.launch(account, share.imageId())).startsWith("terminated");
        removePermissions(pipeline, share, account);
    }

    private static void takeOutOfTheLedger(Pipeline pipeline, Share share, String account) {
        DynamoDbClient dynamoDb = pipeline.cloud().dynamoDb().client(Caller.administrator(SOURCE), Pipeline.REGION);
        String table = dynamoDb.listTables().tableNames().get(0);
        Map<String, AttributeValue> key = Map.of(
                "keyArn", AttributeValue.fromS(share.image().path("kmsKeyArn").asText()),
                "imageName",
                        AttributeValue.fromS(pipeline.image(share.imageId()).name()));
        Map<String, AttributeValue> item = dynamoDb.getItem(
                        r -> r.tableName(table).key(key).consistentRead(true))
                .item();
        Map<String, AttributeValue> committed =
                Objects.requireNonNull(item.get("committed")).m();
        dynamoDb.updateItem(r -> r.tableName(table)
                .key(key)
                .updateExpression("SET #committed.#principals = :principals, #committed.#copiers = :copiers")
                .conditionExpression("#committed = :read AND attribute_not_exists(#claim)")
                .expressionAttributeNames(Map.of(
                        "#committed",
                        "committed",
                        "#claim",
                        "claim",
                        "#principals",
                        "principals",
                        "#copiers",
                        "copiers"))
                .expressionAttributeValues(Map.of(
                        ":read", AttributeValue.fromM(committed),
                        ":principals", without(Objects.requireNonNull(committed.get("principals")), account),
                        ":copiers", without(Objects.requireNonNull(committed.get("copiers")), account))));
    }

    private static AttributeValue without(AttributeValue list, String account) {
        return AttributeValue.fromL(
                list.l().stream().filter(value -> !value.s().equals(account)).toList());
    }

    private static void removePermissions(Pipeline pipeline, Share share, String account) {
        pipeline.ec2(SOURCE).modifyImageAttribute(r -> r.imageId(share.imageId())
                .launchPermission(
                        l -> l.remove(LaunchPermission.builder().userId(account).build())));
        snapshots(share).forEach(id -> pipeline.ec2(SOURCE).modifySnapshotAttribute(r -> r.snapshotId(id)
                .attribute("createVolumePermission")
                .operationType("remove")
                .userIds(account)));
    }

    private static List<String> copiers(Pipeline pipeline, Share share) {
        return pipeline
                .ec2(SOURCE)
                .describeSnapshotAttribute(
                        r -> r.snapshotId(snapshots(share).get(0)).attribute("createVolumePermission"))
                .createVolumePermissions()
                .stream()
                .map(CreateVolumePermission::userId)
                .toList();
    }

    private static List<String> snapshots(Share share) {
        return StreamSupport.stream(share.image().path("snapshots").spliterator(), false)
                .map(snapshot -> snapshot.path("snapshotId").asText())
                .toList();
    }

    private static String request(String source, String... accounts) {
        return """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true}"""
                .formatted(source, String.join("\", \"", accounts));
    }
}
