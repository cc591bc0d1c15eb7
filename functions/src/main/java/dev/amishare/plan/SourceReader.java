package dev.amishare.plan;

import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.InstanceTypes;
import dev.amishare.ami.SourceRules;
import dev.amishare.aws.Regional;
import dev.amishare.request.Faults;
import dev.amishare.request.ShareRequest;
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

    /** The source image, if there is one that can be shared. */
    public Optional<Source> read(ShareRequest request, Faults faults) {
        String id = request.sourceImageId();
        if (id == null) {
            return Optional.empty();
        }
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

    /** What forbids to share this source. */
    public void check(Source source, ShareRequest request, Faults faults) {
        SourceRules.refusals(source.snapshots()).forEach(faults::forbidden);
        for (String type : request.instanceTypes()) {
            if (!InstanceTypes.fits(type, source.attributes())) {
                faults.invalid("verify.instanceTypes: " + type + " cannot boot "
                        + source.image().imageId() + ", which is made for "
                        + source.attributes().architecture() + ": name a type of that architecture, or leave it out");
            }
        }
        for (String key : SourceRules.keys(source.snapshots())) {
            sourceKeyFault(key).ifPresent(faults::forbidden);
        }
    }

    /** A copy under way reads the source with its key, after CopySnapshot has answered: better to know before. */
    private Optional<String> sourceKeyFault(String key) {
        try {
            KeyMetadata metadata = kms.in(deployment.region())
                    .describeKey(describe -> describe.keyId(key))
                    .keyMetadata();
            return metadata.enabled()
                    ? Optional.empty()
                    : Optional.of("sourceImageId: its snapshots are encrypted under " + key + ", which is in state "
                            + metadata.keyStateAsString() + ": enable it first");
        } catch (KmsException e) {
            if (e instanceof NotFoundException || hasCode(e, "AccessDeniedException")) {
                return Optional.of("sourceImageId: its snapshots are encrypted under " + key + ", which account "
                        + deployment.account()
                        + " may not use: have the owner of that key allow it, or ask for an image that is "
                        + "not encrypted or under a key of your own");
            }
            throw e;
        }
    }

    private static boolean hasCode(AwsServiceException failure, String code) {
        return failure.awsErrorDetails() != null
                && code.equals(failure.awsErrorDetails().errorCode());
    }
}
