package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.KEY;
import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.OTHER_UNIT;
import static dev.amishare.keypolicy.Some.ROLE;
import static dev.amishare.keypolicy.Some.UNIT;
import static dev.amishare.keypolicy.Some.boundary;
import static dev.amishare.keypolicy.Some.principals;
import static dev.amishare.keypolicy.Some.sharedWith;
import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShareStatementsTest {
    @Test
    void grantsAccountsAndRolesALaunchThroughEc2AndADescription() {
        assertThat(json(sharedWith(ROLE, "222222222222")))
                .containsExactly(
                        """
                        {"Sid":"AmiShareUse","Effect":"Allow",
                        "Principal":{"AWS":["arn:aws:iam::222222222222:root","arn:aws:iam::333333333333:role/team/Launcher"]},
                        "Action":["kms:CreateGrant","kms:Decrypt","kms:GenerateDataKey","kms:GenerateDataKeyWithoutPlaintext","kms:ReEncrypt*"],
                        "Resource":"*",
                        "Condition":{"StringEquals":{"kms:ViaService":"ec2.eu-west-1.amazonaws.com"},
                        "BoolIfExists":{"kms:GrantIsForAWSResource":"true"}}}"""
                                .replace("\n", ""),
                        """
                        {"Sid":"AmiShareDescribe","Effect":"Allow",
                        "Principal":{"AWS":["arn:aws:iam::222222222222:root","arn:aws:iam::333333333333:role/team/Launcher"]},
                        "Action":"kms:DescribeKey","Resource":"*"}"""
                                .replace("\n", ""));
    }

    @Test
    void asksThoseWhomOnlyAnOrganizationCoversToBeItsMembers() {
        ShareStatements statements = ShareStatements.derive(
                principals("222222222222", "333333333333"), boundary("o-b", "222222222222", "o-a"), KEY);

        assertThat(json(statements))
                .hasSize(4)
                .element(0)
                .asString()
                .contains("\"AmiShareUse\"", "{\"AWS\":[\"arn:aws:iam::222222222222:root\"]}")
                .doesNotContain("aws:PrincipalOrgID");
        assertThat(json(statements).subList(2, 4))
                .containsExactly(
                        """
                        {"Sid":"AmiShareUseMember","Effect":"Allow",
                        "Principal":{"AWS":["arn:aws:iam::333333333333:root"]},
                        "Action":["kms:CreateGrant","kms:Decrypt","kms:GenerateDataKey","kms:GenerateDataKeyWithoutPlaintext","kms:ReEncrypt*"],
                        "Resource":"*",
                        "Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-a","o-b"],"kms:ViaService":"ec2.eu-west-1.amazonaws.com"},
                        "BoolIfExists":{"kms:GrantIsForAWSResource":"true"}}}"""
                                .replace("\n", ""),
                        """
                        {"Sid":"AmiShareDescribeMember","Effect":"Allow",
                        "Principal":{"AWS":["arn:aws:iam::333333333333:root"]},
                        "Action":"kms:DescribeKey","Resource":"*",
                        "Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-a","o-b"]}}}"""
                                .replace("\n", ""));
    }

    @Test
    void namesEverybodyOnlyInsideTheOrganizationsAndUnitsAskedFor() {
        assertThat(json(sharedWith(UNIT, OTHER_UNIT)))
                .containsExactly(
                        """
                        {"Sid":"AmiShareUseOrg","Effect":"Allow","Principal":{"AWS":"*"},
                        "Action":["kms:CreateGrant","kms:Decrypt","kms:GenerateDataKey","kms:GenerateDataKeyWithoutPlaintext","kms:ReEncrypt*"],
                        "Resource":"*",
                        "Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-example1234","o-other56789"],"kms:ViaService":"ec2.eu-west-1.amazonaws.com"},
                        "BoolIfExists":{"kms:GrantIsForAWSResource":"true"},
                        "ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-example1234/*/ou-ab12-cdefgh34/*","o-other56789/*/ou-xy89-zzzzzz99/*"]}}}"""
                                .replace("\n", ""),
                        """
                        {"Sid":"AmiShareDescribeOrg","Effect":"Allow","Principal":{"AWS":"*"},
                        "Action":"kms:DescribeKey","Resource":"*",
                        "Condition":{"StringEquals":{"aws:PrincipalOrgID":["o-example1234","o-other56789"]},
                        "ForAnyValue:StringLike":{"aws:PrincipalOrgPaths":["o-example1234/*/ou-ab12-cdefgh34/*","o-other56789/*/ou-xy89-zzzzzz99/*"]}}}"""
                                .replace("\n", ""));
    }

    @Test
    void makesAPairForEachGroupThatHasSomebody() {
        assertThat(ShareStatements.derive(
                                principals("222222222222", "333333333333", ORGANIZATION),
                                boundary("222222222222", "o-example1234"),
                                KEY)
                        .statements())
                .extracting(Statement::sid)
                .containsExactly(
                        "AmiShareUse",
                        "AmiShareDescribe",
                        "AmiShareUseMember",
                        "AmiShareDescribeMember",
                        "AmiShareUseOrg",
                        "AmiShareDescribeOrg");
        assertThat(sharedWith().statements()).isEmpty();
    }

    @Test
    void leavesOutWhomTheBoundaryDoesNotHoldWhateverTheLedgerSays() {
        ShareStatements statements =
                ShareStatements.derive(principals("222222222222", "333333333333", UNIT), boundary("222222222222"), KEY);

        assertThat(statements.principals()).isEqualTo(principals("222222222222"));
        assertThat(String.join("", json(statements))).doesNotContain("333333333333", "{\"AWS\":\"*\"");
    }

    @Test
    void hasTheSameDigestForTheSameGrantsOnly() {
        assertThat(sharedWith("222222222222", ROLE).digest())
                .isEqualTo(sharedWith(ROLE, "222222222222").digest())
                .isNotEqualTo(sharedWith(ROLE).digest())
                .hasSize(32);
    }

    @Test
    void takesPartitionAndRegionFromTheKey() {
        ShareStatements statements = ShareStatements.derive(
                principals("222222222222"),
                Boundary.unlimited(),
                "arn:aws-us-gov:kms:us-gov-west-1:111111111111:key/1");

        assertThat(json(statements).get(0))
                .contains("arn:aws-us-gov:iam::222222222222:root", "ec2.us-gov-west-1.amazonaws.com");
    }

    @Test
    void knowsItsSids() {
        assertThat(ShareStatements.sids())
                .containsExactly(
                        "AmiShareDescribe",
                        "AmiShareDescribeMember",
                        "AmiShareDescribeOrg",
                        "AmiShareUse",
                        "AmiShareUseMember",
                        "AmiShareUseOrg");
    }

    private static List<String> json(ShareStatements statements) {
        return statements.statements().stream()
                .map(Statement::json)
                .map(Json::text)
                .toList();
    }
}
