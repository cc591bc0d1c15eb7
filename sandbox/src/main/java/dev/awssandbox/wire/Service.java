package dev.awssandbox.wire;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.organizations.OrganizationsClient;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

/** A service that the sandbox has: how it is spoken to, where its core is, and how it says no. */
final class Service {
    static final Service LAMBDA =
            new Service("lambda", LambdaClient.class, new RestJson(), (cloud, caller, region) -> cloud.functions()
                    .client(caller, region));

    static final List<Service> ALL = List.of(
            new Service("ec2", Ec2Client.class, new Ec2Query(), (cloud, caller, region) -> cloud.ec2()
                    .client(caller, region)),
            new Service(
                    "sts",
                    StsClient.class,
                    new AwsQuery("https://sts.amazonaws.com/doc/2011-06-15/"),
                    (cloud, caller, region) -> cloud.iam().sts(caller, region)),
            new Service(
                    "iam",
                    IamClient.class,
                    new AwsQuery("https://iam.amazonaws.com/doc/2010-05-08/"),
                    (cloud, caller, region) -> cloud.iam().client(caller, region)),
            new Service(
                    "kms",
                    KmsClient.class,
                    new AwsJson("1.1", "TrentService", "", "ThrottlingException"),
                    (cloud, caller, region) -> cloud.kms().client(caller, region)),
            new Service(
                    "ssm",
                    SsmClient.class,
                    new AwsJson("1.1", "AmazonSSM", "", "ThrottlingException"),
                    (cloud, caller, region) -> cloud.ssm().client(caller, region)),
            new Service(
                    "states",
                    SfnClient.class,
                    new AwsJson(
                            "1.0", "AWSStepFunctions", "com.amazonaws.swf.service.v2.model#", "ThrottlingException"),
                    (cloud, caller, region) -> cloud.stepFunctions().client(caller, region)),
            new Service(
                    "dynamodb",
                    DynamoDbClient.class,
                    new AwsJson(
                            "1.0",
                            "DynamoDB_20120810",
                            "com.amazonaws.dynamodb.v20120810#",
                            "ProvisionedThroughputExceededException"),
                    (cloud, caller, region) -> cloud.dynamoDb().client(caller, region)),
            new Service(
                    "organizations",
                    OrganizationsClient.class,
                    new AwsJson("1.1", "AWSOrganizationsV20161128", "", "TooManyRequestsException"),
                    (cloud, caller, region) -> cloud.organizations().client(caller)),
            LAMBDA);

    private final String signingName;
    private final Protocol protocol;
    private final Class<? extends SdkClient> clientInterface;
    private final Clients clients;

    private Service(
            String signingName, Class<? extends SdkClient> clientInterface, Protocol protocol, Clients clients) {
        this.signingName = signingName;
        this.protocol = protocol;
        this.clientInterface = clientInterface;
        this.clients = clients;
    }

    /** Where a service's core is found. */
    @FunctionalInterface
    private interface Clients {
        SdkClient of(Cloud cloud, Caller caller, String region);
    }

    /** The service of that name in a credential scope. */
    static Optional<Service> named(String signingName) {
        return ALL.stream()
                .filter(service -> service.signingName.equals(signingName))
                .findFirst();
    }

    /** As credential scopes name it; IAM's actions have the same before their colon. */
    String signingName() {
        return signingName;
    }

    /** Whether it is the same in all Regions, wherever it is signed for. */
    boolean isGlobal() {
        return signingName.equals("iam") || signingName.equals("organizations");
    }

    Protocol protocol() {
        return protocol;
    }

    /** The action of that name, implemented or not. */
    Optional<Action> action(String name) {
        return Action.find(clientInterface, name);
    }

    /** Its core, as {@code caller} sees it in {@code region}. */
    SdkClient client(Cloud cloud, Caller caller, String region) {
        return clients.of(cloud, caller, region);
    }

    /** What it says to a caller who may not do this. */
    Refusal denied(Caller caller, String action) {
        return protocol.denied(
                "User: " + caller.arn() + " is not authorized to perform: " + signingName + ":" + action);
    }
}
