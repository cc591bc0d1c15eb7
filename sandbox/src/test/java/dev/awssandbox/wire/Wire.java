package dev.awssandbox.wire;

import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkClient;
import software.amazon.awssdk.regions.Region;

/** A server over cores that a test makes up, and clients that reach it as they reach AWS. */
final class Wire implements AutoCloseable {
    final Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults());
    private final Server server;

    private Wire(Map<String, SdkClient> cores) {
        server = Server.start(0, () -> cloud, () -> {}, (service, c, caller, region) -> {
            SdkClient core = cores.get(service.signingName());
            if (core == null) {
                throw new IllegalArgumentException("this test has no " + service.signingName());
            }
            return core;
        });
    }

    static Wire to(SdkClient... cores) {
        Map<String, SdkClient> byService = new HashMap<>();
        for (SdkClient core : cores) {
            byService.put(core.serviceName(), core);
        }
        return new Wire(byService);
    }

    URI url() {
        return server.url();
    }

    /** A client of account 111111111111's administrator in us-east-1 that does not retry. */
    <B extends AwsClientBuilder<B, C>, C> C client(B builder) {
        return client(builder, "111111111111");
    }

    <B extends AwsClientBuilder<B, C>, C> C client(B builder, String accessKeyId) {
        return builder.endpointOverride(url())
                .region(Region.US_EAST_1)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKeyId, "any secret")))
                .overrideConfiguration(config -> config.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** A form posted to a service, as no SDK would write it. */
    HttpResponse<String> post(String service, String form) {
        return send(HttpRequest.newBuilder(url().resolve("/"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Authorization", authorization(service))
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    /** JSON posted to a service, as no SDK would write it. */
    HttpResponse<String> postJson(String service, String target, String json) {
        return send(HttpRequest.newBuilder(url().resolve("/"))
                .header("X-Amz-Target", target)
                .header("Authorization", authorization(service))
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** DescribeAccount as the SDK's module would write it. */
    static HttpResponse<String> askOrganizations(URI url, String json) {
        return send(HttpRequest.newBuilder(url.resolve("/"))
                .header("X-Amz-Target", "AWSOrganizationsV20161128.DescribeAccount")
                .header("Authorization", authorization("organizations"))
                .POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    /** Something else under some path. */
    HttpResponse<String> send(String method, String path, String body) {
        return send(
                HttpRequest.newBuilder(url().resolve(path)).method(method, HttpRequest.BodyPublishers.ofString(body)));
    }

    private static String authorization(String service) {
        return "AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/" + service
                + "/aws4_request, SignedHeaders=host, Signature=0";
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
        cloud.close();
    }
}
