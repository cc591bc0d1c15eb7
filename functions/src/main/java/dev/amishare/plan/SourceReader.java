package dev.amishare.plan;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.SourceRules;
import dev.amishare.aws.Regional;
import dev.amishare.request.Faults;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.NotFoundException;

/** Reads the source image, its snapshots and their keys. */
public final class SourceReader {
    private final Deployment deployment;
    private final Regional<Ec2Client> ec2;
    private final Regional<KmsClient> kms;

    public SourceReader(Deployment deployment, Regional<Ec2Client> ec2, Regional<KmsClient> kms) {
        this.deployment = deployment;
        this.ec2 = ec2;
        this.kms = kms;
    }

    /** The source image, if there is one; what stands against copying it is added to {@code faults}. */
    public Optional<Source> read(String id, Faults faults) {
        Ec2Client client = ec2.in(deployment.region());
        Optional<Image> found = find(client, id);
        if (found.isEmpty()) {
            faults.invalid("sourceImageId: " + id + " does not exist in " + deployment.region()
                    + ", or is not shared with account " + deployment.account() + ": check the id and the Region");
            return Optional.empty();
        }
        Image image = found.get();
        ImageAttributes attributes = ImageAttributes.of(image);
        boolean own = deployment.account().equals(image.ownerId());
        List<String> refusals = SourceRules.refusals(image, deployment.account());
        refusals.forEach(faults::forbidden);
        List<Snapshot> snapshots =
                refusals.isEmpty() ? snapshots(client, image, attributes.snapshots(), faults) : List.of();
        SourceRules.refusals(snapshots).forEach(faults::forbidden);
        SourceRules.keys(snapshots).forEach(key -> sourceKeyFault(key).ifPresent(faults::forbidden));
        return Optional.of(new Source(image, attributes, snapshots, own));
    }

    private static Optional<Image> find(Ec2Client client, String id) {
        try {
            return client
                    .describeImages(DescribeImagesRequest.builder()
                            .imageIds(id)
                            .includeDeprecated(true)
                            .includeDisabled(true)
                            .build())
                    .images()
                    .stream()
                    .findFirst();
        } catch (Ec2Exception e) {
            if (hasCode(e, "InvalidAMIID.NotFound")
                    || hasCode(e, "InvalidAMIID.Malformed")
                    || hasCode(e, "InvalidAMIID.Unavailable")) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<Snapshot> snapshots(Ec2Client client, Image image, List<String> ids, Faults faults) {
        try {
            return client.describeSnapshots(
                            DescribeSnapshotsRequest.builder().snapshotIds(ids).build())
                    .snapshots();
        } catch (Ec2Exception e) {
            if (hasCode(e, "InvalidSnapshot.NotFound")) {
                faults.forbidden("sourceImageId: the snapshots " + ids + " of " + image.imageId()
                        + " do not exist or account " + image.ownerId() + " does not share them with account "
                        + deployment.account()
                        + ", so nobody there can copy the image: have their owner share them, too "
                        + "(aws ec2 modify-snapshot-attribute)");
                return List.of();
            }
            throw e;
        }
    }

    /** A copy under way reads the source with its key, after CopySnapshot has answered: better to know before. */
    private Optional<String> sourceKeyFault(String key) {
        String underKey = "sourceImageId: its snapshots are encrypted under " + key + ", which ";
        try {
            KeyMetadata metadata = kms.in(deployment.region())
                    .describeKey(describe -> describe.keyId(key))
                    .keyMetadata();
            return metadata.enabled()
                    ? Optional.empty()
                    : Optional.of(underKey + "is in state " + metadata.keyStateAsString() + ": enable it first");
        } catch (KmsException e) {
            if (e instanceof NotFoundException) {
                return Optional.of(underKey
                        + "does not exist any more, so nobody can read them: ask for an image whose key stands");
            } else if (hasCode(e, "AccessDeniedException")) {
                return Optional.of(underKey + denied(e.awsErrorDetails().errorMessage(), key));
            }
            throw e;
        }
    }

    /** Whose policy it was: KMS says so at the end of its message, and the remedy is another on each side. */
    private String denied(String said, String key) {
        String owner = key.split(":", 6)[4];
        if (said.contains("resource-based policy")) {
            return "account " + deployment.account() + " may not use, says the key's own policy: have account " + owner
                    + " allow it there kms:DescribeKey, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey* and "
                    + "kms:CreateGrant, or ask for an image that is not encrypted or under a key of your own";
        } else if (said.contains("identity-based policy") || said.contains("permissions boundary")) {
            return "the role of this function in account " + deployment.account()
                    + " may not use, says a policy of that role, whatever the key's own policy allows: deploy the stack again, or have "
                    + "an administrator of account " + deployment.account() + " take away what narrows its roles";
        } else if (said.contains("service control policy") || said.contains("resource control policy")) {
            return "a policy of the organization forbids to use: have its administrator allow it, or ask for an image that is not "
                    + "encrypted or under a key of your own";
        }
        return "account " + deployment.account() + " may not use (" + said + "): have the key's account " + owner
                + " and an administrator of " + deployment.account() + " look which of their policies denies it";
    }

    private static boolean hasCode(AwsServiceException failure, String code) {
        return failure.awsErrorDetails() != null
                && code.equals(failure.awsErrorDetails().errorCode());
    }
}
