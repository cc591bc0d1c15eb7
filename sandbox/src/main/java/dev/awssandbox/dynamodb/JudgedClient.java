package dev.awssandbox.dynamodb;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.dynamodb.DynamoDb.Database;
import dev.awssandbox.dynamodb.DynamoDb.Table;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ContinuousBackupsDescription;
import software.amazon.awssdk.services.dynamodb.model.ContinuousBackupsStatus;
import software.amazon.awssdk.services.dynamodb.model.CreateTableRequest;
import software.amazon.awssdk.services.dynamodb.model.CreateTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DeleteTableResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeContinuousBackupsResponse;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableRequest;
import software.amazon.awssdk.services.dynamodb.model.DescribeTableResponse;
import software.amazon.awssdk.services.dynamodb.model.GetItemRequest;
import software.amazon.awssdk.services.dynamodb.model.GetItemResponse;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ListTablesRequest;
import software.amazon.awssdk.services.dynamodb.model.ListTablesResponse;
import software.amazon.awssdk.services.dynamodb.model.PointInTimeRecoveryStatus;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ScanRequest;
import software.amazon.awssdk.services.dynamodb.model.ScanResponse;
import software.amazon.awssdk.services.dynamodb.model.TableDescription;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItemsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateContinuousBackupsResponse;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * DynamoDB as one caller sees it in one Region: judges, hands on to DynamoDBLocal, and puts right what DynamoDBLocal says of accounts,
 * Regions and times.
 */
final class JudgedClient implements DynamoDbClient {
    private final DynamoDb service;
    private final Caller caller;
    private final String region;

    JudgedClient(DynamoDb service, Caller caller, String region) {
        this.service = service;
        this.caller = caller;
        this.region = region;
    }

    @Override
    public CreateTableResponse createTable(CreateTableRequest request) {
        return on("CreateTable", request.tableName(), database -> {
            CreateTableResponse made = database.client().createTable(request);
            String partitionKey = request.keySchema().stream()
                    .filter(key -> key.keyType() == KeyType.HASH)
                    .findFirst()
                    .orElseThrow()
                    .attributeName();
            database.tables().put(request.tableName(), new Table(partitionKey, service.now(), false));
            return made.copy(c -> c.tableDescription(corrected(made.tableDescription(), database)));
        });
    }

    @Override
    public DescribeTableResponse describeTable(DescribeTableRequest request) {
        return on("DescribeTable", request.tableName(), database -> {
            DescribeTableResponse found =
                    database.client().describeTable(request.copy(r -> r.tableName(name(request.tableName()))));
            return found.copy(f -> f.table(corrected(found.table(), database)));
        });
    }

    @Override
    public DeleteTableResponse deleteTable(DeleteTableRequest request) {
        return on("DeleteTable", request.tableName(), database -> {
            DeleteTableResponse deleted =
                    database.client().deleteTable(request.copy(r -> r.tableName(name(request.tableName()))));
            return deleted.copy(d -> d.tableDescription(corrected(deleted.tableDescription(), database)));
        });
    }

    @Override
    public ListTablesResponse listTables(ListTablesRequest request) {
        return service.locked(() -> {
            service.require(caller, Access.to("dynamodb:ListTables", "*"));
            return database().client().listTables(request);
        });
    }

    /** DynamoDBLocal has no backups, so the sandbox only remembers that they are on. */
    @Override
    public UpdateContinuousBackupsResponse updateContinuousBackups(UpdateContinuousBackupsRequest request) {
        return on("UpdateContinuousBackups", request.tableName(), database -> {
            boolean enabled = request.pointInTimeRecoverySpecification().pointInTimeRecoveryEnabled();
            Table table = known(database, request.tableName());
            database.tables().put(name(request.tableName()), new Table(table.partitionKey(), table.created(), enabled));
            return UpdateContinuousBackupsResponse.builder()
                    .continuousBackupsDescription(backups(enabled))
                    .build();
        });
    }

    @Override
    public DescribeContinuousBackupsResponse describeContinuousBackups(DescribeContinuousBackupsRequest request) {
        return on(
                "DescribeContinuousBackups",
                request.tableName(),
                database -> DescribeContinuousBackupsResponse.builder()
                        .continuousBackupsDescription(
                                backups(known(database, request.tableName()).pointInTimeRecovery()))
                        .build());
    }

    @Override
    public GetItemResponse getItem(GetItemRequest request) {
        return onItem("GetItem", request.tableName(), request.key(), database -> database.client()
                .getItem(request.copy(r -> r.tableName(name(request.tableName())))));
    }

    @Override
    public PutItemResponse putItem(PutItemRequest request) {
        return onItem("PutItem", request.tableName(), request.item(), database -> database.client()
                .putItem(request.copy(r -> r.tableName(name(request.tableName())))));
    }

    @Override
    public UpdateItemResponse updateItem(UpdateItemRequest request) {
        return onItem("UpdateItem", request.tableName(), request.key(), database -> database.client()
                .updateItem(request.copy(r -> r.tableName(name(request.tableName())))));
    }

    @Override
    public DeleteItemResponse deleteItem(DeleteItemRequest request) {
        return onItem("DeleteItem", request.tableName(), request.key(), database -> database.client()
                .deleteItem(request.copy(r -> r.tableName(name(request.tableName())))));
    }

    @Override
    public QueryResponse query(QueryRequest request) {
        return service.locked(() -> {
            service.require(caller, Access.to("dynamodb:Query", indexArn(request.tableName(), request.indexName())));
            return database().client().query(request.copy(r -> r.tableName(name(request.tableName()))));
        });
    }

    @Override
    public ScanResponse scan(ScanRequest request) {
        return service.locked(() -> {
            service.require(caller, Access.to("dynamodb:Scan", indexArn(request.tableName(), request.indexName())));
            return database().client().scan(request.copy(r -> r.tableName(name(request.tableName()))));
        });
    }

    @Override
    public TransactWriteItemsResponse transactWriteItems(TransactWriteItemsRequest request) {
        return service.locked(() -> {
            for (TransactWriteItem item : request.transactItems()) {
                requireWrite(item);
            }
            return database().client().transactWriteItems(request);
        });
    }

    private void requireWrite(TransactWriteItem item) {
        if (item.put() != null) {
            requireItem("PutItem", item.put().tableName(), item.put().item());
        }
        if (item.update() != null) {
            requireItem("UpdateItem", item.update().tableName(), item.update().key());
        }
        if (item.delete() != null) {
            requireItem("DeleteItem", item.delete().tableName(), item.delete().key());
        }
        if (item.conditionCheck() != null) {
            requireItem(
                    "ConditionCheckItem",
                    item.conditionCheck().tableName(),
                    item.conditionCheck().key());
        }
    }

    private <T> T on(String action, String table, Function<Database, T> body) {
        return service.locked(() -> {
            service.require(caller, Access.to("dynamodb:" + action, arn(table)));
            return body.apply(database());
        });
    }

    private <T> T onItem(String action, String table, Map<String, AttributeValue> key, Function<Database, T> body) {
        return service.locked(() -> {
            requireItem(action, table, key);
            return body.apply(database());
        });
    }

    private void requireItem(String action, String tableName, Map<String, AttributeValue> key) {
        Table table = database().tables().get(name(tableName));
        AttributeValue leading = table == null ? null : key.get(table.partitionKey());
        Map<String, List<String>> context = leading == null || leading.s() == null
                ? Map.of()
                : Map.of("dynamodb:LeadingKeys", List.of(leading.s()));
        service.require(caller, new Access("dynamodb:" + action, arn(tableName), context));
    }

    private Database database() {
        return service.database(caller.account(), region);
    }

    private static Table known(Database database, String tableName) {
        Table table = database.tables().get(name(tableName));
        if (table == null) {
            throw DynamoDb.error("TableNotFoundException", "Table not found: " + name(tableName));
        }
        return table;
    }

    private TableDescription corrected(TableDescription table, Database database) {
        return table.copy(t -> {
            t.tableArn(arn(table.tableName()));
            t.creationDateTime(known(database, table.tableName()).created());
        });
    }

    private static ContinuousBackupsDescription backups(boolean pointInTimeRecovery) {
        return ContinuousBackupsDescription.builder()
                .continuousBackupsStatus(ContinuousBackupsStatus.ENABLED)
                .pointInTimeRecoveryDescription(d -> d.pointInTimeRecoveryStatus(
                        pointInTimeRecovery ? PointInTimeRecoveryStatus.ENABLED : PointInTimeRecoveryStatus.DISABLED))
                .build();
    }

    private String arn(String table) {
        return "arn:aws:dynamodb:" + region + ":" + caller.account() + ":table/" + name(table);
    }

    private String indexArn(String table, @Nullable String index) {
        return index == null ? arn(table) : arn(table) + "/index/" + index;
    }

    /** Requests may name a table by its ARN. */
    private static String name(String table) {
        return table.substring(table.indexOf('/') + 1);
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
