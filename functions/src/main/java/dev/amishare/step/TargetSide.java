package dev.amishare.step;

import dev.amishare.aws.Regional;
import dev.amishare.step.Check.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;
import software.amazon.awssdk.services.sts.model.StsException;

/**
 * A share as its target sees it, through the verifier role that the target's administrators may have deployed. The role may look and
 * try, never launch: it has no right to use any key.
 */
public final class TargetSide {
    /** What EC2 answers where the image, not the instance, is the obstacle. */
    private static final Set<String> NOT_SHARED =
            Set.of("AuthFailure", "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable");

    private final Regional<StsClient> sts;
    private final Sessions sessions;
    private final String roleName;
    private final String sourceAccount;

    /** Makes clients that act with the rights of somebody else. */
    public interface Sessions {
        Ec2Client ec2(Credentials credentials, String region);

        KmsClient kms(Credentials credentials, String region);
    }

    /**
     * The target side of one deployment.
     *
     * @param roleName the verifier role's name in every target
     * @param sourceAccount the account that shares: the role asks for it as ExternalId
     */
    public TargetSide(Regional<StsClient> sts, Sessions sessions, String roleName, String sourceAccount) {
        this.sts = sts;
        this.sessions = sessions;
        this.roleName = roleName;
        this.sourceAccount = sourceAccount;
    }

    /** What the account sees of the share; empty where no verifier role answers. */
    Optional<List<Check>> look(String region, String account, Image image, String keyArn, List<String> instanceTypes) {
        Optional<Credentials> credentials = assume(region, account, keyArn.split(":", -1)[1]);
        if (credentials.isEmpty()) {
            return Optional.empty();
        }
        Ec2Client ec2 = sessions.ec2(credentials.get(), region);
        List<Check> checks = new ArrayList<>();
        checks.add(seesImage(ec2, image.imageId()));
        checks.add(reachesKey(sessions.kms(credentials.get(), region), keyArn));
        instanceTypes.forEach(type -> checks.add(mayLaunch(ec2, image, type)));
        return Optional.of(checks);
    }

    /**
     * Whether the account's verifier role lets us in. AWS, not the account, decides that an ARN is the account's, and under which
     * condition our own role may ask it: so an answer of an account that our role may ask only as a member of an organization proves that
     * it is one.
     */
    boolean answers(String region, String account, String partition) {
        return assume(region, account, partition).isPresent();
    }

    String roleName() {
        return roleName;
    }

    /**
     * Why nothing was seen, and what helps.
     *
     * @param accounts one, or several with commas between them
     */
    String unanswered(String accounts) {
        return "no role " + roleName + " answered in " + accounts
                + ": deploy the target template there (docs/deploying.md) to have it proved from its side";
    }

    private Optional<Credentials> assume(String region, String account, String partition) {
        try {
            return Optional.of(sts.in(region)
                    .assumeRole(r -> r.roleArn("arn:" + partition + ":iam::" + account + ":role/" + roleName)
                            .roleSessionName("ami-share-verify")
                            .externalId(sourceAccount)
                            .durationSeconds(900))
                    .credentials());
        } catch (StsException e) {
            if (isDenied(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Check seesImage(Ec2Client ec2, String imageId) {
        try {
            boolean seen =
                    !ec2.describeImages(r -> r.imageIds(imageId)).images().isEmpty();
            return Check.of("target-sees-image", seen, imageId + (seen ? " is seen" : " is not seen"));
        } catch (Ec2Exception e) {
            return refused("target-sees-image", NOT_SHARED.contains(code(e)) ? Result.FAIL : Result.WARN, e);
        }
    }

    private static Check reachesKey(KmsClient kms, String keyArn) {
        try {
            kms.describeKey(r -> r.keyId(keyArn));
            return new Check("target-reaches-key", Result.PASS, keyArn + " is described");
        } catch (KmsException e) {
            return refused("target-reaches-key", Result.FAIL, e);
        }
    }

    /**
     * A refusal that is about the instance or the verifier's own rights proves nothing about the image. Blank volumes are asked for as
     * encrypted: the verifier is denied every launch with a volume that is not, and CopyImage leaves them as they are.
     */
    private static Check mayLaunch(Ec2Client ec2, Image image, String instanceType) {
        String name = "target-dry-run-" + instanceType;
        try {
            ec2.runInstances(r -> r.imageId(image.imageId())
                    .instanceType(instanceType)
                    .blockDeviceMappings(encryptedBlanks(image))
                    .minCount(1)
                    .maxCount(1)
                    .dryRun(true));
            return new Check(name, Result.FAIL, "EC2 did not heed DryRun");
        } catch (Ec2Exception e) {
            if (code(e).equals("DryRunOperation")) {
                return new Check(name, Result.PASS, "would launch");
            }
            return refused(name, NOT_SHARED.contains(code(e)) ? Result.FAIL : Result.WARN, e);
        }
    }

    private static List<BlockDeviceMapping> encryptedBlanks(Image image) {
        return image.blockDeviceMappings().stream()
                .filter(mapping -> mapping.ebs() != null && mapping.ebs().snapshotId() == null)
                .map(mapping -> mapping.toBuilder()
                        .ebs(mapping.ebs().toBuilder().encrypted(true).build())
                        .build())
                .toList();
    }

    /** Throttling and failures of AWS are nobody's verdict: the state machine tries again. */
    private static Check refused(String name, Result result, AwsServiceException e) {
        if (e.isThrottlingException() || e.statusCode() >= 500) {
            throw e;
        }
        return new Check(name, result, code(e) + ": " + e.awsErrorDetails().errorMessage());
    }

    private static boolean isDenied(StsException e) {
        return code(e).equals("AccessDenied") || e.statusCode() == 403;
    }

    private static String code(AwsServiceException e) {
        return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
                ? ""
                : e.awsErrorDetails().errorCode();
    }
}
