package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.ADMINISTRATION;
import static dev.amishare.keypolicy.Some.KEY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OwnRightsTest {
    private static final String WRITER = "arn:aws:iam::111111111111:role/UpdateKeyPolicy";
    private static final String COPIER = "arn:aws:iam::111111111111:role/CopySnapshot";
    private static final OwnRights.Roles NAMED = new OwnRights.Roles(Optional.of(WRITER), List.of(COPIER));
    private static final OwnRights.Roles UNNAMED = new OwnRights.Roles(Optional.empty(), List.of());
    private static final String USE =
            "\"kms:CreateGrant\",\"kms:Decrypt\",\"kms:Describe*\",\"kms:GenerateDataKey*\",\"kms:ReEncrypt*\"";
    private static final String WRITE = "\"kms:GetKeyPolicy\",\"kms:List*\",\"kms:PutKeyPolicy\",\"kms:TagResource\"";

    @Test
    void areLeftToIamByAStatementForTheAccount() {
        assertThat(OwnRights.refusals(KEY, policy(ADMINISTRATION), NAMED, false))
                .isEmpty();
        assertThat(OwnRights.refusals(KEY, policy(ADMINISTRATION), UNNAMED, false))
                .isEmpty();
    }

    @Test
    void areMissingWhereOnlySomebodyElseMayWriteThePolicy() {
        assertThat(OwnRights.refusals(KEY, policy(allow("111111111111", USE)), NAMED, false))
                .singleElement()
                .asString()
                .contains(KEY, WRITER, "kms:PutKeyPolicy", "kms:TagResource", "cannot be written")
                .doesNotContain(COPIER);
    }

    @Test
    void areMissingWhereOnlySomebodyElseMayUseTheKey() {
        assertThat(OwnRights.refusals(KEY, policy(allow("111111111111", WRITE)), NAMED, false))
                .singleElement()
                .asString()
                .contains(COPIER, "kms:CreateGrant, kms:Decrypt, kms:DescribeKey")
                .doesNotContain("PutKeyPolicy");
    }

    @Test
    void mayBeGivenToTheRolesThemselvesWhereTheyAreKnown() {
        KeyPolicy byName = policy(allow(WRITER, WRITE), allow(COPIER, USE));

        assertThat(OwnRights.refusals(KEY, byName, NAMED, false)).isEmpty();
        assertThat(OwnRights.refusals(KEY, byName, UNNAMED, false)).hasSize(2);
    }

    @Test
    void toTagAreNotNeededUnderOurOwnMark() {
        KeyPolicy noTags = policy(allow(WRITER, WRITE.replace(",\"kms:TagResource\"", "")), allow(COPIER, USE));

        assertThat(OwnRights.refusals(KEY, noTags, NAMED, true)).isEmpty();
        assertThat(OwnRights.refusals(KEY, noTags, NAMED, false))
                .singleElement()
                .asString()
                .contains("kms:TagResource");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::111111111111:role/KeyAdmin\"}} | 1",
                "{\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::111111111111:role/Update*\"}} | 0",
                "{\"StringNotEquals\":{\"kms:CallerAccount\":\"111111111111\"}} | 0",
                "{\"StringNotEquals\":{\"aws:PrincipalOrgID\":\"o-example1234\"}} | 0"
            })
    void areDeniedOnlyWhereItIsSure(String condition, int refusals) {
        KeyPolicy denying = policy(
                ADMINISTRATION,
                "{\"Sid\":\"OnlySecurity\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:PutKeyPolicy\",\"Resource\":\"*\",\"Condition\":"
                        + condition + "}");

        List<String> found = OwnRights.refusals(KEY, denying, NAMED, false);

        assertThat(found).hasSize(refusals).allSatisfy(line -> assertThat(line).contains("OnlySecurity", WRITER));
    }

    @Test
    void areNotMissingWhereAConditionLeavesDoubt() {
        String tagged = allow("111111111111", "\"kms:*\"");
        KeyPolicy doubtful = policy(tagged.substring(0, tagged.length() - 1)
                + ",\"Condition\":{\"StringEquals\":{\"aws:PrincipalTag/team\":\"platform\"}}}");

        assertThat(OwnRights.refusals(KEY, doubtful, NAMED, false)).isEmpty();
    }

    private static String allow(String whom, String actions) {
        return "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + whom + "\"},\"Action\":[" + actions
                + "],\"Resource\":\"*\"}";
    }

    private static KeyPolicy policy(String... statements) {
        return KeyPolicy.parse("{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}");
    }
}
