package dev.amishare.lambda;

import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.step.VerifyBeforehand;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;

/**
 * What AWS Organizations says of our own organization's accounts: {@code DescribeAccount}, which answers its management account and
 * delegated administrators only (API reference).
 *
 * <p>The one call that the functions make of this service, written out with the SDK's signer: its module would come with every function
 * for it (docs/adr/0037).
 */
final class OrganizationsMembership implements VerifyBeforehand.Membership {
    /** Partition → the Region of its one endpoint (AWS General Reference, "AWS Organizations endpoints and quotas"). */
    private static final Map<String, String> HOMES =
            Map.of("aws", "us-east-1", "aws-us-gov", "us-gov-west-1", "aws-cn", "cn-northwest-1");

    private final SdkHttpClient http;
    private final AwsCredentialsProvider credentials;
    private final URI endpoint;
    private final String region;

    /**
     * The service of one partition.
     *
     * @param override another endpoint than AWS's own
     */
    OrganizationsMembership(
            SdkHttpClient http, AwsCredentialsProvider credentials, String partition, Optional<URI> override) {
        this.http = http;
        this.credentials = credentials;
        this.region = Optional.ofNullable(HOMES.get(partition))
                .orElseThrow(
                        () -> new IllegalStateException("AWS Organizations has no endpoint known for the partition "
                                + partition + ": deploy without askOrganizations"));
        String suffix = partition.equals("aws-cn") ? ".amazonaws.com.cn" : ".amazonaws.com";
        this.endpoint = override.orElseGet(() -> URI.create("https://organizations." + region + suffix));
    }

    /** Of {@code arn:aws:organizations::111111111111:account/o-example1234/222222222222} the middle part. */
    @Override
    public Optional<String> organizationOf(String account) {
        Answer answer = describe(account);
        if (answer.status() == 200) {
            return text(answer.body(), "Account", "Arn")
                    .map(arn -> arn.split("/", -1))
                    .filter(parts -> parts.length == 3)
                    .map(parts -> parts[1]);
        }
        String code = text(answer.body(), "__type").orElse("no error code").replaceFirst("^.*#", "");
        String said = "organizations:DescribeAccount (AccountId " + account + ") answers " + code + ": "
                + text(answer.body(), "Message")
                        .or(() -> text(answer.body(), "message"))
                        .orElse("");
        if (code.equals("AccountNotFoundException")) {
            return Optional.empty();
        } else if (answer.status() >= 500 || code.equals("TooManyRequestsException") || code.contains("Throttling")) {
            throw new AwsUnavailable(said + ". Start again later.");
        }
        throw new NotShareable(
                said + ". AWS Organizations answers its management account and delegated administrators only: make "
                        + "this account one (aws organizations register-delegated-administrator), or deploy without askOrganizations.");
    }

    private record Answer(int status, Json body) {}

    private Answer describe(String account) {
        ContentStreamProvider body =
                ContentStreamProvider.fromUtf8String(new Json.Obj(Map.of("AccountId", Json.of(account))).text());
        SdkHttpRequest request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(endpoint)
                .putHeader("Content-Type", "application/x-amz-json-1.1")
                .putHeader("X-Amz-Target", "AWSOrganizationsV20161128.DescribeAccount")
                .putHeader("Connection", "close")
                .build();
        SignedRequest signed = AwsV4HttpSigner.create().sign(r -> r.identity(credentials.resolveCredentials())
                .request(request)
                .payload(body)
                .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "organizations")
                .putProperty(AwsV4HttpSigner.REGION_NAME, region));
        try {
            HttpExecuteResponse response = http.prepareRequest(HttpExecuteRequest.builder()
                            .request(signed.request())
                            .contentStreamProvider(signed.payload().orElse(body))
                            .build())
                    .call();
            return new Answer(
                    response.httpResponse().statusCode(),
                    Json.parse(read(response.responseBody().orElse(AbortableInputStream.createEmpty()))));
        } catch (IOException | MalformedJson e) {
            throw new AwsUnavailable(
                    "organizations:DescribeAccount (AccountId " + account + ") got no answer that can be read: "
                            + e.getMessage() + ". Start again later.",
                    e);
        }
    }

    private static String read(InputStream in) throws IOException {
        try (in) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Optional<String> text(Json json, String... path) {
        Optional<Json> at = Optional.of(json);
        for (String name : path) {
            at = at.flatMap(value -> value instanceof Json.Obj object ? object.get(name) : Optional.empty());
        }
        return at.filter(Json.Str.class::isInstance).map(value -> ((Json.Str) value).value());
    }
}
