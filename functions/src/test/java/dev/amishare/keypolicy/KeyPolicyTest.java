package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.ADMINISTRATION;
import static dev.amishare.keypolicy.Some.KEY;
import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.ROLE;
import static dev.amishare.keypolicy.Some.policy;
import static dev.amishare.keypolicy.Some.principals;
import static dev.amishare.keypolicy.Some.sharedWith;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.json.Json;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyPolicyTest {
    private static final String ODD =
            """
            { "Effect":"Deny", "NotPrincipal" : {"AWS":["arn:aws:iam::111111111111:root"]},
              "Action":["kms:Decrypt"],"Resource":"*", "Condition":{"Bool":{"aws:SecureTransport":false},
              "NumericLessThan":{"aws:MultiFactorAuthAge":3600.0}, "StringLike":{"aws:userid":"\\u20ac \\" ]}, \\\\"}} }""";

    @Test
    void writesForeignStatementsExactlyAsItReadThem() {
        KeyPolicy shared = policy(ODD).with(sharedWith("222222222222"));

        assertThat(shared.text()).contains(ADMINISTRATION + "," + ODD + ",{\"Sid\":\"AmiShareUse\"");
        assertThat(KeyPolicy.parse(shared.text()).foreign())
                .extracting(Statement::raw)
                .containsExactly(ADMINISTRATION, ODD);
    }

    @Test
    void keepsWhatStandsBesideTheStatements() {
        String policy =
                "{\"Id\": \"key-default-1\", \"\\u0053tatement\": " + ADMINISTRATION + ", \"Version\": \"2012-10-17\"}";

        KeyPolicy shared = KeyPolicy.parse(policy).with(sharedWith("222222222222"));

        assertThat(shared.text()).startsWith("{\"Id\":\"key-default-1\",\"Statement\":[" + ADMINISTRATION + ",{");
        assertThat(shared.text()).endsWith("],\"Version\":\"2012-10-17\"}");
        Json.parse(shared.text());
    }

    @Test
    void replacesAllStatementsThatBearOurSids() {
        KeyPolicy doubled = policy(
                "{\"Sid\":\"AmiShareUse\",\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}",
                "{\"Sid\":\"AmiShareUse\",\"Effect\":\"Deny\"}",
                "{\"Sid\":\"AmiShareUseless\"}");

        assertThat(doubled.with(sharedWith("222222222222")))
                .hasToString(policy("{\"Sid\":\"AmiShareUseless\"}")
                        .with(sharedWith("222222222222"))
                        .text());
        assertThat(doubled.with(sharedWith()))
                .hasToString(policy("{\"Sid\":\"AmiShareUseless\"}").text());
    }

    @Test
    void keepsForeignStatementsThatBearTheSameSid() {
        String twin = "{\"Sid\":\"Twin\",\"Effect\":\"Deny\"}";

        assertThat(policy(twin, twin).with(sharedWith("222222222222")).foreign())
                .extracting(Statement::sid)
                .containsExactly("Enable IAM User Permissions", "Twin", "Twin");
    }

    @Test
    void readsAPolicyOf31KilobytesOfOthers() {
        String[] statements = IntStream.range(0, 300)
                .mapToObj(i ->
                        "{\"Sid\":\"S" + i + "\",\"Effect\":\"Deny\",\"Principal\":{\"Service\":\"s3.amazonaws.com\"},"
                                + "\"Action\":\"kms:*\",\"Resource\":\"*\"}")
                .toArray(String[]::new);
        KeyPolicy large = policy(statements);

        assertThat(large.size()).isBetween(29_000, 32_000);
        assertThat(large.with(sharedWith("222222222222")).foreign()).hasSize(301);
        assertThat(large.with(sharedWith("222222222222")).with(sharedWith())).hasToString(large.text());
    }

    @Test
    void readsAPolicyWithoutStatements() {
        assertThat(KeyPolicy.parse("{}").with(sharedWith("222222222222")).text())
                .startsWith("{\"Statement\":[{\"Sid\":\"AmiShareUse\"");
        assertThat(KeyPolicy.parse(" { \"Statement\" : [ ] } ")).hasToString("{\"Statement\":[]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"Statement\":[", "{\"Statement\":\"none\"}", "{\"Statement\":[1]}", "{} {}"})
    void refusesWhatIsNoPolicy(String text) {
        assertThatThrownBy(() -> KeyPolicy.parse(text))
                .isInstanceOf(UnreadablePolicy.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void knowsItsStatementsHoweverAwsHasRearrangedThem() {
        KeyPolicy rearranged = policy(
                """
                {"Effect":"Allow","Sid":"AmiShareDescribe","Action":["kms:DescribeKey"],"Resource":["*"],
                "Principal":{"AWS":["arn:aws:iam::333333333333:role/team/Launcher","222222222222"]}}""",
                """
                {"Sid":"AmiShareUse","Effect":"Allow",
                "Principal":{"AWS":["arn:aws:iam::333333333333:role/team/Launcher","arn:aws:iam::222222222222:root"]},
                "Action":["kms:ReEncrypt*","kms:GenerateDataKeyWithoutPlaintext","kms:GenerateDataKey","kms:Decrypt","kms:CreateGrant"],
                "Resource":"*",
                "Condition":{"BoolIfExists":{"kms:GrantIsForAWSResource":true},
                "StringEquals":{"kms:ViaService":["ec2.eu-west-1.amazonaws.com"]}}}""");

        assertThat(rearranged.says(sharedWith("222222222222", ROLE))).isTrue();
        assertThat(rearranged.says(sharedWith("222222222222"))).isFalse();
        assertThat(rearranged.says(sharedWith())).isFalse();
    }

    @Test
    void knowsEverybodyInBothSpellings() {
        KeyPolicy shared = policy().with(sharedWith(ORGANIZATION));
        KeyPolicy respelled = KeyPolicy.parse(shared.text().replace("{\"AWS\":\"*\"}", "\"*\""));

        assertThat(respelled.text()).isNotEqualTo(shared.text());
        assertThat(respelled.says(sharedWith(ORGANIZATION))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"kms:Decrypt\",|",
                "\"kms:ReEncrypt*\"|\"kms:*\"",
                "\"AWS\"|\"Federated\"",
                "\"Allow\"|\"Deny\"",
                "ec2.eu-west-1|ec2.us-east-1",
                "\"BoolIfExists\"|\"Bool\"",
                "\"true\"|\"false\"",
                "\"Resource\":\"*\"|\"Resource\":\"arn\"",
                "222222222222:root|222222222222:user/A"
            })
    void seesEveryChangeOfItsStatements(String change) {
        String[] parts = change.split("\\|", -1);
        String shared = policy().with(sharedWith("222222222222")).text();
        int ours = shared.indexOf("AmiShareUse");
        String changed = shared.substring(0, ours) + shared.substring(ours).replace(parts[0], parts[1]);

        assertThat(changed).isNotEqualTo(shared);
        assertThat(KeyPolicy.parse(shared).says(sharedWith("222222222222"))).isTrue();
        assertThat(KeyPolicy.parse(changed).says(sharedWith("222222222222"))).isFalse();
    }

    @Test
    void knowsWhomItsStatementsName() {
        KeyPolicy shared = policy().with(sharedWith("222222222222", ROLE, ORGANIZATION));

        assertThat(shared.named(principals("222222222222", ROLE, "111111111111", "333333333333", ORGANIZATION)))
                .isEqualTo(principals("222222222222", ROLE));
    }

    @Test
    void findsDeletedRolesAndUsersOfOursAndOfOthers() {
        KeyPolicy orphans = policy(
                "{\"Sid\":\"AmiShareUse\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":[\"AROAEXAMPLEOURS00001\",\"arn:aws:iam::222222222222:root\"]}}",
                "{\"Sid\":\"AmiShareDescribe\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"AROAEXAMPLEOURS00001\"}}",
                "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[\"AIDAEXAMPLETHEIRS001\",\"AROA\"]}}");

        assertThat(orphans.orphansInOurs()).containsExactly("AROAEXAMPLEOURS00001");
        assertThat(orphans.orphansInForeign()).containsExactly("AIDAEXAMPLETHEIRS001");
        assertThat(policy().orphansInOurs()).isEmpty();
    }

    @Test
    void countsBytesNotCharacters() {
        String umlaut = "{\"Statement\":[{\"Sid\":\"\u00fc\"}]}";

        assertThat(KeyPolicy.parse(umlaut).size()).isEqualTo(umlaut.length() + 1);
    }

    @Test
    void tellsTwoDocumentsApart() {
        assertThat(policy().fingerprint())
                .isEqualTo(policy().fingerprint())
                .isNotEqualTo(policy(ODD).fingerprint());
    }

    @Test
    void holds450AccountsBesideTheAdministrators() {
        List<String> accounts = IntStream.range(0, 450)
                .mapToObj(i -> String.format("2%011d", i))
                .toList();

        int size = policy().with(sharedWith(accounts.toArray(String[]::new))).size();

        assertThat(size).isLessThanOrEqualTo(KeyPolicy.LONGEST);
        assertThat(Refusals.of(KEY, policy(), Principals.none(), Principals.parse(accounts), Boundary.unlimited()))
                .isEmpty();
    }

    @Test
    void escapesWhatPutKeyPolicyDoesNotTakeAndNothingElse() {
        String foreign = "{\"Sid\":\"\u00e9\u20ac\ud83d\ude80\",\t\"Effect\":\"Deny\\u0041\"}";

        KeyPolicy policy = KeyPolicy.parse("{\"Id\":\"\u20ac\",\"Statement\":[" + foreign + "]}");

        assertThat(policy.text())
                .isEqualTo("{\"Id\":\"\\u20ac\",\"Statement\":[{\"Sid\":\"\u00e9\\u20ac\\ud83d\\ude80\",\t"
                        + "\"Effect\":\"Deny\\u0041\"}]}");
        assertThat(KeyPolicy.parse(policy.text())).hasToString(policy.text());
    }
}
