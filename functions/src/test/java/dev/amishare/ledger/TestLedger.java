package dev.amishare.ledger;

import dev.amishare.ami.Way;
import dev.amishare.keypolicy.Principals;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.dynamodb.model.KeyType;
import software.amazon.awssdk.services.dynamodb.model.ScalarAttributeType;

/** A ledger in a cloud of its own, and the vocabulary of its tests. */
public final class TestLedger implements AutoCloseable {
    static final String KEY = "arn:aws:kms:eu-west-1:111111111111:key/one";
    static final ShareId GOLDEN = new ShareId(KEY, "golden");
    public static final String SOURCE = "ami-0123456789abcdef0";
    static final String FIRST = "arn:aws:states:us-east-1:111111111111:execution:ShareAmi:first";
    static final String SECOND = "arn:aws:states:us-east-1:111111111111:execution:ShareAmi:second";
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    static final List<SharedSnapshot> SNAPSHOTS =
            List.of(new SharedSnapshot("/dev/xvda", "snap-0aaaaaaaaaaaaaaaa", "snap-0bbbbbbbbbbbbbbbb"));

    private final Cloud cloud = new Cloud(Kernel.simulated(7), Settings.defaults());
    final Ledger ledger;

    TestLedger() {
        this.ledger = new Ledger(table(cloud), "Ledger");
    }

    /** The ledger's table in {@code cloud}, and a client that may do everything with it. */
    public static DynamoDbClient table(Cloud cloud) {
        DynamoDbClient client = cloud.dynamoDb().client(Caller.administrator("111111111111"), "us-east-1");
        client.createTable(r -> r.tableName("Ledger")
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .attributeDefinitions(List.of(string("keyArn"), string("imageName")))
                .keySchema(List.of(key("keyArn", KeyType.HASH), key("imageName", KeyType.RANGE))));
        return client;
    }

    private static AttributeDefinition string(String name) {
        return AttributeDefinition.builder()
                .attributeName(name)
                .attributeType(ScalarAttributeType.S)
                .build();
    }

    private static KeySchemaElement key(String name, KeyType type) {
        return KeySchemaElement.builder().attributeName(name).keyType(type).build();
    }

    static Principals principals(String... values) {
        return Principals.parse(List.of(values));
    }

    /** A claim of {@code execution} on the share of {@link #SOURCE}. */
    public static Share claim(Ledger ledger, ShareId id, String execution, Principals wanted) {
        return claim(ledger, id, execution, SOURCE, wanted);
    }

    /** A claim of {@code execution} on the share of {@code source}. */
    public static Share claim(Ledger ledger, ShareId id, String execution, String source, Principals wanted) {
        return claim(ledger, id, execution, source, Instant.EPOCH, wanted);
    }

    /** The same, of an execution that came at that time: of two that do not go together, the later one has to give way. */
    public static Share claim(
            Ledger ledger, ShareId id, String execution, String source, Instant at, Principals wanted) {
        return ledger.claim(
                id,
                new Claim.Request(
                        execution,
                        "token-of-" + execution,
                        at,
                        source,
                        List.of("snap-0aaaaaaaaaaaaaaaa"),
                        Way.SNAPSHOTS,
                        wanted));
    }

    /** Golden, committed by the first execution for these principals. */
    Share committed(String... values) {
        claim(ledger, GOLDEN, FIRST, principals(values));
        return commit(FIRST, values);
    }

    Share commit(String execution, String... values) {
        return ledger.commit(GOLDEN, execution, "ami-0cccccccccccccccc", SNAPSHOTS, principals(values), NOON);
    }

    @Override
    public void close() {
        cloud.close();
    }
}
