package dev.amishare.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.OwnRights;
import dev.amishare.keypolicy.Principals;
import dev.amishare.request.Faults;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.GetKeyPolicyRequest;
import software.amazon.awssdk.services.kms.model.GetKeyPolicyResponse;
import software.amazon.awssdk.services.kms.model.ListKeyPoliciesRequest;
import software.amazon.awssdk.services.kms.model.ListKeyPoliciesResponse;

/** Keys with a second policy, which only AWS RAM writes. */
final class ShareKeysTest {
    private static final String KEY = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final String FIRST =
            """
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"},
              "Action": "kms:*", "Resource": "*"}]}""";

    @Test
    void tellsWhomTheSecondPolicyAdmitsAndToWhat() {
        Faults faults = new Faults();

        List<String> notes = check(
                faults,
                """
                {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444444444444:root"},
                  "Action": ["kms:Decrypt", "kms:DescribeKey"], "Resource": "*",
                  "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example1234"}}}]}""");

        assertThat(faults.isEmpty()).isTrue();
        assertThat(notes)
                .singleElement()
                .asString()
                .contains(
                        KEY,
                        "AWS_RAM",
                        "arn:aws:iam::444444444444:root call kms:Decrypt, kms:DescribeKey, under conditions");
    }

    @Test
    void refusesATargetThatTheSecondPolicyDenies() {
        Faults faults = new Faults();

        List<String> notes = check(
                faults,
                """
                {"Statement": {"Sid": "Not", "Effect": "Deny", "Principal": {"AWS": "222222222222"}, "Action": "kms:*",
                  "Resource": "*"}}""");

        assertThat(notes).isEmpty();
        assertThatThrownBy(faults::throwIfAny)
                .isInstanceOf(NotShareable.class)
                .hasMessageContainingAll("Not denies account 222222222222", KEY);
    }

    @Test
    void readsOnePolicyOnlyWhereThereIsOne() {
        Faults faults = new Faults();

        assertThat(check(faults, null)).isEmpty();
        assertThat(faults.isEmpty()).isTrue();
    }

    private static List<String> check(Faults faults, @Nullable String second) {
        Map<String, String> policies =
                second == null ? Map.of("default", FIRST) : Map.of("default", FIRST, "AWS_RAM", second);
        Deployment deployment = new Deployment(
                "111111111111",
                "eu-west-1",
                "alias/ami-share",
                Boundary.unlimited(),
                List.of(),
                100,
                new OwnRights.Roles(Optional.empty(), List.of()),
                Optional.empty());
        return new ShareKeys(deployment, region -> new Policies(policies))
                .checkPolicy(
                        "eu-west-1",
                        new ShareKeys.Found(KEY, true),
                        List.of(),
                        Principals.parse(List.of("222222222222")),
                        faults);
    }

    /** KMS, as far as it shows these policies of one key; another policy would be an error. */
    private record Policies(Map<String, String> byName) implements KmsClient {
        @Override
        public ListKeyPoliciesResponse listKeyPolicies(ListKeyPoliciesRequest request) {
            return ListKeyPoliciesResponse.builder()
                    .policyNames(byName.keySet())
                    .build();
        }

        @Override
        public GetKeyPolicyResponse getKeyPolicy(GetKeyPolicyRequest request) {
            return GetKeyPolicyResponse.builder()
                    .policy(Optional.ofNullable(byName.get(request.policyName()))
                            .orElseThrow())
                    .build();
        }

        @Override
        public String serviceName() {
            return "kms";
        }

        @Override
        public void close() {}
    }
}
