package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.Sandbox;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Region;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Which Regions answer, and what the others say. */
final class RegionsTest {
    @ParameterizedTest
    @ValueSource(strings = {"af-south-1", "cn-north-1", "us-gov-west-1"})
    void anAccountIsUnknownWhereItHasNotOptedInAndInOtherPartitions(String region) {
        try (Sandbox sandbox = Sandbox.simulated(1).start()) {
            var administrator = sandbox.as("111111111111");

            assertRefused(
                    "AuthFailure",
                    () -> administrator.client(Ec2Client.builder(), region).describeImages());
            assertRefused(
                    "UnrecognizedClientException",
                    () -> administrator.client(KmsClient.builder(), region).createKey());
            assertRefused(
                    "InvalidClientTokenId",
                    () -> administrator.client(StsClient.builder(), region).getCallerIdentity());
            assertThat(administrator
                            .client(IamClient.builder(), "us-east-1")
                            .listRoles()
                            .roles())
                    .isEmpty();
        }
    }

    @Test
    void aRegionThatDoesNotExistIsOutOfEveryScope() {
        try (Sandbox sandbox = Sandbox.simulated(1).start()) {
            var administrator = sandbox.as("111111111111");

            assertRefused(
                    "AuthFailure",
                    () -> administrator.client(Ec2Client.builder(), "us-east-9").describeImages());
            assertRefused(
                    "InvalidSignatureException",
                    () -> administrator.client(KmsClient.builder(), "us-east-9").createKey());
        }
    }

    @Test
    void whoOptsInIsKnownThereAndNobodyElse() {
        try (Sandbox sandbox = Sandbox.simulated(1).start()) {
            sandbox.cloud().regions().optIn("111111111111", "af-south-1");

            assertThat(sandbox.as("111111111111")
                            .client(Ec2Client.builder(), "af-south-1")
                            .describeImages(request -> request.owners("self"))
                            .images())
                    .isEmpty();
            assertRefused("AuthFailure", () -> sandbox.as("222222222222")
                    .client(Ec2Client.builder(), "af-south-1")
                    .describeImages());
        }
    }

    @Test
    void tellsWhichRegionsTheAccountCanWorkIn() {
        try (Sandbox sandbox = Sandbox.simulated(1).start();
                Ec2Client ec2 = sandbox.as("111111111111").client(Ec2Client.builder(), "us-east-1")) {
            sandbox.cloud().regions().optIn("111111111111", "af-south-1");

            assertThat(ec2.describeRegions().regions())
                    .extracting(Region::regionName)
                    .contains("us-east-1", "eu-west-1", "af-south-1")
                    .doesNotContain("eu-south-1", "cn-north-1", "us-east-9");
            assertThat(ec2.describeRegions(request ->
                                    request.allRegions(true).filters(filter("opt-in-status", "not-opted-in")))
                            .regions())
                    .extracting(Region::regionName)
                    .contains("eu-south-1")
                    .doesNotContain("us-east-1", "af-south-1");
            assertThat(ec2.describeRegions(request -> request.regionNames("eu-south-1", "us-east-1")
                                    .filters(filter("region-name", "eu-*")))
                            .regions())
                    .extracting(Region::optInStatus)
                    .containsExactly("not-opted-in");
            assertThatThrownBy(() -> ec2.describeRegions(request -> request.regionNames("us-east-9", "cn-north-1")))
                    .hasMessageContaining("Invalid region names: us-east-9, cn-north-1");
        }
    }

    private static Filter filter(String name, String value) {
        return Filter.builder().name(name).values(value).build();
    }

    private static void assertRefused(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(AwsServiceException.class, e -> assertThat(
                        e.awsErrorDetails().errorCode())
                .isEqualTo(code));
    }
}
