package dev.awssandbox.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.iam.Judgement;
import dev.awssandbox.kernel.Kernel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.GrantOperation;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.Tag;

/**
 * Who may do what with a key. The owner is 111111111111, the target 222222222222, a stranger 333333333333; {@code admin} is an account's
 * administrator, {@code role} its role App with the identity policy that the row gives it. Single quotes stand for double ones.
 */
final class KeyAuthorizationTest {
    private static final String DELIMITER = "!";
    private static final String OWNER = "111111111111";
    private static final String TARGET = "222222222222";
    private static final String REGION = "us-east-1";
    private static final String THROUGH_EC2 = "ec2.us-east-1.amazonaws.com";

    /** What the product writes, shortened to one account (design.md section 5). */
    private static final String TIGHT =
            """
            {'Sid':'Use','Effect':'Allow','Principal':{'AWS':'arn:aws:iam::222222222222:root'},
             'Action':['kms:Decrypt','kms:ReEncrypt*','kms:GenerateDataKey','kms:GenerateDataKeyWithoutPlaintext','kms:CreateGrant'],
             'Resource':'*','Condition':{'StringEquals':{'kms:ViaService':'ec2.us-east-1.amazonaws.com'},
             'BoolIfExists':{'kms:GrantIsForAWSResource':'true'}}},
            {'Sid':'Describe','Effect':'Allow','Principal':{'AWS':'arn:aws:iam::222222222222:root'},'Action':'kms:DescribeKey','Resource':'*'}""";

    @ParameterizedTest(name = "{5}: key {0}, identity {2}: {1} {3}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            'Principal':{'AWS':'arn:aws:iam::111111111111:root'}     ! 111111111111 role  ! kms:Decrypt ! Decrypt       ! true  ! delegated, and the identity policy allows
            'Principal':{'AWS':'arn:aws:iam::111111111111:root'}     ! 111111111111 role  ! -           ! Decrypt       ! false ! delegated, but the identity policy says nothing
            'Principal':{'AWS':'arn:aws:iam::111111111111:root'}     ! 111111111111 admin ! -           ! Decrypt       ! true  ! administrators may what the account may
            'Principal':{'AWS':'arn:aws:iam::111111111111:role/App'} ! 111111111111 role  ! -           ! Decrypt       ! true  ! the role is named: no identity policy needed
            'Principal':{'AWS':'arn:aws:iam::111111111111:role/App'} ! 111111111111 admin ! -           ! Decrypt       ! false ! nobody else is, not even the administrator
            'Principal':{'AWS':'arn:aws:iam::111111111111:role/App'} ! 111111111111 role  ! ~kms:Decrypt! Decrypt       ! false ! an identity policy denies
            'Principal':{'AWS':'*'}                                  ! 111111111111 role  ! -           ! Decrypt       ! true  ! everybody is named
            'Principal':{'AWS':'*'}                                  ! 222222222222 role  ! -           ! Decrypt       ! false ! everybody is named, but across accounts both must allow
            'Principal':{'AWS':'*'}                                  ! 222222222222 role  ! kms:Decrypt ! Decrypt       ! true  ! both allow
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 role  ! kms:Decrypt ! Decrypt       ! true  ! both allow
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 role  ! -           ! Decrypt       ! false ! only the key policy allows
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! Decrypt       ! true  ! administrators are allowed by their own side
            'Principal':{'AWS':'arn:aws:iam::111111111111:root'}     ! 222222222222 role  ! kms:*       ! Decrypt       ! false ! only the identity policy allows
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 333333333333 admin ! -           ! Decrypt       ! false ! a stranger
            'Principal':{'AWS':'arn:aws:iam::222222222222:role/App'} ! 222222222222 role  ! kms:Decrypt ! Decrypt       ! true  ! the role is named, and its account allows
            'Principal':{'AWS':'arn:aws:iam::222222222222:role/App'} ! 222222222222 role  ! -           ! Decrypt       ! false ! the role is named, but its account says nothing
            'Principal':{'AWS':'arn:aws:iam::222222222222:role/App'} ! 222222222222 admin ! -           ! Decrypt       ! false ! another principal of that account
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! CreateGrant   ! true  ! CreateGrant works across accounts
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! DescribeKey   ! true  ! DescribeKey works across accounts
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! GetKeyPolicy  ! false ! GetKeyPolicy does not, though both allow
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! PutKeyPolicy  ! false ! PutKeyPolicy does not
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! ScheduleKeyDeletion ! false ! deletion does not
            'Principal':{'AWS':'arn:aws:iam::222222222222:root'}     ! 222222222222 admin ! -           ! ListResourceTags ! false ! tags do not
            """)
    void keyPolicyAndIdentityPolicyTogetherDecide(
            String principal, String who, String identity, String operation, boolean allowed, String why) {
        try (Cloud cloud = cloud()) {
            Caller caller = caller(cloud, who, identity);
            String key =
                    keyWithoutDelegation(cloud, "{'Effect':'Allow','Action':'kms:*','Resource':'*'," + principal + "}");

            assertThat(cloud.kms().denial(direct(caller, key, operation)).isEmpty())
                    .as(why)
                    .isEqualTo(allowed);
        }
    }

    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            'StringEquals':{'kms:ViaService':'ec2.us-east-1.amazonaws.com'}                                 ! true  ! through EC2
            'StringEquals':{'kms:ViaService':'ec2.eu-west-1.amazonaws.com'}                                 ! false ! through EC2 of another Region
            'StringEquals':{'kms:CallerAccount':'222222222222'}                                             ! true  ! the caller's account
            'StringEquals':{'kms:CallerAccount':'111111111111'}                                             ! false ! not the key's
            'StringEquals':{'kms:EncryptionContext:aws:ebs:id':'snap-1'}                                    ! true  ! the snapshot
            'StringEquals':{'kms:EncryptionContext:aws:ebs:id':'snap-2'}                                    ! false ! another snapshot
            'ForAllValues:StringEquals':{'kms:EncryptionContextKeys':['aws:ebs:id']}                        ! true  ! no other context key
            'Bool':{'kms:GrantIsForAWSResource':'true'}                                                     ! false ! Decrypt knows of no grant
            'BoolIfExists':{'kms:GrantIsForAWSResource':'true'}                                             ! true  ! which IfExists permits
            'StringEquals':{'aws:PrincipalOrgID':'o-example1234'}                                           ! true  ! a member
            'StringEquals':{'aws:PrincipalOrgID':'o-other56789'}                                            ! false ! of another organization
            'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':['o-example1234/*/ou-ab12-cdefgh34/*']}       ! true  ! below the unit
            'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':['o-example1234/*/ou-ab12-other000/*']}       ! false ! beside the unit
            'ForAnyValue:StringLike':{'aws:PrincipalOrgPaths':['o-example1234/*']}                          ! true  ! anywhere in the organization
            'ArnEquals':{'aws:PrincipalArn':'arn:aws:iam::222222222222:role/App'}                           ! true  ! the role's ARN
            'ArnEquals':{'aws:PrincipalArn':'arn:aws:sts::222222222222:assumed-role/App/App'}               ! false ! never the session's
            'StringEquals':{'aws:ResourceTag/ami-share:managed':'true'}                                     ! true  ! the key's tag
            'IpAddress':{'aws:SourceIp':'127.0.0.0/8'}                                                      ! false ! EC2 does not call from the user's address
            'Bool':{'aws:ViaAWSService':'true'}                                                             ! true  ! through a service
            'StringEquals':{'kms:ResourceAliases':'alias/share'}                                            ! false ! multivalued, without a qualifier
            'ForAnyValue:StringEquals':{'kms:ResourceAliases':'alias/share'}                                ! true  ! the key's alias
            """)
    void conditionsOfTheKeyPolicyReadTheRequestThroughEc2(String condition, boolean allowed, String why) {
        try (Cloud cloud = cloud()) {
            cloud.organization()
                    .replace("o-example1234", "444444444444", Map.of(TARGET, "o-example1234/r-ab12/ou-ab12-cdefgh34/"));
            Caller caller = caller(cloud, "222222222222 role", "kms:*");
            String key = key(
                    cloud,
                    "{'Effect':'Allow','Action':'kms:*','Resource':'*','Principal':{'AWS':'*'},'Condition':{"
                            + condition + "}}");

            assertThat(cloud.kms()
                            .denial(throughEc2(caller, key, "Decrypt", false))
                            .isEmpty())
                    .as(why)
                    .isEqualTo(allowed);
        }
    }

    @ParameterizedTest(name = "{2}: {0}")
    @CsvSource(
            delimiterString = DELIMITER,
            quoteCharacter = '`',
            textBlock =
                    """
            'StringEquals':{'aws:ResourceTag/ami-share:managed':'true'}         ! true  ! the tag that the key has
            'StringEquals':{'aws:ResourceTag/ami-share:managed':'false'}        ! false ! another value
            'StringEquals':{'aws:ResourceTag/team':'platform'}                  ! false ! a tag that it has not
            'StringEquals':{'kms:ViaService':'ec2.us-east-1.amazonaws.com'}     ! false ! a direct call is through no service
            'Null':{'kms:ViaService':'true'}                                    ! true  ! a direct call is through no service
            'IpAddress':{'aws:SourceIp':'127.0.0.0/8'}                          ! true  ! a direct call has an address
            'StringEquals':{'aws:RequestedRegion':'us-east-1'}                  ! true  ! the Region asked
            """)
    void conditionsOfTheIdentityPolicyReadADirectCall(String condition, boolean allowed, String why) {
        try (Cloud cloud = cloud()) {
            Caller caller = caller(cloud, "111111111111 role", "-");
            cloud.iam().client(Caller.administrator(OWNER), REGION).putRolePolicy(r -> r.roleName("App")
                    .policyName("Conditional")
                    .policyDocument(json(
                            "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'kms:DescribeKey','Resource':'*','Condition':{"
                                    + condition + "}}}")));
            String key = key(cloud, "");

            assertThat(cloud.kms().denial(direct(caller, key, "DescribeKey")).isEmpty())
                    .as(why)
                    .isEqualTo(allowed);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Decrypt",
                "ReEncryptFrom",
                "ReEncryptTo",
                "GenerateDataKey",
                "GenerateDataKeyWithoutPlaintext",
                "CreateGrant",
                "DescribeKey"
            })
    void theTightPolicyLetsTheTargetLaunchAndNoMore(String operation) {
        try (Cloud cloud = cloud()) {
            String key = key(cloud, TIGHT);
            Caller target = Caller.administrator(TARGET);
            Caller stranger = Caller.administrator("333333333333");

            assertThat(cloud.kms().denial(throughEc2(target, key, operation, true)))
                    .isEmpty();
            assertThat(cloud.kms().denial(throughEc2(stranger, key, operation, true)))
                    .isPresent();
            assertThat(cloud.kms().denial(direct(target, key, operation)).isEmpty())
                    .as("a direct call")
                    .isEqualTo(operation.equals("DescribeKey"));
        }
    }

    @Test
    void theTightPolicyRefusesADirectCreateGrantAndOneThatIsForNoAwsResource() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud, TIGHT);
            Caller target = Caller.administrator(TARGET);

            assertThat(cloud.kms().denial(throughEc2(target, key, "CreateGrant", false)))
                    .isPresent();
            assertDenied(
                    "User: arn:aws:iam::222222222222:user/Administrator is not authorized to perform: kms:CreateGrant on"
                            + " resource: " + key
                            + " because no resource-based policy allows the kms:CreateGrant action",
                    () -> kms(cloud, target).createGrant(r -> r.keyId(key)
                            .granteePrincipal("arn:aws:iam::222222222222:root")
                            .operations(GrantOperation.DECRYPT)));
            for (String operation : List.of("Encrypt", "PutKeyPolicy", "ListGrants", "RevokeGrant", "Sign")) {
                assertThat(cloud.kms().denial(throughEc2(target, key, operation, true)))
                        .as(operation)
                        .isPresent();
            }
        }
    }

    @Test
    void anExplicitDenyWinsOnEitherSideAndIsSaidSo() {
        try (Cloud cloud = cloud()) {
            Caller role = caller(cloud, "222222222222 role", "~kms:Decrypt");
            String key = key(
                    cloud,
                    TIGHT
                            + ",{'Effect':'Deny','Principal':{'AWS':'222222222222'},'Action':'kms:CreateGrant','Resource':'*'}");

            assertThat(cloud.kms()
                            .denial(throughEc2(role, key, "Decrypt", false))
                            .orElseThrow())
                    .endsWith("with an explicit deny in an identity-based policy");
            assertThat(cloud.kms()
                            .denial(throughEc2(Caller.administrator(TARGET), key, "CreateGrant", true))
                            .orElseThrow())
                    .endsWith("with an explicit deny in a resource-based policy");
        }
    }

    @Test
    void aSessionPolicyLimitsWhatTheKeyPolicyGivesTheRoleButNotWhatItGivesTheSession() {
        try (Cloud cloud = cloud()) {
            caller(cloud, "111111111111 role", "kms:*");
            Caller narrowed = narrowed(cloud, "arn:aws:iam::111111111111:role/App");
            String toRole = keyWithoutDelegation(
                    cloud,
                    "{'Effect':'Allow','Action':'kms:*','Resource':'*','Principal':{'AWS':'arn:aws:iam::111111111111:role/App'}}");
            String toSession = keyWithoutDelegation(
                    cloud,
                    "{'Effect':'Allow','Action':'kms:*','Resource':'*','Principal':{'AWS':'arn:aws:sts::111111111111:assumed-role/App/narrow'}}");

            assertThat(cloud.kms().denial(direct(narrowed, toRole, "DescribeKey")))
                    .isEmpty();
            assertThat(cloud.kms().denial(direct(narrowed, toRole, "Decrypt")).orElseThrow())
                    .endsWith("because no session policy allows the kms:Decrypt action");
            assertThat(cloud.kms().denial(direct(narrowed, toSession, "Decrypt")))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"DISABLED, is disabled.", "DELETED, is pending deletion."})
    void aKeyThatIsNotEnabledIsOfNoUseToAnybodyButMayBeDescribed(String state, String reason) {
        try (Cloud cloud = cloud()) {
            String key = key(cloud, TIGHT);
            KmsClient owner = kms(cloud, Caller.administrator(OWNER));
            if (state.equals("DISABLED")) {
                owner.disableKey(r -> r.keyId(key));
            } else {
                owner.scheduleKeyDeletion(r -> r.keyId(key));
            }

            for (Caller caller : List.of(Caller.administrator(OWNER), Caller.administrator(TARGET))) {
                assertThat(cloud.kms().denial(throughEc2(caller, key, "Decrypt", false)))
                        .contains(key + " " + reason);
                assertThat(cloud.kms().denial(throughEc2(caller, key, "CreateGrant", true)))
                        .contains(key + " " + reason);
                assertThat(cloud.kms().denial(throughEc2(caller, key, "DescribeKey", false)))
                        .isEmpty();
            }
        }
    }

    @Test
    void aKeyIsOfNoUseInAnotherRegion() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud, TIGHT);
            KeyUse use = new KeyUse(
                    Caller.administrator(TARGET),
                    "eu-west-1",
                    key,
                    "Decrypt",
                    "ec2.eu-west-1.amazonaws.com",
                    false,
                    Map.of());

            assertThat(cloud.kms().denial(use)).contains("Key '" + key + "' does not exist");
        }
    }

    @Test
    void theKeyOfEbsServesItsAccountThroughEc2AndNobodyElse() {
        try (Cloud cloud = cloud()) {
            String key = cloud.kms().ebsKey(OWNER, REGION);
            Caller role = caller(cloud, "111111111111 role", "-");

            assertThat(cloud.kms().denial(throughEc2(role, key, "GenerateDataKeyWithoutPlaintext", false)))
                    .as("any principal of the account, without an identity policy")
                    .isEmpty();
            assertThat(cloud.kms().denial(direct(Caller.administrator(OWNER), key, "Decrypt")))
                    .isPresent();
            assertThat(cloud.kms().denial(throughEc2(Caller.administrator(TARGET), key, "Decrypt", false)))
                    .isPresent();
        }
    }

    @Test
    void aGrantStandsInForBothPoliciesButNotAgainstADeny() {
        try (Cloud cloud = cloud()) {
            Caller app = caller(cloud, "222222222222 role", "-");
            String key = key(cloud, TIGHT);
            KmsClient owner = kms(cloud, Caller.administrator(OWNER));
            owner.createGrant(r -> r.keyId(key)
                    .granteePrincipal("arn:aws:iam::222222222222:role/App")
                    .operations(GrantOperation.DECRYPT)
                    .constraints(c -> c.encryptionContextSubset(Map.of("aws:ebs:id", "snap-1"))));

            assertThat(cloud.kms().denial(throughEc2(app, key, "Decrypt", false)))
                    .isEmpty();
            assertThat(cloud.kms().denial(direct(app, key, "Decrypt")))
                    .as("without the encryption context")
                    .isPresent();
            assertThat(cloud.kms().denial(throughEc2(app, key, "ReEncryptFrom", false)))
                    .as("an operation that was not granted")
                    .isPresent();
            cloud.iam().client(Caller.administrator(TARGET), REGION).putRolePolicy(r -> r.roleName("App")
                    .policyName("Deny")
                    .policyDocument(json(
                            "{'Version':'2012-10-17','Statement':{'Effect':'Deny','Action':'kms:*','Resource':'*'}}")));
            assertThat(cloud.kms().denial(throughEc2(app, key, "Decrypt", false)))
                    .isPresent();
        }
    }

    @Test
    void aGrantToAnAccountNeedsThatAccountsIdentityPolicies() {
        try (Cloud cloud = cloud()) {
            Caller app = caller(cloud, "222222222222 role", "-");
            String key = key(cloud, "");
            kms(cloud, Caller.administrator(OWNER)).createGrant(r -> r.keyId(key)
                    .granteePrincipal("arn:aws:iam::222222222222:root")
                    .operations(GrantOperation.DECRYPT));

            assertThat(cloud.kms().denial(direct(app, key, "Decrypt"))).isPresent();
            assertThat(cloud.kms().denial(direct(Caller.administrator(TARGET), key, "Decrypt")))
                    .isEmpty();
        }
    }

    @Test
    void aGranteePassesOnNoMoreThanItHas() {
        try (Cloud cloud = cloud()) {
            Caller app = caller(cloud, "222222222222 role", "-");
            String key = key(cloud, "");
            kms(cloud, Caller.administrator(OWNER)).createGrant(r -> r.keyId(key)
                    .granteePrincipal("arn:aws:iam::222222222222:role/App")
                    .operations(GrantOperation.DECRYPT, GrantOperation.CREATE_GRANT));

            kms(cloud, app).createGrant(r -> r.keyId(key)
                    .granteePrincipal("arn:aws:iam::333333333333:root")
                    .operations(GrantOperation.DECRYPT));
            assertDenied("kms:CreateGrant", () -> kms(cloud, app).createGrant(r -> r.keyId(key)
                    .granteePrincipal("arn:aws:iam::333333333333:root")
                    .operations(GrantOperation.ENCRYPT)));
        }
    }

    @Test
    void aGrantDiesWithItsRoleAndWithItsRevocation() {
        try (Cloud cloud = cloud()) {
            Caller app = caller(cloud, "222222222222 role", "-");
            String key = key(cloud, "");
            KmsClient owner = kms(cloud, Caller.administrator(OWNER));
            String grant = owner.createGrant(r -> r.keyId(key)
                            .granteePrincipal("arn:aws:iam::222222222222:role/App")
                            .operations(GrantOperation.DECRYPT))
                    .grantId();
            owner.revokeGrant(r -> r.keyId(key).grantId(grant));
            assertThat(cloud.kms().denial(direct(app, key, "Decrypt"))).isPresent();

            owner.createGrant(r -> r.keyId(key)
                    .granteePrincipal("arn:aws:iam::222222222222:role/App")
                    .operations(GrantOperation.DECRYPT));
            cloud.iam().client(Caller.administrator(TARGET), REGION).deleteRole(r -> r.roleName("App"));
            Caller namesake = caller(cloud, "222222222222 role", "-");

            assertThat(cloud.kms().denial(direct(app, key, "Decrypt"))).isPresent();
            assertThat(cloud.kms().denial(direct(namesake, key, "Decrypt"))).isPresent();
            assertThat(owner.listGrants(r -> r.keyId(key)).grants())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.granteePrincipal()).startsWith("AROA"));
        }
    }

    @Test
    void grantConditionsReadTheGrantThatIsAskedFor() {
        try (Cloud cloud = cloud()) {
            cloud.iam()
                    .client(Caller.administrator(TARGET), REGION)
                    .createServiceLinkedRole(r -> r.awsServiceName("autoscaling.amazonaws.com"));
            String linked =
                    "arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
            String key = key(
                    cloud,
                    "{'Effect':'Allow','Principal':{'AWS':'222222222222'},'Action':'kms:CreateGrant','Resource':'*','Condition':{"
                            + "'ArnEquals':{'kms:GranteePrincipal':'" + linked + "'},"
                            + "'ForAllValues:StringEquals':{'kms:GrantOperations':['Decrypt','DescribeKey']}}}");
            KmsClient target = kms(cloud, Caller.administrator(TARGET));

            target.createGrant(r -> r.keyId(key).granteePrincipal(linked).operations(GrantOperation.DECRYPT));

            assertDenied(
                    "kms:CreateGrant",
                    () -> target.createGrant(
                            r -> r.keyId(key).granteePrincipal(linked).operations(GrantOperation.ENCRYPT)));
            assertDenied(
                    "kms:CreateGrant",
                    () -> target.createGrant(r -> r.keyId(key)
                            .granteePrincipal("arn:aws:iam::222222222222:root")
                            .operations(GrantOperation.DECRYPT)));
        }
    }

    @Test
    void whatAServiceGrantsForItsResourceIsListedAndRetired() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud, TIGHT);
            KmsClient owner = kms(cloud, Caller.administrator(OWNER));
            String grantee = "arn:aws:sts::222222222222:assumed-role/aws:ec2-infrastructure/i-1";

            String grant = cloud.kms()
                    .grantToService(
                            throughEc2(Caller.administrator(TARGET), key, "CreateGrant", true),
                            grantee,
                            Set.of("Decrypt"),
                            Map.of("aws:ebs:id", "vol-1"));

            assertThat(owner.listGrants(r -> r.keyId(key)).grants())
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.granteePrincipal()).isEqualTo(grantee);
                        assertThat(entry.issuingAccount()).isEqualTo("arn:aws:iam::222222222222:root");
                        assertThat(entry.constraints().encryptionContextSubset())
                                .isEqualTo(Map.of("aws:ebs:id", "vol-1"));
                    });
            cloud.kms().retireGrant(key, grant);
            assertThat(owner.listGrants(r -> r.keyId(key)).grants()).isEmpty();
        }
    }

    @Test
    void dryRunTellsWhetherADirectCallWouldBeAllowed() {
        try (Cloud cloud = cloud()) {
            String key = key(cloud, TIGHT);
            KmsClient owner = kms(cloud, Caller.administrator(OWNER));
            KmsClient target = kms(cloud, Caller.administrator(TARGET));

            assertError(
                    "DryRunOperationException",
                    () -> owner.generateDataKey(r -> r.keyId(key).dryRun(true)));
            assertError(
                    "AccessDeniedException",
                    () -> target.generateDataKey(r -> r.keyId(key).dryRun(true)));
            assertThatThrownBy(() -> owner.generateDataKey(r -> r.keyId(key)))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void identityDecisionsAreKeptWithTheStatementThatMadeThem() {
        try (Cloud cloud = cloud()) {
            Caller app = caller(cloud, "111111111111 role", "kms:Decrypt");
            String key = key(cloud, "");
            String named = keyWithoutDelegation(
                    cloud,
                    "{'Effect':'Allow','Action':'kms:DescribeKey','Resource':'*','Principal':{'AWS':'arn:aws:iam::111111111111:role/App'}}");
            cloud.kms().denial(direct(app, key, "Decrypt"));
            cloud.kms().denial(direct(app, key, "Encrypt"));
            cloud.kms().denial(direct(app, named, "DescribeKey"));

            List<Judgement> ofApp = cloud.iam().judgements().stream()
                    .filter(judgement -> judgement.caller().equals(app))
                    .toList();

            assertThat(ofApp)
                    .as("what the key policy alone allows is no use of the role's policies")
                    .extracting(judgement -> judgement.access().action())
                    .containsExactly("kms:Decrypt", "kms:Encrypt");
            assertThat(ofApp.get(0).statement()).isEqualTo("Identity#Only");
            assertThat(ofApp.get(0).access().resourceArn()).isEqualTo(key);
            assertThat(ofApp.get(1).decision().allowed()).isFalse();
            assertThat(ofApp.get(1).statement()).isNull();
        }
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }

    private static KmsClient kms(Cloud cloud, Caller caller) {
        return cloud.kms().client(caller, REGION);
    }

    /** A key of the owner's account, to which its policy delegates everything, beside {@code statements}. */
    private static String key(Cloud cloud, String statements) {
        return keyUnderControl(cloud, "'kms:*'", statements);
    }

    /** A key of which the owner's account may do nothing by itself but change the policy. */
    private static String keyWithoutDelegation(Cloud cloud, String statements) {
        return keyUnderControl(cloud, "['kms:PutKeyPolicy','kms:CreateAlias']", statements);
    }

    private static String keyUnderControl(Cloud cloud, String actions, String statements) {
        String control =
                "{'Effect':'Allow','Principal':{'AWS':'111111111111'},'Resource':'*','Action':" + actions + "}";
        KmsClient owner = kms(cloud, Caller.administrator(OWNER));
        String key = owner.createKey(r -> r.policy(json("{'Version':'2012-10-17','Statement':[" + control
                                + (statements.isEmpty() ? "" : "," + statements) + "]}"))
                        .tags(List.of(Tag.builder()
                                .tagKey("ami-share:managed")
                                .tagValue("true")
                                .build())))
                .keyMetadata()
                .arn();
        if (cloud.kms().find(OWNER, REGION, "alias/share").isEmpty()) {
            owner.createAlias(r -> r.aliasName("alias/share").targetKeyId(key));
        }
        return key;
    }

    /** The one that a row names; {@code ~} before the identity policy's action denies it. */
    private static Caller caller(Cloud cloud, String who, String identity) {
        String account = who.substring(0, 12);
        if (who.endsWith("admin")) {
            role(cloud, OWNER);
            role(cloud, TARGET);
            return Caller.administrator(account);
        }
        String role = role(cloud, account);
        if (!identity.equals("-")) {
            boolean denies = identity.startsWith("~");
            cloud.iam().client(Caller.administrator(account), REGION).putRolePolicy(r -> r.roleName("App")
                    .policyName("Identity")
                    .policyDocument(json("{'Version':'2012-10-17','Statement':{'Sid':'Only','Effect':'"
                            + (denies ? "Deny" : "Allow") + "','Resource':'*','Action':'"
                            + identity.replace("~", "") + "'}}")));
        }
        return cloud.iam()
                .callerOf(cloud.iam().sessionOf(role, "App").accessKeyId())
                .orElseThrow();
    }

    private static String role(Cloud cloud, String account) {
        String arn = "arn:aws:iam::" + account + ":role/App";
        cloud.iam().client(Caller.administrator(account), REGION).createRole(r -> r.roleName("App")
                .assumeRolePolicyDocument(json(
                        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'"
                                + account + "'}}}")));
        return arn;
    }

    private static Caller narrowed(Cloud cloud, String role) {
        String policy =
                "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'kms:DescribeKey','Resource':'*'}}";
        return cloud.iam()
                .callerOf(cloud.iam()
                        .sts(Caller.administrator(OWNER), REGION)
                        .assumeRole(
                                r -> r.roleArn(role).roleSessionName("narrow").policy(json(policy)))
                        .credentials()
                        .accessKeyId())
                .orElseThrow();
    }

    private static KeyUse direct(Caller caller, String key, String operation) {
        return new KeyUse(caller, REGION, key, operation, null, false, Map.of());
    }

    private static KeyUse throughEc2(Caller caller, String key, String operation, boolean forAwsResource) {
        return new KeyUse(caller, REGION, key, operation, THROUGH_EC2, forAwsResource, Map.of("aws:ebs:id", "snap-1"));
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static void assertDenied(String message, ThrowingCallable call) {
        assertError("AccessDeniedException", call);
        assertThatThrownBy(call).hasMessageContaining(message);
    }

    private static void assertError(String code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KmsException.class, e -> assertThat(
                        e.awsErrorDetails().errorCode())
                .isEqualTo(code));
    }
}
