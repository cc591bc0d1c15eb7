package dev.awssandbox.dynamodb;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;

/** DynamoDB: AWS's own DynamoDBLocal behind our roles. */
public final class DynamoDb {
    private final Cloud cloud;

    public DynamoDb(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public DynamoDbClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(cloud + caller.arn() + region);
    }
}
