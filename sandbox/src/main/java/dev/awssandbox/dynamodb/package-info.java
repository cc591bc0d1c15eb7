/** DynamoDB: AWS's own DynamoDBLocal behind our roles. */
@NullMarked
package dev.awssandbox.dynamodb;

import org.jspecify.annotations.NullMarked;
