package dev.awssandbox.ssm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.Parameter;
import software.amazon.awssdk.services.ssm.model.ParameterAlreadyExistsException;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.SsmException;

final class SsmTest {
    @Test
    void keepsParametersOfAnAccountAndRegionApart() {
        try (Cloud cloud = cloud()) {
            put(client(cloud, "111111111111", "us-east-1"), "/profiles/golden", "{}");
            assertThatExceptionOfType(ParameterNotFoundException.class)
                    .isThrownBy(() ->
                            client(cloud, "111111111111", "eu-west-1").getParameter(r -> r.name("/profiles/golden")))
                    .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ParameterNotFound"));
            assertThatExceptionOfType(ParameterNotFoundException.class)
                    .isThrownBy(() ->
                            client(cloud, "222222222222", "us-east-1").getParameter(r -> r.name("/profiles/golden")));
        }
    }

    @Test
    void findsAParameterByNameAndByArn() {
        try (Cloud cloud = cloud()) {
            SsmClient ssm = client(cloud, "111111111111", "us-east-1");
            put(ssm, "/profiles/golden", "{}");
            Parameter found = ssm.getParameter(r -> r.name("/profiles/golden")).parameter();
            assertThat(found.arn()).isEqualTo("arn:aws:ssm:us-east-1:111111111111:parameter/profiles/golden");
            assertThat(ssm.getParameter(r -> r.name(found.arn())).parameter()).isEqualTo(found);
        }
    }

    @Test
    void overwritesOnlyWhenTold() {
        try (Cloud cloud = cloud()) {
            SsmClient ssm = client(cloud, "111111111111", "us-east-1");
            put(ssm, "limit", "1");
            assertThatExceptionOfType(ParameterAlreadyExistsException.class).isThrownBy(() -> put(ssm, "limit", "2"));
            ssm.putParameter(r -> r.name("limit").value("3").overwrite(true));
            Parameter found = ssm.getParameter(r -> r.name("limit")).parameter();
            assertThat(found.value()).isEqualTo("3");
            assertThat(found.version()).isEqualTo(2);
        }
    }

    @Test
    void listsWhatIsUnderAPathPageByPage() {
        try (Cloud cloud = cloud()) {
            SsmClient ssm = client(cloud, "111111111111", "us-east-1");
            List.of("/p/b", "/p/a", "/p/deep/c", "/q/d").forEach(name -> put(ssm, name, "x"));
            assertThat(ssm.getParametersByPathPaginator(r -> r.path("/p").maxResults(1)).stream()
                            .flatMap(page -> page.parameters().stream()))
                    .extracting(Parameter::name)
                    .containsExactly("/p/a", "/p/b");
            assertThat(ssm.getParametersByPath(r -> r.path("/p").recursive(true))
                            .parameters())
                    .extracting(Parameter::name)
                    .containsExactly("/p/a", "/p/b", "/p/deep/c");
        }
    }

    @Test
    void keepsNoSecrets() {
        try (Cloud cloud = cloud()) {
            SsmClient ssm = client(cloud, "111111111111", "us-east-1");
            assertThatExceptionOfType(SsmException.class)
                    .isThrownBy(() ->
                            ssm.putParameter(r -> r.name("secret").value("x").type(ParameterType.SECURE_STRING)))
                    .withMessageContaining("not SecureString");
        }
    }

    @Test
    void deniesARoleWhatItsPoliciesDoNotAllow() {
        try (Cloud cloud = cloud()) {
            put(client(cloud, "111111111111", "us-east-1"), "/profiles/golden", "{}");
            Caller role = roleWithoutPolicies(cloud);
            assertThatExceptionOfType(SsmException.class)
                    .isThrownBy(
                            () -> cloud.ssm().client(role, "us-east-1").getParameter(r -> r.name("/profiles/golden")))
                    .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("AccessDeniedException"))
                    .withMessageContaining("is not authorized to perform: ssm:GetParameter on resource:"
                            + " arn:aws:ssm:us-east-1:111111111111:parameter/profiles/golden");
        }
    }

    private static Caller roleWithoutPolicies(Cloud cloud) {
        String trust =
                """
                {"Version": "2012-10-17", "Statement": [
                  {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}""";
        var role = cloud.iam()
                .client(Caller.administrator("111111111111"), "us-east-1")
                .createRole(r -> r.roleName("Powerless").assumeRolePolicyDocument(trust))
                .role();
        return Caller.roleSession(role.arn(), role.roleId(), "test");
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }

    private static SsmClient client(Cloud cloud, String account, String region) {
        return cloud.ssm().client(Caller.administrator(account), region);
    }

    private static void put(SsmClient ssm, String name, String value) {
        ssm.putParameter(r -> r.name(name).value(value).type(ParameterType.STRING));
    }
}
