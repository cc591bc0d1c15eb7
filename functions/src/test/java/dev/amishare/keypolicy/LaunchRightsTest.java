package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.KEY;
import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.OTHER_UNIT;
import static dev.amishare.keypolicy.Some.ROLE;
import static dev.amishare.keypolicy.Some.UNIT;
import static dev.amishare.keypolicy.Some.boundary;
import static dev.amishare.keypolicy.Some.policy;
import static dev.amishare.keypolicy.Some.principal;
import static dev.amishare.keypolicy.Some.principals;
import static dev.amishare.keypolicy.Some.sharedWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.keypolicy.LaunchRights.Denied;
import dev.amishare.keypolicy.LaunchRights.Doubtful;
import dev.amishare.keypolicy.LaunchRights.Granted;
import dev.amishare.keypolicy.LaunchRights.Missing;
import dev.amishare.keypolicy.LaunchRights.More;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LaunchRightsTest {
    @ParameterizedTest
    @ValueSource(strings = {"222222222222", ROLE, ORGANIZATION, UNIT})
    void areGrantedToWhomTheKeyIsSharedWithAmongOthers(String target) {
        KeyPolicy shared = policy().with(sharedWith("222222222222", ROLE, ORGANIZATION, UNIT, OTHER_UNIT));

        assertThat(judge(shared, target)).isEqualTo(new Granted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"222222222222", ROLE, ORGANIZATION, UNIT})
    void areMissingWhereOnlyOthersAreNamed(String target) {
        KeyPolicy others = policy().with(sharedWith("444444444444", OTHER_UNIT));

        assertThat(judge(others, target)).isEqualTo(missing(target));
    }

    private static Missing missing(String target) {
        boolean named = principal(target).isNamed();
        return new Missing("the statement AmiShareUse" + (named ? "" : "Org") + " does not name " + principal(target));
    }

    @Test
    void areMissingWhereThereIsNoStatement() {
        assertThat(judge(policy(), "222222222222")).isEqualTo(new Missing("there is no statement AmiShareUse"));
    }

    @Test
    void areMissingWhereOnlyHalfOfThePairNames() {
        String half = policy().with(sharedWith("222222222222")).text().replace("\"AmiShareDescribe\"", "\"Other\"");

        assertThat(judge(KeyPolicy.parse(half), "222222222222"))
                .isEqualTo(new Missing("there is no statement AmiShareDescribe"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"kms:CreateGrant\",|",
                "\"kms:Decrypt\"|\"kms:*\"",
                "ec2.eu-west-1|s3.eu-west-1",
                "\"AWS\":[|\"Service\":\"s3.amazonaws.com\",\"AWS\":[",
                "\"Resource\":\"*\"|\"Resource\":\"arn:aws:kms:eu-west-1:111111111111:key/other\""
            })
    void areMissingWhereSomebodyChangedOurStatement(String change) {
        String[] parts = change.split("\\|", -1);
        String shared = policy().with(sharedWith("222222222222")).text();
        int ours = shared.indexOf("AmiShareUse");
        String changed = shared.substring(0, ours) + shared.substring(ours).replace(parts[0], parts[1]);

        assertThat(judge(KeyPolicy.parse(changed), "222222222222"))
                .isEqualTo(new Missing("the statement AmiShareUse was changed by somebody"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"StringEquals|StringNotEquals", "ForAnyValue|ForAllValues", "kms:Decrypt|kms:Encrypt"})
    void areMissingWhereSomebodyChangedTheStatementOfOrganizations(String change) {
        String[] parts = change.split("\\|", -1);
        String changed = policy().with(sharedWith(UNIT)).text().replace(parts[0], parts[1]);

        assertThat(judge(KeyPolicy.parse(changed), UNIT)).isInstanceOf(Missing.class);
    }

    @Test
    void areMissingWhereAStatementOfOursStandsTwice() {
        KeyPolicy doubled = policy(
                sharedWith("222222222222").statements().get(0).raw(),
                sharedWith("222222222222").statements().get(0).raw(),
                sharedWith("222222222222").statements().get(1).raw());

        assertThat(judge(doubled, "222222222222")).isEqualTo(new Missing("there are 2 statements AmiShareUse"));
    }

    @Test
    void ofMembersAreMissingWhereTheOrganizationsOfTheBoundaryHaveChanged() {
        KeyPolicy shared =
                policy().with(ShareStatements.derive(principals("222222222222"), boundary("o-a", "o-b"), KEY));

        assertThat(LaunchRights.judge(shared, principal("222222222222"), boundary("o-a", "o-b"), KEY))
                .isEqualTo(new Granted());
        assertThat(LaunchRights.judge(shared, principal("222222222222"), boundary("o-a"), KEY))
                .isEqualTo(new Missing("the statement AmiShareUseMember was changed by somebody"));
    }

    @Test
    void areNeverGrantedOutsideTheBoundary() {
        KeyPolicy shared = policy().with(sharedWith("222222222222"));

        assertThat(LaunchRights.judge(shared, principal("222222222222"), boundary("444444444444"), KEY))
                .isEqualTo(new Missing("account 222222222222 is outside the boundary"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "everybody | \"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"",
                "the account | \"Principal\":{\"AWS\":\"222222222222\"},\"Action\":[\"kms:decrypt\"],\"Resource\":\"*\"",
                "by its root | \"Principal\":{\"AWS\":[\"arn:aws:iam::222222222222:root\"]},\"Action\":\"kms:ReEncrypt*\",\"Resource\":\"*\"",
                "this key | \"Principal\":{\"AWS\":\"*\"},\"Action\":\"kms:?ecrypt\",\"Resource\":[\"arn:aws:kms:*:111111111111:key/*\"]",
                "all but others | \"NotPrincipal\":{\"AWS\":[\"arn:aws:iam::111111111111:root\"]},\"Action\":\"*\",\"Resource\":\"*\"",
                "all but Encrypt | \"Principal\":\"*\",\"NotAction\":[\"kms:Encrypt\",\"kms:List*\"],\"Resource\":\"*\"",
                "all keys but others | \"Principal\":\"*\",\"Action\":\"kms:*\",\"NotResource\":\"arn:aws:s3:::bucket\""
            })
    void areDeniedByAForeignStatementThatReachesThem(String how, String deny) {
        KeyPolicy denying = policy("{\"Sid\":\"No\",\"Effect\":\"Deny\"," + deny + "}");

        assertThat(judge(denying.with(sharedWith("222222222222")), "222222222222"))
                .as(how)
                .isEqualTo(new Denied("the statement No denies account 222222222222 what a launch needs"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "another account | \"Principal\":{\"AWS\":\"444444444444\"},\"Action\":\"kms:*\",\"Resource\":\"*\"",
                "a role of it | \"Principal\":{\"AWS\":\"arn:aws:iam::222222222222:role/Other\"},\"Action\":\"kms:*\",\"Resource\":\"*\"",
                "administration | \"Principal\":\"*\",\"Action\":[\"kms:PutKeyPolicy\",\"kms:Encrypt\"],\"Resource\":\"*\"",
                "another key | \"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"arn:aws:kms:eu-west-1:111111111111:key/other\"",
                "all but this | \"Principal\":\"*\",\"Action\":\"kms:*\",\"NotResource\":\"*\"",
                "all but kms | \"Principal\":\"*\",\"NotAction\":\"kms:*\",\"Resource\":\"*\"",
                "a service | \"Principal\":{\"Service\":\"s3.amazonaws.com\"},\"Action\":\"kms:*\",\"Resource\":\"*\"",
                "nothing | \"Principal\":\"*\",\"Resource\":\"*\"",
                "no key | \"Principal\":\"*\",\"Action\":\"kms:*\""
            })
    void areNotDeniedByAForeignStatementThatDoesNotReachThem(String how, String deny) {
        KeyPolicy denying = policy("{\"Effect\":\"Deny\"," + deny + "}");

        assertThat(judge(denying.with(sharedWith("222222222222")), "222222222222"))
                .as(how)
                .isEqualTo(new Granted());
    }

    @Test
    void areDoubtfulUnderADenyThatSparesOnlyTheirAccountsRoot() {
        KeyPolicy sparing = policy(
                "{\"Effect\":\"Deny\",\"NotPrincipal\":{\"AWS\":[\"arn:aws:iam::222222222222:root\"]},\"Action\":\"kms:*\",\"Resource\":\"*\"}");

        assertThat(judge(sparing.with(sharedWith("222222222222")), "222222222222"))
                .isInstanceOf(Doubtful.class);
        assertThat(judge(sparing.with(sharedWith(ROLE)), ROLE)).isInstanceOf(Denied.class);
    }

    @Test
    void areDoubtfulUnderADenyWhoseConditionsAreNotKnownBeforehand() {
        assertThat(judge(deniedWhere("{\"StringNotEquals\":{\"aws:SourceVpce\":\"vpce-1\"}}"), "222222222222"))
                .isEqualTo(new Doubtful(
                        "the statement No denies account 222222222222 what a launch needs, under conditions that "
                                + "are not known beforehand"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no TLS | {\"Bool\":{\"aws:SecureTransport\":\"false\"}}",
                "another account | {\"StringEquals\":{\"kms:CallerAccount\":\"444444444444\"}}",
                "another service | {\"StringEquals\":{\"kms:ViaService\":\"s3.eu-west-1.amazonaws.com\"}}",
                "services of AWS | {\"Bool\":{\"aws:PrincipalIsAWSService\":\"true\"}}",
                "all but its account | {\"StringNotEquals\":{\"aws:PrincipalAccount\":[\"111111111111\",\"222222222222\"]}}",
                "S3's context | {\"StringLike\":{\"kms:EncryptionContext:aws:s3:arn\":\"*\"}}"
            })
    void areGrantedBesideADenyThatSurelyDoesNotHit(String how, String condition) {
        assertThat(judge(deniedWhere(condition), "222222222222")).as(how).isEqualTo(new Granted());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all accounts but the owner's | {\"StringNotEquals\":{\"kms:CallerAccount\":[\"111111111111\"]}}",
                "all of its principals | {\"ArnLike\":{\"aws:PrincipalArn\":\"arn:aws:*::222222222222:*\"}}",
                "what comes through EC2 | {\"StringLike\":{\"kms:ViaService\":\"ec2.*.amazonaws.com\"}}",
                "grants for AWS resources | {\"Bool\":{\"kms:GrantIsForAWSResource\":\"true\"}}",
                "whoever has TLS | {\"Bool\":{\"aws:SecureTransport\":true}}"
            })
    void areDeniedWhereConditionsSurelyHold(String how, String condition) {
        assertThat(judge(deniedWhere(condition), "222222222222")).as(how).isInstanceOf(Denied.class);
    }

    @Test
    void ofAnAccountAreDoubtfulWhereOnlySomeOfItsPrincipalsAreDenied() {
        KeyPolicy oneRole = deniedWhere("{\"ArnEquals\":{\"aws:PrincipalArn\":\"" + ROLE + "\"}}");

        assertThat(judge(oneRole, "333333333333")).isInstanceOf(Doubtful.class);
        assertThat(judge(oneRole, ROLE)).isInstanceOf(Denied.class);
        assertThat(judge(oneRole, "222222222222")).isEqualTo(new Granted());
    }

    @Test
    void ofMembersAreJudgedByTheirOrganization() {
        KeyPolicy perimeter = deniedWhere("{\"StringNotEqualsIfExists\":{\"aws:PrincipalOrgID\":\"o-example1234\"}}");

        assertThat(judge(perimeter, UNIT)).isEqualTo(new Granted());
        assertThat(judge(perimeter, OTHER_UNIT)).isInstanceOf(Denied.class);
        assertThat(judge(perimeter, "222222222222")).isInstanceOf(Doubtful.class);
    }

    private static KeyPolicy deniedWhere(String condition) {
        return policy(
                        "{\"Sid\":\"No\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\",\"Condition\":"
                                + condition + "}")
                .with(sharedWith("222222222222", "333333333333", ROLE, UNIT, OTHER_UNIT));
    }

    @Test
    void ofARoleAreDeniedWithItsAccountAndNeverSurelySparedByItsName() {
        assertThat(judge(denies("\"Principal\":{\"AWS\":\"333333333333\"}"), ROLE))
                .isInstanceOf(Denied.class);
        assertThat(judge(denies("\"Principal\":{\"AWS\":\"" + ROLE + "\"}"), ROLE))
                .isInstanceOf(Denied.class);
        assertThat(judge(denies("\"NotPrincipal\":{\"AWS\":[\"" + ROLE + "\"]}"), ROLE))
                .isInstanceOf(Denied.class);
        assertThat(judge(denies("\"NotPrincipal\":{\"AWS\":[\"" + ROLE + "\",\"333333333333\"]}"), ROLE))
                .isInstanceOf(Doubtful.class);
    }

    private static KeyPolicy denies(String whom) {
        return policy("{\"Effect\":\"Deny\"," + whom + ",\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}")
                .with(sharedWith(ROLE));
    }

    @Test
    void areMoreThanALaunchNeedsWhereAForeignStatementNamesTheTargetToo() {
        KeyPolicy generous = policy(
                "{\"Sid\":\"Old\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"222222222222\"},\"Action\":[\"kms:Encrypt\",\"kms:Put*\"],\"Resource\":\"*\"}");

        assertThat(judge(generous.with(sharedWith("222222222222", "444444444444")), "222222222222"))
                .isEqualTo(
                        new More(
                                "the statement Old, which is not of AMI Share, also allows account 222222222222 kms:Encrypt, kms:Put*"));
        assertThat(judge(generous.with(sharedWith("222222222222", "444444444444")), "444444444444"))
                .isEqualTo(new Granted());
    }

    @Test
    void areMoreThanALaunchNeedsWhereEverybodyIsAllowedWithoutCondition() {
        String open = "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"NotAction\":\"kms:Delete*\",\"Resource\":\"*\"";

        assertThat(judge(policy(open + "}").with(sharedWith(UNIT)), UNIT))
                .isEqualTo(new More("a statement without Sid, which is not of AMI Share, also allows " + principal(UNIT)
                        + " what its NotAction leaves"));
        assertThat(judge(
                        policy(open + ",\"Condition\":{\"StringEquals\":{\"kms:CallerAccount\":\"111111111111\"}}}")
                                .with(sharedWith(UNIT)),
                        UNIT))
                .isEqualTo(new Granted());
    }

    private static LaunchRights judge(KeyPolicy policy, String target) {
        return LaunchRights.judge(policy, principal(target), Boundary.unlimited(), KEY);
    }
}
