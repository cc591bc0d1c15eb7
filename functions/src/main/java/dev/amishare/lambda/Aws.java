package dev.amishare.lambda;

import dev.amishare.aws.Regional;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The SDK's clients as a function's environment asks for them, each made once, when first needed.
 *
 * <p>They do not retry: the state machine does, where it can be seen. Without retries a connection that went stale while the function
 * was frozen would fail the call, so every connection is closed after its answer.
 */
public final class Aws {
    private final Environment environment;
    private final SdkHttpClient http;
    private final AwsCredentialsProvider credentials;

    public Aws(Environment environment) {
        this(environment, UrlConnectionHttpClient.create(), credentials(environment));
    }

    private Aws(Environment environment, SdkHttpClient http, AwsCredentialsProvider credentials) {
        this.environment = environment;
        this.http = http;
        this.credentials = credentials;
    }

    /** The same clients with the rights of somebody else: a role that was assumed. */
    public Aws as(AwsCredentialsProvider other) {
        return new Aws(environment, http, other);
    }

    public Regional<Ec2Client> ec2() {
        return each(region -> build(Ec2Client.builder(), region));
    }

    public Regional<KmsClient> kms() {
        return each(region -> build(KmsClient.builder(), region));
    }

    public Regional<StsClient> sts() {
        return each(region -> build(StsClient.builder(), region));
    }

    /** AWS Organizations, of the partition that the function runs in. */
    OrganizationsMembership organizations() {
        String partition =
                Region.of(environment.region()).metadata().partition().id();
        return new OrganizationsMembership(
                http,
                credentials,
                partition,
                environment.get("AWS_ENDPOINT_URL").map(URI::create));
    }

    /** The ledger's database, in the Region of the deployment. */
    public DynamoDbClient dynamoDb() {
        return build(DynamoDbClient.builder(), environment.region());
    }

    /** Systems Manager, in the Region of the deployment. */
    public SsmClient ssm() {
        return build(SsmClient.builder(), environment.region());
    }

    /** Step Functions, in the Region of the deployment. */
    public SfnClient sfn() {
        return build(SfnClient.builder(), environment.region());
    }

    private <B extends AwsSyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C build(B builder, String region) {
        builder.httpClient(http)
                .region(Region.of(region))
                .credentialsProvider(credentials)
                .overrideConfiguration(ClientOverrideConfiguration.builder()
                        .retryStrategy(AwsRetryStrategy.doNotRetry())
                        .putHeader("Connection", "close")
                        .addExecutionInterceptor(new FailedCall.Recorder())
                        .build());
        environment.get("AWS_ENDPOINT_URL").map(URI::create).ifPresent(builder::endpointOverride);
        return builder.build();
    }

    private static AwsCredentialsProvider credentials(Environment environment) {
        Optional<String> id = environment.get("AWS_ACCESS_KEY_ID");
        if (id.isEmpty()) {
            return DefaultCredentialsProvider.builder().build();
        }
        String secret = environment.require("AWS_SECRET_ACCESS_KEY");
        return StaticCredentialsProvider.create(environment
                .get("AWS_SESSION_TOKEN")
                .<AwsCredentials>map(token -> AwsSessionCredentials.create(id.get(), secret, token))
                .orElseGet(() -> AwsBasicCredentials.create(id.get(), secret)));
    }

    private static <C> Regional<C> each(Function<String, C> make) {
        Map<String, C> made = new HashMap<>();
        return region -> made.computeIfAbsent(region, make);
    }
}
