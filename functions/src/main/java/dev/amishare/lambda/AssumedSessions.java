package dev.amishare.lambda;

import dev.amishare.step.TargetSide;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** The clients of a role that was assumed, otherwise as the function's own. */
final class AssumedSessions implements TargetSide.Sessions {
    private final Aws aws;

    AssumedSessions(Aws aws) {
        this.aws = aws;
    }

    @Override
    public Ec2Client ec2(Credentials credentials, String region) {
        return as(credentials).ec2().in(region);
    }

    @Override
    public KmsClient kms(Credentials credentials, String region) {
        return as(credentials).kms().in(region);
    }

    private Aws as(Credentials credentials) {
        return aws.as(StaticCredentialsProvider.create(AwsSessionCredentials.create(
                credentials.accessKeyId(), credentials.secretAccessKey(), credentials.sessionToken())));
    }
}
