package dev.awssandbox.dynamodb;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.kernel.Kernel;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.DynamoDbException;
import software.amazon.dynamodb.services.local.embedded.DynamoDBEmbedded;
import software.amazon.dynamodb.services.local.shared.access.AmazonDynamoDBLocal;

/**
 * DynamoDB: AWS's own DynamoDBLocal, in memory, behind our roles.
 *
 * <p>Each account and Region has a database of its own, made when it is first used. Tables with a time to live are refused: DynamoDBLocal
 * would delete items by the machine's clock.
 */
public final class DynamoDb implements AutoCloseable {
    private final Cloud cloud;
    private final Kernel kernel;
    private final Map<String, Database> databases = new TreeMap<>();

    public DynamoDb(Cloud cloud) {
        this.cloud = cloud;
        this.kernel = cloud.kernel();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public DynamoDbClient client(Caller caller, String region) {
        return new JudgedClient(this, caller, region);
    }

    @Override
    public void close() {
        kernel.locked(() -> {
            databases.values().forEach(database -> database.local.shutdownNow());
            databases.clear();
        });
    }

    <T> T locked(Supplier<T> body) {
        return kernel.locked(body);
    }

    Instant now() {
        return kernel.now();
    }

    /** The tables of an account and Region; to be called under the lock. */
    Database database(String account, String region) {
        return databases.computeIfAbsent(account + "/" + region, key -> new Database());
    }

    /**
     * Judges a call by the caller's identity policies.
     *
     * @throws DynamoDbException {@code AccessDeniedException}
     */
    void require(Caller caller, Access access) {
        Decision decision = cloud.iam().decide(caller, access);
        if (!decision.allowed()) {
            String message = "User: " + caller.arn() + " is not authorized to perform: " + access.action()
                    + " on resource: " + access.resourceArn() + " because " + decision.reason();
            throw error("AccessDeniedException", message);
        }
    }

    static DynamoDbException error(String code, String message) {
        return (DynamoDbException) DynamoDbException.builder()
                .statusCode(400)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("DynamoDb")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    /** One DynamoDBLocal, and what it does not keep of a table. */
    static final class Database {
        private final AmazonDynamoDBLocal local = DynamoDBEmbedded.create(true);
        private final DynamoDbClient client = local.dynamoDbClient();
        private final Map<String, Table> tables = new TreeMap<>();

        DynamoDbClient client() {
            return client;
        }

        Map<String, Table> tables() {
            return tables;
        }
    }

    /**
     * What the sandbox itself knows of a table.
     *
     * @param partitionKey the name of its partition key, for {@code dynamodb:LeadingKeys}
     * @param pointInTimeRecovery which DynamoDBLocal does not have
     */
    record Table(String partitionKey, Instant created, boolean pointInTimeRecovery) {}
}
