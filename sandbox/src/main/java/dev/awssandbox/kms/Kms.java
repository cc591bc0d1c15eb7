package dev.awssandbox.kms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.util.Optional;
import software.amazon.awssdk.services.kms.KmsClient;

/** KMS: keys, aliases, policies, grants. */
@SuppressWarnings({"DoNotCallSuggester", "unused"}) // a placeholder, replaced in the next commits
public final class Kms {
    public Kms(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public KmsClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }

    /** The key that an id, an alias ({@code alias/…}) or an ARN of either names to somebody of {@code account} in {@code region}. */
    public Optional<KeyView> find(String account, String region, String keyIdAliasOrArn) {
        throw new UnsupportedOperationException(keyIdAliasOrArn);
    }

    /** Why this use of a key is refused; empty where it is allowed. Use across accounts is recorded in both trails. */
    public Optional<String> denial(KeyUse use) {
        throw new UnsupportedOperationException(use.keyArn());
    }

    /** The ARN of the key behind {@code alias/aws/ebs}. */
    public String ebsKey(String account, String region) {
        throw new UnsupportedOperationException(account + region);
    }

    /** The keys of an account and Region for {@code /_sandbox/state}: {@code arn}, {@code policy}, {@code state}, {@code aliases}, {@code tags}, {@code grants} … */
    public ArrayNode state(String account, String region) {
        return JsonNodeFactory.instance.arrayNode();
    }
}
