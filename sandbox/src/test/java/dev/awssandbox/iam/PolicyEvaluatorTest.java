package dev.awssandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import dev.awssandbox.iam.PolicyDocument.Kind;
import dev.awssandbox.iam.Verdict.Outcome;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements, requests, outcomes. Single quotes stand for double ones. */
final class PolicyEvaluatorTest {
    private static final String DELIMITER = "!";
    private static final Caller SESSION =
            Caller.roleSession("arn:aws:iam::111111111111:role/team/App", "AROAAPP", "s1");
    private static final Caller ADMINISTRATOR = Caller.administrator("111111111111");

    @ParameterizedTest(name = "{4}: {0} on {1} of {2}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            'Allow','Action':'ec2:CopySnapshot','Resource':'*'         ! ec2:CopySnapshot      ! arn:aws:ec2:us-east-1::snapshot/snap-1 ! ALLOWED ! the action by name
            'Allow','Action':'EC2:copysnapshot','Resource':'*'         ! ec2:CopySnapshot      ! arn:aws:ec2:us-east-1::snapshot/snap-1 ! ALLOWED ! case of actions does not count
            'Allow','Action':'ec2:Describe*','Resource':'*'            ! ec2:DescribeImages    ! *                                      ! ALLOWED ! a wildcard
            'Allow','Action':'ec2:Describe*','Resource':'*'            ! ec2:CopyImage         ! *                                      ! SILENT  ! beside the wildcard
            'Allow','Action':'ec2:*','Resource':'*'                    ! kms:Decrypt           ! *                                      ! SILENT  ! another vendor
            'Allow','Action':'*','Resource':'*'                        ! kms:Decrypt           ! *                                      ! ALLOWED ! everything
            'Allow','NotAction':'iam:*','Resource':'*'                 ! kms:Decrypt           ! *                                      ! ALLOWED ! all but IAM
            'Allow','NotAction':'iam:*','Resource':'*'                 ! iam:GetRole           ! *                                      ! SILENT  ! IAM is excepted
            'Deny','NotAction':'iam:*','Resource':'*'                  ! kms:Decrypt           ! *                                      ! DENIED  ! all but IAM is denied
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/*'! ec2:CopySnapshot      ! arn:aws:ec2:eu-west-1::snapshot/snap-1 ! ALLOWED ! wildcards in parts
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/*'! ec2:CopySnapshot      ! arn:aws:ec2:eu-west-1:1:snapshot/snap-1! SILENT  ! an empty account is not any account
            'Allow','Action':'*','Resource':'arn:aws:ec2:*'            ! ec2:CopySnapshot      ! arn:aws:ec2:eu-west-1::snapshot/snap-1 ! SILENT  ! no wildcard over colons
            'Allow','Action':'*','Resource':'arn:aws:kms:us-east-1:111111111111:key/1' ! kms:Decrypt ! arn:aws:kms:us-east-1:111111111111:key/12 ! SILENT ! no prefix
            'Allow','Action':'*','NotResource':'arn:aws:ec2:*::image/*'! ec2:X                 ! arn:aws:ec2:us-east-1::snapshot/a      ! ALLOWED ! all but images
            'Allow','Action':'*','NotResource':'arn:aws:ec2:*::image/*'! ec2:X                 ! arn:aws:ec2:us-east-1::image/a         ! SILENT  ! images are excepted
            'Allow','Action':'*','Resource':'arn:aws:iam::111111111111:role/${aws:username}' ! iam:GetRole ! arn:aws:iam::111111111111:role/ann ! ALLOWED ! a variable
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/${*}'  ! ec2:X ! arn:aws:ec2:us-east-1::snapshot/*      ! ALLOWED ! the literal star
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/${*}'  ! ec2:X ! arn:aws:ec2:us-east-1::snapshot/snap-1 ! SILENT  ! the literal star is no wildcard
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/a*${?}'! ec2:X ! arn:aws:ec2:us-east-1::snapshot/abc?   ! ALLOWED ! a wildcard beside a literal
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/a*${?}'! ec2:X ! arn:aws:ec2:us-east-1::snapshot/abcd   ! SILENT  ! the literal question mark is no wildcard
            'Allow','Action':'*','Resource':'arn:aws:ec2:*::snapshot/${$}'  ! ec2:X ! arn:aws:ec2:us-east-1::snapshot/$      ! ALLOWED ! the literal dollar
            'Allow','Action':'*','Resource':'arn:aws:iam::111111111111:role/${aws:nothing}' ! iam:GetRole ! arn:aws:iam::111111111111:role/ann ! SILENT ! a variable without value
            """)
    void matchesActionsAndResources(String statement, String action, String resource, Outcome outcome, String why) {
        PolicyDocument policy = policy("[{'Principal':'*','Effect':" + statement + "}]");

        assertThat(evaluate(policy, SESSION, action, resource).outcome())
                .as(why)
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "{3}: {0} for {1}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            'Principal':'*'                                                                          ! session ! ALLOWED            ! everybody
            'Principal':{'AWS':'*'}                                                                  ! session ! ALLOWED            ! everybody, the long way
            'Principal':{'AWS':'arn:aws:iam::111111111111:root'}                                     ! session ! ALLOWED_TO_ACCOUNT ! its account
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}                                     ! session ! SILENT             ! another account
            'Principal':{'AWS':'AROAAPP'}                                                            ! session ! ALLOWED            ! its role, by id
            'Principal':{'AWS':'AROAAP'}                                                             ! session ! SILENT             ! not by the beginning of an id
            'Principal':{'AWS':'arn:aws:iam::111111111111:role/team/App'}                            ! session ! SILENT             ! a role's ARN is never stored
            'Principal':{'AWS':'arn:aws:sts::111111111111:assumed-role/App/s1'}                      ! session ! ALLOWED_TO_SESSION ! itself
            'Principal':{'AWS':'arn:aws:sts::111111111111:assumed-role/App/s2'}                      ! session ! SILENT             ! another session
            'Principal':{'AWS':['arn:aws:iam::111111111111:root','AROAAPP']}                         ! session ! ALLOWED            ! the closer one counts
            'Principal':{'Service':'ec2.amazonaws.com'}                                              ! session ! SILENT             ! a service is somebody else
            'Principal':{'AWS':'arn:aws:iam::111111111111:user/Administrator'}                       ! admin   ! ALLOWED            ! the user
            'Principal':{'AWS':'arn:aws:iam::111111111111:user/Administrator'}                       ! session ! SILENT             ! not the user
            'NotPrincipal':{'AWS':'arn:aws:iam::222222222222:root'}                                  ! session ! ALLOWED            ! all but another account
            'NotPrincipal':{'AWS':'arn:aws:iam::111111111111:root'}                                  ! session ! SILENT             ! its account is excepted
            'NotPrincipal':{'AWS':'AROAAPP'}                                                         ! session ! SILENT             ! its role is excepted
            """)
    void reachesPrincipals(String principal, String who, Outcome outcome, String why) {
        Caller caller = who.equals("admin") ? ADMINISTRATOR : SESSION;
        String allow = "[{'Effect':'Allow','Action':'kms:*','Resource':'*'," + principal + "}]";

        assertThat(evaluate(policy(allow), caller, "kms:Decrypt", "*").outcome())
                .as(why)
                .isEqualTo(outcome);
    }

    @ParameterizedTest(name = "{3}: {0} for {1}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            'arn:aws:iam::222222222222:root'                                                                       ! session ! DENIED ! nobody of ours is named
            'arn:aws:iam::111111111111:root'                                                                       ! session ! DENIED ! the account alone does not spare its roles
            'arn:aws:iam::111111111111:root','AROAAPP'                                                             ! session ! DENIED ! the session must be named, too
            'AROAAPP','arn:aws:sts::111111111111:assumed-role/App/s1'                                              ! session ! DENIED ! the account must be named, too
            'arn:aws:iam::111111111111:root','AROAAPP','arn:aws:sts::111111111111:assumed-role/App/s1'             ! session ! SILENT ! named in full
            'arn:aws:iam::111111111111:root','arn:aws:iam::111111111111:user/Administrator'                        ! admin   ! SILENT ! named in full
            'arn:aws:iam::111111111111:user/Administrator'                                                         ! admin   ! DENIED ! the account must be named, too
            """)
    void sparesFromADenyOnlyWhomNotPrincipalNamesInFull(String names, String who, Outcome outcome, String why) {
        Caller caller = who.equals("admin") ? ADMINISTRATOR : SESSION;
        String deny = "[{'Effect':'Deny','Action':'kms:*','Resource':'*','NotPrincipal':{'AWS':[" + names + "]}}]";

        assertThat(evaluate(policy(deny), caller, "kms:Decrypt", "*").outcome())
                .as(why)
                .isEqualTo(outcome);
    }

    @Test
    void aDenyWinsWhereverItStandsAndIsNamed() {
        PolicyDocument policy = policy(
                """
                [{'Sid':'First','Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*'},
                 {'Effect':'Deny','Principal':{'AWS':'arn:aws:iam::111111111111:root'},'Action':'kms:Decrypt','Resource':'*'},
                 {'Sid':'Last','Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*'}]""");

        assertThat(evaluate(policy, SESSION, "kms:Decrypt", "*")).isEqualTo(new Verdict(Outcome.DENIED, "1"));
        assertThat(evaluate(policy, SESSION, "kms:Encrypt", "*")).isEqualTo(new Verdict(Outcome.ALLOWED, "First"));
    }

    @Test
    void statementsWithoutActionsOrResourcesSayNothing() {
        PolicyDocument policy = policy(
                """
                [{'Effect':'Allow','Principal':'*','Resource':'*'},
                 {'Effect':'Allow','Principal':'*','Action':'kms:*'},
                 {'Effect':'Allow','Principal':'*','NotAction':[],'Resource':'*'},
                 {'Effect':'Allow','Principal':'*','Action':'kms:*','NotResource':[]},
                 {'Effect':'Deny','Principal':'*','Action':'kms:*'}]""");

        assertThat(evaluate(policy, SESSION, "kms:Decrypt", "*").outcome()).isEqualTo(Outcome.SILENT);
    }

    @Test
    void allConditionsOfAStatementMustHold() {
        PolicyDocument policy = policy("[{'Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*','Condition':"
                + "{'StringEquals':{'aws:username':'ann','aws:team':'x'}}}]");

        assertThat(evaluate(policy, SESSION, "kms:Decrypt", "*").outcome()).isEqualTo(Outcome.SILENT);
    }

    /** A policy of the kind that takes any ARN, so that the matching itself is seen. */
    private static PolicyDocument policy(String statements) {
        return PolicyDocument.parse(
                Kind.KEY, ("{'Version':'2012-10-17','Statement':" + statements + "}").replace('\'', '"'));
    }

    private static Verdict evaluate(PolicyDocument policy, Caller caller, String action, String resource) {
        RequestContext context = RequestContext.of(Map.of("aws:username", List.of("ann")));
        return PolicyEvaluator.evaluate(policy, Request.by(caller, action, resource, context));
    }
}
