package dev.awssandbox.dynamodb;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** DynamoDB: AWS's own DynamoDBLocal behind our roles. */
public final class DynamoDb {
    public DynamoDb(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    @SuppressWarnings("DoNotCallSuggester") // a placeholder, replaced in the next commits
    public DynamoDbClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }
}
