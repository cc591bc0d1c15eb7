package dev.amishare.request;

import dev.amishare.ami.ManagedTags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;

/** Which keys can be share keys: why not is said in a line each, with the way out. */
public final class KeyRules {
    private KeyRules() {}

    /** Why an AWS managed key cannot be a share key. */
    static String awsManaged(String path, String key) {
        return path + ": " + key
                + " is an AWS managed key, whose policy nobody can change, so nothing under it can be shared: "
                + "name a customer managed key";
    }

    /** What forbids to share under this key, but for its tags. */
    public static List<String> refusals(String path, KeyMetadata key) {
        if (key.keyManager() == KeyManagerType.AWS) {
            return List.of(awsManaged(path, key.arn()));
        }
        List<String> lines = new ArrayList<>();
        if (key.keyState() != KeyState.ENABLED) {
            lines.add(
                    path + ": " + key.arn() + " is in state " + key.keyStateAsString() + ": " + wayOut(key.keyState()));
        }
        if (key.keySpec() != KeySpec.SYMMETRIC_DEFAULT || key.keyUsage() != KeyUsageType.ENCRYPT_DECRYPT) {
            lines.add(
                    path + ": " + key.arn() + " is of type " + key.keySpecAsString() + " for " + key.keyUsageAsString()
                            + ", but EBS encrypts with symmetric keys only: name a key of type SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT");
        }
        return lines;
    }

    /** What forbids to change the policy of a key that bears these tags. */
    public static List<String> refusals(String path, String keyArn, Map<String, String> tags) {
        return "true".equals(tags.get(ManagedTags.MANAGED))
                ? List.of()
                : List.of(
                        path + ": " + keyArn + " does not bear the tag " + ManagedTags.MANAGED
                                + " = true, so AMI Share may not change its policy: name another key, or have its administrator tag it");
    }

    private static String wayOut(KeyState state) {
        return switch (state) {
            case DISABLED -> "enable it (aws kms enable-key), or name another key";
            case PENDING_DELETION -> "it is about to be deleted: cancel that and enable it, or name another key";
            case PENDING_IMPORT -> "import its key material, or name another key";
            default -> "wait until it is enabled, or name another key";
        };
    }
}
