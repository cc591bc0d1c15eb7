package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.CallLog.Call;
import dev.awssandbox.Faults.Kind;
import dev.awssandbox.Faults.Rule;
import dev.awssandbox.Sandbox;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.ListKeysRequest;
import software.amazon.awssdk.services.kms.model.ListKeysResponse;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** Who calls, what the log says of it, and what is made to go wrong. */
final class ServerTest {
    @Test
    void answersAnAccessKeyOfNobodyAsEachServiceDoes() {
        try (Wire wire = Wire.to(new CountingEc2(), new FakeSts(), new FakeKms())) {
            assertThat(codeOf(
                            () -> wire.client(Ec2Client.builder(), "AKIANOBODY").describeImages()))
                    .isEqualTo("AuthFailure 401");
            assertThat(codeOf(
                            () -> wire.client(StsClient.builder(), "AKIANOBODY").getCallerIdentity()))
                    .isEqualTo("InvalidClientTokenId 403");
            assertThat(codeOf(() ->
                            wire.client(KmsClient.builder(), "999912345678").listKeys()))
                    .isEqualTo("UnrecognizedClientException 400");
        }
    }

    @Test
    void refusesARequestWithoutCredentialsAndOneToAnotherService() {
        try (Wire wire = Wire.to()) {
            assertThat(wire.send("POST", "/", "Action=DescribeImages").body())
                    .contains("<Code>MissingAuthenticationToken</Code>");
            assertThat(wire.post("s3", "Action=ListBuckets").body()).contains("no service s3");
        }
    }

    @Test
    void speaksForOrganizationsWithoutAModuleOfTheSdk() {
        try (Sandbox sandbox = Sandbox.simulated(1).start()) {
            sandbox.cloud()
                    .organization()
                    .replace("o-example1234", "111111111111", Map.of("222222222222", "o-example1234/r-ab12/"));

            assertThat(Wire.askOrganizations(sandbox.url(), "{\"AccountId\":\"222222222222\"}")
                            .body())
                    .contains("\"Account\":{\"Id\":\"222222222222\"", "\"Status\":\"ACTIVE\"");
            assertThat(Wire.askOrganizations(sandbox.url(), "{\"AccountId\":\"333333333333\"}")
                            .body())
                    .contains("\"__type\":\"AccountNotFoundException\"");
        }
    }

    @Test
    void findsTheCallerInAPresignedUrlToo() {
        try (Wire wire = Wire.to(new FakeSts())) {
            HttpResponse<String> response = wire.send(
                    "GET",
                    "/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256"
                            + "&X-Amz-Credential=222222222222%2F20260101%2Fus-east-1%2Fsts%2Faws4_request&X-Amz-Signature=0",
                    "");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(wire.cloud.calls().calls()).extracting(Call::account).containsExactly("222222222222");
        }
    }

    @Test
    void writesEveryCallIntoTheLog() {
        try (Wire wire = Wire.to(new CountingEc2(), new FakeKms());
                Ec2Client ec2 = wire.client(Ec2Client.builder())) {
            ec2.describeImages();
            codeOf(() -> ec2.rebootInstances(r -> r.instanceIds("i-1")));
            codeOf(() -> wire.client(KmsClient.builder(), "AKIANOBODY").listKeys());

            String administrator = "arn:aws:iam::111111111111:user/Administrator";
            Instant now = wire.cloud.kernel().now();
            assertThat(wire.cloud.calls().calls())
                    .containsExactly(
                            call(1, now, administrator, "111111111111", "ec2", "DescribeImages", 200, null),
                            call(2, now, administrator, "111111111111", "ec2", "RebootInstances", 400, "InvalidAction"),
                            call(3, now, "AKIANOBODY", "", "kms", "ListKeys", 400, "UnrecognizedClientException"));
        }
    }

    private static Call call(
            long n,
            Instant at,
            String caller,
            String account,
            String service,
            String action,
            int status,
            @Nullable String error) {
        return new Call(n, at, caller, account, "us-east-1", service, action, status, error, null, null);
    }

    @Test
    void throttlesWithEachServicesOwnCode() {
        try (Wire wire = Wire.to(new CountingEc2(), new FakeSts(), new FakeKms())) {
            wire.cloud.faults().replace(List.of(rule(null, null, 1, 3, Kind.THROTTLE)));
            assertThat(codeOf(() -> wire.client(Ec2Client.builder()).describeImages()))
                    .isEqualTo("RequestLimitExceeded 503");
            assertThat(codeOf(() -> wire.client(StsClient.builder()).getCallerIdentity()))
                    .isEqualTo("Throttling 400");
            assertThat(codeOf(() -> wire.client(KmsClient.builder()).listKeys()))
                    .isEqualTo("ThrottlingException 400");
            wire.client(KmsClient.builder()).listKeys();
        }
    }

    @Test
    void deniesAndFailsWithoutDoingAnything() {
        CountingEc2 core = new CountingEc2();
        try (Wire wire = Wire.to(core, new FakeKms());
                Ec2Client ec2 = wire.client(Ec2Client.builder())) {
            wire.cloud.faults().replace(List.of(rule("ec2", "DescribeImages", 1, 1, Kind.DENY)));
            assertThat(codeOf(ec2::describeImages)).isEqualTo("UnauthorizedOperation 403");
            wire.cloud.faults().replace(List.of(rule("ec2", "DescribeImages", 1, 1, Kind.ERROR500)));
            assertThat(codeOf(ec2::describeImages)).isEqualTo("InternalError 500");
            wire.cloud.faults().replace(List.of(rule("kms", null, 1, 1, Kind.DENY)));
            assertThat(codeOf(() -> wire.client(KmsClient.builder()).listKeys()))
                    .isEqualTo("AccessDeniedException 400");
            assertThat(core.calls).isZero();
        }
    }

    @Test
    void dropsTheAnswerOfACallThatWasDoneOnce() {
        CountingEc2 core = new CountingEc2();
        try (Wire wire = Wire.to(core);
                Ec2Client ec2 = wire.client(Ec2Client.builder())) {
            ec2.describeImages();
            wire.cloud.faults().replace(List.of(rule(null, null, 1, 1, Kind.DROP_RESPONSE)));
            assertThatThrownBy(ec2::describeImages).isInstanceOf(SdkClientException.class);
            assertThat(core.calls).isEqualTo(2);
            ec2.describeImages();
            assertThat(wire.cloud.calls().calls()).extracting(Call::status).containsExactly(200, 200, 200);
        }
    }

    @Test
    void countsTheMatchingCallsOfEachRuleFromOne() {
        try (Wire wire = Wire.to(new CountingEc2(), new FakeKms());
                Ec2Client ec2 = wire.client(Ec2Client.builder());
                KmsClient kms = wire.client(KmsClient.builder())) {
            ec2.describeImages();
            wire.cloud.faults().replace(List.of(rule("ec2", null, 2, 2, Kind.ERROR500)));
            ec2.describeImages();
            kms.listKeys();
            assertThat(codeOf(ec2::describeImages)).isEqualTo("InternalError 500");
            kms.listKeys();
            assertThat(codeOf(ec2::describeImages)).isEqualTo("InternalError 500");
            ec2.describeImages();
        }
    }

    @Test
    void saysThatTheSandboxItselfHasFailed() {
        try (Wire wire = Wire.to();
                Ec2Client ec2 = wire.client(Ec2Client.builder())) {
            assertThat(codeOf(ec2::describeImages)).isEqualTo("InternalFailure 500");
        }
    }

    @Test
    void refusesWhatACoreSaysItDoesNotDo() {
        try (Wire wire = Wire.to(new CountingEc2());
                Ec2Client ec2 = wire.client(Ec2Client.builder())) {
            assertThat(codeOf(() -> ec2.describeImages(r -> r.includeDisabled(true))))
                    .isEqualTo("UnsupportedOperation 400");
        }
    }

    private static Rule rule(@Nullable String service, @Nullable String action, int nth, int times, Kind fault) {
        return new Rule(service, action, null, nth, times, fault);
    }

    private static String codeOf(Runnable call) {
        try {
            call.run();
        } catch (AwsServiceException e) {
            return e.awsErrorDetails().errorCode() + " " + e.statusCode();
        }
        throw new AssertionError("the call succeeded");
    }

    private static final class CountingEc2 implements Ec2Client {
        private int calls;

        @Override
        public DescribeImagesResponse describeImages(DescribeImagesRequest request) {
            if (request.includeDisabled() != null) {
                throw new UnsupportedOperationException("IncludeDisabled");
            }
            calls++;
            return DescribeImagesResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class FakeKms implements KmsClient {
        @Override
        public ListKeysResponse listKeys(ListKeysRequest request) {
            return ListKeysResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class FakeSts implements StsClient {
        @Override
        public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
            return GetCallerIdentityResponse.builder().account("222222222222").build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
