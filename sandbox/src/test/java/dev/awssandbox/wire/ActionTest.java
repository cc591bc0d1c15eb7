package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.ListMfaDevicesRequest;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

final class ActionTest {
    @Test
    void findsAMethodByTheNameOfItsAction() {
        assertThat(Action.find(StsClient.class, "GetCallerIdentity")
                        .orElseThrow()
                        .newRequest())
                .isInstanceOf(GetCallerIdentityRequest.Builder.class);
    }

    @Test
    void findsAnActionWithAnAcronymInItsName() {
        assertThat(Action.find(IamClient.class, "ListMFADevices").orElseThrow().newRequest())
                .isInstanceOf(ListMfaDevicesRequest.Builder.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "getCallerIdentity",
                "GetCaller",
                "ServiceName",
                "Close",
                "../GetCallerIdentity",
                "DescribeImages"
            })
    void findsNothingUnderOtherNames(String name) {
        assertThat(Action.find(StsClient.class, name)).isEmpty();
    }

    @Test
    void tellsAnActionThatNobodyImplementedFromOneThatFailed() {
        Action action = Action.find(StsClient.class, "GetCallerIdentity").orElseThrow();
        GetCallerIdentityRequest request = GetCallerIdentityRequest.builder().build();
        assertThatThrownBy(() -> action.invoke(new Nothing(), request)).isInstanceOf(Action.NotImplemented.class);
        assertThatThrownBy(() -> action.invoke(new Failing(), request))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    private static class Nothing implements StsClient {
        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class Failing extends Nothing {
        @Override
        public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
            List.of().add(1);
            return GetCallerIdentityResponse.builder().build();
        }
    }
}
