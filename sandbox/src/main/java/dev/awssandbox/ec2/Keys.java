package dev.awssandbox.ec2;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.kms.KeyUse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What EBS asks of KMS, in the caller's name and through EC2. Nothing is judged here before the answer to the call is on its way: a
 * key that cannot be used shows later, on the snapshot or the instance.
 */
final class Keys {
    /** What reading under a key takes: opening the data key, and wrapping it anew under another. */
    private static final List<String> READING = List.of("DescribeKey", "Decrypt", "ReEncryptFrom", "CreateGrant");
    /** What writing under a key takes. */
    private static final List<String> WRITING =
            List.of("DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptTo", "Decrypt", "CreateGrant");
    /** What attaching a volume takes whose snapshot is under the same key already. */
    private static final List<String> ATTACHING = List.of("DescribeKey", "Decrypt", "CreateGrant");

    private final Cloud cloud;
    private final Ec2 ec2;

    Keys(Cloud cloud, Ec2 ec2) {
        this.cloud = cloud;
        this.ec2 = ec2;
    }

    /** The ARN of a key named by id, alias, key ARN or alias ARN; what names no key is given back as it is. */
    String arnOf(String account, String region, String name) {
        return cloud.kms().find(account, region, name).map(key -> key.arn()).orElse(name);
    }

    /** The key that EBS uses where none is named. */
    String defaultKey(String account, String region) {
        String chosen = ec2.store(region).settings(account).defaultKey();
        return chosen == null ? cloud.kms().ebsKey(account, region) : chosen;
    }

    /** Whether a key is one that AWS manages, and so cannot be shared. */
    boolean isAwsManaged(EbsSnapshot snapshot) {
        String key = snapshot.key();
        return key != null && key.equals(cloud.kms().ebsKey(snapshot.owner(), snapshot.region()));
    }

    /** Why a snapshot under {@code key} cannot be read, or nothing. */
    Optional<String> refusalToRead(Caller caller, String region, String key, String encryptionContext) {
        return refusal(caller, region, key, READING, encryptionContext);
    }

    /** Why nothing can be encrypted under {@code key}, or nothing. */
    Optional<String> refusalToWrite(Caller caller, String region, String key, String encryptionContext) {
        return refusal(caller, region, key, WRITING, encryptionContext);
    }

    /** Why a volume under {@code key} cannot be attached, or nothing. */
    Optional<String> refusalToAttach(Caller caller, String region, String key, String encryptionContext) {
        return refusal(caller, region, key, ATTACHING, encryptionContext);
    }

    /** Why the caller may not look at {@code key}, or nothing. */
    Optional<String> refusalToDescribe(Caller caller, String region, String key) {
        return denial(caller, region, key, "DescribeKey", Map.of());
    }

    /** Lets an instance use the key of a volume, for as long as the volume is attached to it. */
    String grantToInstance(Caller caller, String region, String key, String volumeId, String instanceId) {
        Map<String, String> context = Map.of("aws:ebs:id", volumeId);
        return cloud.kms()
                .grantToService(
                        new KeyUse(caller, region, key, "CreateGrant", viaEc2(region), true, context),
                        "arn:aws:sts::" + caller.account() + ":assumed-role/aws:ec2-infrastructure/" + instanceId,
                        Set.of("Decrypt"),
                        context);
    }

    void retireGrant(String key, String grant) {
        cloud.kms().retireGrant(key, grant);
    }

    private Optional<String> refusal(
            Caller caller, String region, String key, List<String> operations, String encryptionContext) {
        Map<String, String> context = Map.of("aws:ebs:id", encryptionContext);
        return operations.stream()
                .flatMap(operation -> denial(caller, region, key, operation, context).stream())
                .findFirst();
    }

    private Optional<String> denial(
            Caller caller, String region, String key, String operation, Map<String, String> context) {
        Map<String, String> given = operation.equals("DescribeKey") ? Map.of() : context;
        return cloud.kms()
                .denial(new KeyUse(
                        caller, region, key, operation, viaEc2(region), operation.equals("CreateGrant"), given));
    }

    private static String viaEc2(String region) {
        return "ec2." + region + ".amazonaws.com";
    }
}
