package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /_sandbox/}: what it takes, and with which words it refuses the rest. */
final class ControlTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"fault\": \"deny\"}                                   | a list of rules",
                "[5]                                                     | rule 1: an object",
                "[{}]                                                    | rule 1: fault is missing",
                "[{\"fault\": \"explode\"}]                              | fault must be one of throttle, error500, deny, drop-response, kill",
                "[{\"fault\": \"deny\"}, {\"fault\": \"deny\", \"x\": 1}] | rule 2: unknown field \"x\"",
                "[{\"fault\": \"deny\", \"nth\": 0}]                     | nth must be a whole number from 1, not 0",
                "[{\"fault\": \"deny\", \"times\": 1.5}]                 | times must be a whole number",
                "[{\"fault\": \"deny\", \"service\": \"sfn\"}]           | unknown service \"sfn\"",
                "[{\"fault\": \"deny\", \"service\": \"kms\", \"action\": \"CopyImage\"}] | unknown action \"CopyImage\"",
                "[{\"fault\": \"deny\", \"function\": 7}]                | function must be a string, not 7",
                "[                                                       | the body is not JSON",
            })
    void refusesRulesThatCouldNotMean(String body, String reason) {
        try (Wire wire = Wire.to()) {
            HttpResponse<String> response = wire.send("POST", "/_sandbox/faults", body);
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body().replace("\\\"", "\"")).contains("\"error\":", reason);
        }
    }

    @Test
    void takesRulesAndForgetsThoseBefore() {
        try (Wire wire = Wire.to()) {
            String rule =
                    "[{\"fault\": \"deny\", \"service\": \"ec2\", \"action\": null, \"function\": \"RegisterAmi\"}]";
            assertThat(wire.send("POST", "/_sandbox/faults", rule).statusCode()).isEqualTo(200);
            assertThat(wire.cloud.faults().next("ec2", "RegisterImage", "Verify"))
                    .isEmpty();
            assertThat(wire.send("POST", "/_sandbox/faults", "[]").statusCode()).isEqualTo(200);
            assertThat(wire.cloud.faults().next("ec2", "RegisterImage", "RegisterAmi"))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET,  /_sandbox/state?account=1&region=us-east-1, account must be twelve digits",
        "GET,  /_sandbox/state?account=999912345678&region=us-east-1, account must be twelve digits",
        "GET,  /_sandbox/state?account=111111111111, region must be",
        "GET,  /_sandbox/state?account=111111111111&region=us-east-1&verbose=1, unknown parameter",
        "POST, /_sandbox/images?account=111111111111&region=us-east-1, the body is not JSON",
        "POST, /_sandbox/organization, the body is not JSON"
    })
    void refusesCallsWithoutWhatTheyNeed(String method, String path, String reason) {
        try (Wire wire = Wire.to()) {
            HttpResponse<String> response = wire.send(method, path, "no json");
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).contains(reason);
        }
    }

    @Test
    void knowsWhoBelongsToTheOrganization() {
        try (Wire wire = Wire.to()) {
            String document =
                    """
                    {"organizationId": "o-example1234", "managementAccount": "111111111111",
                     "accounts": {"222222222222": "o-example1234/r-ab12/ou-ab12-cdefgh34/"}}""";
            assertThat(wire.send("POST", "/_sandbox/organization", document).statusCode())
                    .isEqualTo(200);
            assertThat(wire.cloud.organization().of("222222222222"))
                    .hasValueSatisfying(
                            member -> assertThat(member.path()).isEqualTo("o-example1234/r-ab12/ou-ab12-cdefgh34/"));
            String elsewhere = document.replace("o-example1234/r-ab12", "o-other12345/r-ab12");
            assertThat(wire.send("POST", "/_sandbox/organization", elsewhere).statusCode())
                    .isEqualTo(400);
            assertThat(wire.send("POST", "/_sandbox/organization", "{}").statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void givesAKeyThePolicyOfResourceAccessManagerAndAnOldOne() {
        try (Wire wire = Wire.to()) {
            String key = wire.cloud
                    .kms()
                    .client(Caller.administrator("111111111111"), "us-east-1")
                    .createKey()
                    .keyMetadata()
                    .arn();
            String body =
                    """
                    {"keyArn": "%s", "policy": {"Version": "2012-10-17", "Statement": [
                      {"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Resource": "*"}]}}"""
                            .formatted(key);
            for (String call : new String[] {"ram-policy", "old-policy"}) {
                String path = "/_sandbox/" + call + "?account=111111111111&region=";
                assertThat(wire.send("POST", path + "us-east-1", body).statusCode())
                        .isEqualTo(200);
                assertThat(wire.send("POST", path + "eu-west-1", body).body()).contains("keyArn must begin with");
                assertThat(wire.send("POST", path + "us-east-1", "{}").body()).contains("exactly keyArn and policy");
                assertThat(wire.send("POST", path + "us-east-1", body.replace("222222222222", "999922222222"))
                                .statusCode())
                        .isEqualTo(400);
            }
            assertThat(wire.send("GET", "/_sandbox/state?account=111111111111&region=us-east-1", "")
                            .body())
                    .contains("\"ramPolicy\":{", "\"policy\":{");
        }
    }

    @Test
    void hasNothingUnderOtherNames() {
        try (Wire wire = Wire.to()) {
            assertThat(wire.send("GET", "/_sandbox/coffee", "").statusCode()).isEqualTo(404);
            assertThat(wire.send("POST", "/_sandbox/calls", "").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void listsTheCallsOnTheWire() {
        try (Wire wire = Wire.to()) {
            assertThat(wire.send("GET", "/_sandbox/calls", "").body()).isEqualTo("[]\n");
            wire.post("sts", "Action=MakeCoffee");
            assertThat(wire.send("GET", "/_sandbox/calls", "").body())
                    .isEqualTo("[{\"n\":1,\"at\":\"2026-01-01T00:00:00Z\","
                            + "\"caller\":\"arn:aws:iam::111111111111:user/Administrator\",\"account\":\"111111111111\","
                            + "\"region\":\"us-east-1\",\"service\":\"sts\",\"action\":\"MakeCoffee\","
                            + "\"status\":400,\"error\":\"InvalidAction\",\"function\":null}]\n");
        }
    }
}
