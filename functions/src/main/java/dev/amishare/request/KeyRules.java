package dev.amishare.request;

import dev.amishare.ami.ManagedTags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

    /**
     * Why a key that bears the mark of another deployment's ledger is left to that deployment.
     *
     * @param ledgerArn this deployment's own
     */
    public static Optional<String> otherLedger(String keyArn, Map<String, String> tags, String ledgerArn) {
        String mark = tags.get(ManagedTags.LEDGER);
        if (mark == null || mark.equals(ledgerArn)) {
            return Optional.empty();
        }
        return Optional.of("Key " + keyArn + " belongs to another deployment of AMI Share, by its tag "
                + ManagedTags.LEDGER
                + " = " + mark + ": that ledger decides its policy, not " + ledgerArn
                + ". Share under another key (kmsKeyId). If that deployment is gone, have an administrator take the key over (aws "
                + "kms tag-resource --region " + keyArn.split(":", -1)[3] + " --key-id " + keyArn + " --tags TagKey="
                + ManagedTags.LEDGER + ",TagValue=" + ledgerArn + "), then start again.");
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
