package dev.awssandbox.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.iam.PolicyDocument.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each kind of policy takes. Single quotes stand for double ones. */
final class PolicyDocumentTest {
    private static final String DELIMITER = "!";

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            a statement alone           ! {'Effect':'Allow','Action':'ec2:*','Resource':'*'}
            a list of them              ! [{'Effect':'Allow','Action':'ec2:*','Resource':'*'},{'Effect':'Deny','Action':'ec2:RunInstances','Resource':'*'}]
            lists of actions            ! {'Effect':'Allow','Action':['ec2:Describe*','kms:List?rants'],'Resource':['*']}
            any partition               ! {'Effect':'Allow','Action':'ec2:*','Resource':'arn:*:ec2:*::image/*'}
            what it is not              ! {'Effect':'Deny','NotAction':'ec2:*','NotResource':'arn:aws:ec2:*::image/*'}
            boolean and number values   ! {'Effect':'Allow','Action':'*','Resource':'*','Condition':{'Bool':{'aws:SecureTransport':true},'NumericLessThan':{'s3:max-keys':10}}}
            no condition                ! {'Sid':'A1','Effect':'Allow','Action':'ec2:*','Resource':'*','Condition':{}}
            """)
    void takesAnIdentityPolicyWith(String what, String statement) {
        assertThatCode(() -> parse(Kind.IDENTITY, statement)).as(what).doesNotThrowAnyException();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            an element it does not know ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Conditions':{}}     ! unknown element Conditions
            a principal                 ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Principal':'*'}     ! Has prohibited field Principal
            no action                   ! {'Effect':'Allow','Resource':'*'}                                      ! must contain actions
            no resource                 ! {'Effect':'Allow','Action':'ec2:*'}                                    ! must contain resources
            an empty list of actions    ! {'Effect':'Allow','Action':[],'Resource':'*'}                          ! must contain actions
            both Action and NotAction   ! {'Effect':'Allow','Action':'ec2:*','NotAction':'kms:*','Resource':'*'} ! not both
            no effect                   ! {'Action':'ec2:*','Resource':'*'}                                      ! Effect
            another effect              ! {'Effect':'allow','Action':'ec2:*','Resource':'*'}                     ! Effect
            an action without vendor    ! {'Effect':'Allow','Action':'RunInstances','Resource':'*'}              ! prefaced by a vendor
            another partition's ARN     ! {'Effect':'Allow','Action':'ec2:*','Resource':'arn:aws-cn:ec2:*::image/*'} ! Partition "aws-cn" is not valid for resource
            a resource that is no ARN   ! {'Effect':'Allow','Action':'ec2:*','Resource':'image/*'}               ! must be in ARN format
            an ARN that is too short    ! {'Effect':'Allow','Action':'ec2:*','Resource':'arn:aws:ec2:image/*'}   ! must be in ARN format
            a Sid with a space          ! {'Sid':'a b','Effect':'Allow','Action':'ec2:*','Resource':'*'}         ! alpha-numeric
            the same Sid twice          ! [{'Sid':'A','Effect':'Allow','Action':'ec2:*','Resource':'*'},{'Sid':'A','Effect':'Deny','Action':'ec2:*','Resource':'*'}] ! must be unique
            an operator unknown         ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Condition':{'StringIs':{'aws:a':'b'}}}       ! Invalid Condition type : StringIs
            a condition without vendor  ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Condition':{'StringEquals':{'team':'b'}}}    ! prefaced by a vendor
            a condition value of null   ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Condition':{'StringEquals':{'aws:a':null}}}  ! Syntax errors
            a condition without values  ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Condition':{'StringEquals':{'aws:a':[]}}}    ! no value for aws:a
            a condition that is a text  ! {'Effect':'Allow','Action':'ec2:*','Resource':'*','Condition':'x'}     ! Syntax errors
            an action that is a number  ! {'Effect':'Allow','Action':5,'Resource':'*'}                           ! Syntax errors
            a key twice                 ! {'Effect':'Allow','Effect':'Deny','Action':'ec2:*','Resource':'*'}     ! Syntax errors
            no statement in the list    ! []                                                                     ! Syntax errors
            a statement that is a text  ! ['x']                                                                  ! Syntax errors
            """)
    void refusesAnIdentityPolicyWith(String what, String statement, String message) {
        assertThatThrownBy(() -> parse(Kind.IDENTITY, statement))
                .as(what)
                .isInstanceOf(MalformedPolicy.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            a resource             ! {'Effect':'Allow','Principal':'*','Action':'sts:AssumeRole','Resource':'*'}            ! Has prohibited field Resource
            another action         ! {'Effect':'Allow','Principal':'*','Action':'ec2:RunInstances'}                        ! may only specify STS AssumeRole actions
            a wildcard action      ! {'Effect':'Allow','Principal':'*','Action':'sts:*'}                                   ! may only specify STS AssumeRole actions
            no principal           ! {'Effect':'Allow','Action':'sts:AssumeRole'}                                          ! Missing required field Principal
            an empty principal     ! {'Effect':'Allow','Principal':{},'Action':'sts:AssumeRole'}                           ! Missing required field Principal
            a principal of a kind  ! {'Effect':'Allow','Principal':{'Federated':'x'},'Action':'sts:AssumeRole'}            ! unknown element Federated
            a service of nobody    ! {'Effect':'Allow','Principal':{'Service':'lambda'},'Action':'sts:AssumeRole'}         ! Invalid principal in policy: "SERVICE":"lambda"
            a bare account         ! {'Effect':'Allow','Principal':'111111111111','Action':'sts:AssumeRole'}               ! Invalid principal in policy
            """)
    void refusesATrustPolicyWith(String what, String statement, String message) {
        assertThatThrownBy(() -> parse(Kind.TRUST, statement))
                .as(what)
                .isInstanceOf(MalformedPolicy.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            Sids with spaces, twice     ! [{'Sid':'a b','Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*'},{'Sid':'a b','Effect':'Deny','Principal':'*','Action':'kms:*','Resource':'*'}]
            no action                   ! {'Effect':'Allow','Principal':'*','Resource':'*'}
            no resource                 ! {'Effect':'Allow','Principal':'*','Action':'kms:*'}
            NotPrincipal                ! {'Effect':'Deny','NotPrincipal':{'AWS':'111111111111'},'Action':'kms:*','Resource':'*'}
            an action of another vendor ! {'Effect':'Allow','Principal':'*','Action':'ec2:*','Resource':'*'}
            services and accounts       ! {'Effect':'Allow','Principal':{'AWS':['111111111111','*'],'Service':'ec2.amazonaws.com'},'Action':'kms:*','Resource':'*'}
            """)
    void takesAKeyPolicyWith(String what, String statement) {
        assertThatCode(() -> parse(Kind.KEY, statement)).as(what).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void refusesWhatIsNoJsonObject(Kind kind) {
        for (String text :
                new String[] {"", "x", "[]", "null", "{", "{} {}", "{\"Statement\": [], \"Owner\": 1}", "{}"}) {
            assertThatThrownBy(() -> PolicyDocument.parse(kind, text)).as(text).isInstanceOf(MalformedPolicy.class);
        }
    }

    @Test
    void onlyAnIdentityPolicyMustSayTheNewVersion() {
        String statement = "\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"ec2:*\",\"Resource\":\"*\"}}";

        for (String version : new String[] {"", "\"Version\":\"2008-10-17\",", "\"Version\":\"2020-01-01\","}) {
            assertThatThrownBy(() -> PolicyDocument.parse(Kind.IDENTITY, "{" + version + statement))
                    .as(version)
                    .isInstanceOf(MalformedPolicy.class)
                    .hasMessageContaining("ersion");
        }
        assertThatCode(
                        () -> PolicyDocument.parse(
                                Kind.KEY,
                                "{\"Statement\":{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}}"))
                .doesNotThrowAnyException();
    }

    @Test
    void keepsValuesAsTheyWereWritten() {
        String statement = "{'Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*',"
                + "'Condition':{'Bool':{'kms:GrantIsForAWSResource':true},'NumericEquals':{'a:b':1.50}}}";

        assertThat(parse(Kind.KEY, statement).json().toString())
                .contains("{\"kms:GrantIsForAWSResource\":true}", "{\"a:b\":1.50}");
    }

    private static PolicyDocument parse(Kind kind, String statement) {
        return PolicyDocument.parse(
                kind, ("{'Version':'2012-10-17','Statement':" + statement + "}").replace('\'', '"'));
    }
}
