package dev.awssandbox.dynamodb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.ResourceNotFoundException;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;

final class DynamoDbTest {
    private static final String REGION = "us-east-1";
    private static final Caller ADMINISTRATOR = Caller.administrator("111111111111");

    @Test
    void describesATableInTheSandboxsOwnTermsOfAccountRegionAndTime() {
        try (Cloud cloud = cloud()) {
            TableDescription table =
                    ledger(cloud).describeTable(r -> r.tableName("Ledger")).table();
            assertThat(table.tableArn()).isEqualTo("arn:aws:dynamodb:us-east-1:111111111111:table/Ledger");
            assertThat(table.creationDateTime()).isEqualTo(Instant.parse("2026-01-01T00:00:00Z"));
        }
    }

    @Test
    void letsAConditionalWriteFailAsTheServiceDoes() {
        try (Cloud cloud = cloud()) {
            DynamoDbClient client = ledger(cloud);
            put(client, "key-1");
            assertThatExceptionOfType(ConditionalCheckFailedException.class)
                    .isThrownBy(() -> put(client, "key-1"))
                    .satisfies(e ->
                            assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ConditionalCheckFailedException"));
        }
    }

    @Test
    void startsEmptyInEveryCloudAccountAndRegion() {
        try (Cloud cloud = cloud();
                Cloud other = cloud()) {
            ledger(cloud);
            assertThat(other.dynamoDb()
                            .client(ADMINISTRATOR, REGION)
                            .listTables()
                            .tableNames())
                    .isEmpty();
            assertThat(cloud.dynamoDb()
                            .client(ADMINISTRATOR, "eu-west-1")
                            .listTables()
                            .tableNames())
                    .isEmpty();
            assertThatExceptionOfType(ResourceNotFoundException.class)
                    .isThrownBy(
                            () -> put(cloud.dynamoDb().client(Caller.administrator("222222222222"), REGION), "key-1"));
        }
    }

    @Test
    void remembersThatPointInTimeRecoveryIsOn() {
        try (Cloud cloud = cloud()) {
            DynamoDbClient client = ledger(cloud);
            client.updateContinuousBackups(r ->
                    r.tableName("Ledger").pointInTimeRecoverySpecification(p -> p.pointInTimeRecoveryEnabled(true)));
            assertThat(client.describeContinuousBackups(r -> r.tableName("Ledger"))
                            .continuousBackupsDescription()
                            .pointInTimeRecoveryDescription()
                            .pointInTimeRecoveryStatus())
                    .isEqualTo(PointInTimeRecoveryStatus.ENABLED);
        }
    }

    @Test
    void judgesARoleByActionTableAndLeadingKey() {
        try (Cloud cloud = cloud()) {
            ledger(cloud);
            DynamoDbClient client = cloud.dynamoDb()
                    .client(
                            role(
                                    cloud,
                                    """
                                    {"Effect": "Allow", "Action": "dynamodb:PutItem",
                                     "Resource": "arn:aws:dynamodb:us-east-1:111111111111:table/Ledger",
                                     "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "key-1"}}}"""),
                            REGION);
            put(client, "key-1");
            assertDenied(() -> put(client, "key-2"), "dynamodb:PutItem");
            assertDenied(() -> client.scan(r -> r.tableName("Ledger")), "dynamodb:Scan");
        }
    }

    private static void assertDenied(Runnable call, String action) {
        assertThatExceptionOfType(DynamoDbException.class)
                .isThrownBy(call::run)
                .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException"))
                .withMessageContaining("is not authorized to perform: " + action);
    }

    private static Caller role(Cloud cloud, String statement) {
        String trust =
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}""";
        var iam = cloud.iam().client(ADMINISTRATOR, REGION);
        var role = iam.createRole(r -> r.roleName("Writer").assumeRolePolicyDocument(trust))
                .role();
        iam.putRolePolicy(r -> r.roleName("Writer")
                .policyName("write")
                .policyDocument("{\"Version\": \"2012-10-17\", \"Statement\": [" + statement + "]}"));
        return Caller.roleSession(role.arn(), role.roleId(), "test");
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }

    @SuppressWarnings("unchecked") // the SDK's builders take varargs of Consumer<...>
    private static DynamoDbClient ledger(Cloud cloud) {
        DynamoDbClient client = cloud.dynamoDb().client(ADMINISTRATOR, REGION);
        client.createTable(r -> r.tableName("Ledger")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(AttributeDefinition.builder()
                        .attributeName("keyArn")
                        .attributeType(ScalarAttributeType.S)
                        .build())
                .keySchema(KeySchemaElement.builder()
                        .attributeName("keyArn")
                        .keyType(KeyType.HASH)
                        .build()));
        return client;
    }

    private static void put(DynamoDbClient client, String key) {
        client.putItem(r -> r.tableName("Ledger")
                .item(Map.of("keyArn", AttributeValue.fromS(key)))
                .conditionExpression("attribute_not_exists(keyArn)"));
    }
}
