package dev.awssandbox.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KmsException;

/** What PutKeyPolicy takes, refuses, and gives back (aws-facts 4.5). Single quotes stand for double ones. */
final class KeyPolicyTest {
    private static final String OWNER = "111111111111";
    private static final String REGION = "us-east-1";
    private static final String CONTROL =
            "{'Sid':'Control','Effect':'Allow','Principal':{'AWS':'arn:aws:iam::111111111111:root'},'Action':'kms:*','Resource':'*'}";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "arn:aws:iam::222222222222:role/Nobody",
                "arn:aws:iam::222222222222:user/Nobody",
                "arn:aws:iam::222222222222:role/*",
                "arn:aws:iam::*:root",
                "arn:aws:iam::999912345678:root",
                "999912345678",
                "12345",
                "arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
                "arn:aws:sts::222222222222:assumed-role/Nobody/session",
                "AROAABCDEFGHIJKLMNOPQ",
                "AIDAABCDEFGHIJKLMNOPQ",
                "arn:aws:organizations::111111111111:organization/o-example1234",
                "arn:aws-cn:iam::222222222222:root"
            })
    void refusesAPrincipalThatDoesNotExistWhereverItStands(String principal) {
        for (String element : new String[] {
            "'Principal':{'AWS':'" + principal + "'}",
            "'Principal':{'AWS':['222222222222','" + principal + "']}",
            "'NotPrincipal':{'AWS':'" + principal + "'}"
        }) {
            assertRefused(
                    "MalformedPolicyDocumentException",
                    "Policy contains a statement with one or more invalid principals.",
                    CONTROL + ",{'Effect':'Deny','Action':'kms:Decrypt','Resource':'*'," + element + "}");
        }
    }

    @Test
    void takesAServiceLinkedRoleOnceItIsThere() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            cloud.iam()
                    .client(Caller.administrator(OWNER), REGION)
                    .createServiceLinkedRole(r -> r.awsServiceName("autoscaling.amazonaws.com"));
            String role =
                    "arn:aws:iam::111111111111:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
            String key = key(cloud);

            put(cloud, key, CONTROL + "," + allowing(role));

            assertThat(get(cloud, key).at("/Statement/1/Principal/AWS").asText())
                    .isEqualTo(role);
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = "!",
            quoteCharacter = '`',
            textBlock =
                    """
            another account alone        ! {'Effect':'Allow','Principal':{'AWS':'222222222222'},'Action':'kms:*','Resource':'*'}
            everything but PutKeyPolicy  ! {'Effect':'Allow','Principal':{'AWS':'111111111111'},'NotAction':'kms:PutKeyPolicy','Resource':'*'}
            a deny of it                 ! {'Effect':'Allow','Principal':{'AWS':'111111111111'},'Action':'kms:*','Resource':'*'},{'Effect':'Deny','Principal':'*','Action':'kms:Put*','Resource':'*'}
            only through EC2             ! {'Effect':'Allow','Principal':{'AWS':'111111111111'},'Action':'kms:*','Resource':'*','Condition':{'StringEquals':{'kms:ViaService':'ec2.us-east-1.amazonaws.com'}}}
            only a service               ! {'Effect':'Allow','Principal':{'Service':'ec2.amazonaws.com'},'Action':'kms:*','Resource':'*'}
            """)
    void refusesToLockTheCallerOut(String what, String statements) {
        assertRefused(
                "MalformedPolicyDocumentException",
                "The new key policy will not allow you to update the key policy in the future.",
                statements);
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            kms(cloud).putKeyPolicy(r -> r.keyId(key)
                    .policy(json("{'Version':'2012-10-17','Statement':[" + statements + "]}"))
                    .bypassPolicyLockoutSafetyCheck(true));
            assertThatThrownBy(() -> put(cloud, key, CONTROL)).as(what).hasMessageContaining("kms:PutKeyPolicy");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiterString = "!",
            quoteCharacter = '`',
            textBlock =
                    """
            ForAllValues on a context   ! {'Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*','Condition':{'ForAllValues:StringEquals':{'kms:EncryptionContext:aws:ebs:id':'x'}}} ! OverlyPermissiveCondition
            an unknown operator         ! {'Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*','Condition':{'StringIs':{'aws:a':'x'}}}                                           ! Invalid Condition type : StringIs
            an unknown element          ! {'Effect':'Allow','Principal':'*','Action':'kms:*','Resource':'*','When':'now'}                                                                     ! unknown element When
            no action                   ! {'Effect':'Allow','Principal':'*','Resource':'*'} ! must contain actions
            an empty list of actions    ! {'Effect':'Allow','Principal':'*','Action':[],'Resource':'*'} ! must contain actions
            no resource                 ! {'Effect':'Deny','Principal':'*','Action':'kms:Decrypt'} ! must contain resources
            no principal                ! {'Effect':'Allow','Action':'kms:*','Resource':'*'}                                                                                                   ! Missing required field Principal
            """)
    void refusesAStatementWith(String what, String statement, String message) {
        assertThat(what).isNotEmpty();
        assertRefused("MalformedPolicyDocumentException", message, CONTROL + "," + statement);
    }

    @Test
    void refusesMoreThan32KiB() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            String bare = json("{'Version':'2012-10-17','Statement':[" + CONTROL + "]}");

            kms(cloud).putKeyPolicy(r -> r.keyId(key).policy(bare + " ".repeat(32_768 - bare.length())));

            assertThatThrownBy(() -> kms(cloud)
                            .putKeyPolicy(r -> r.keyId(key).policy(bare + " ".repeat(32_769 - bare.length()))))
                    .isInstanceOfSatisfying(
                            KmsException.class,
                            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("LimitExceededException"));
        }
    }

    @Test
    void takesFourHundredAndFiftyAccountsInTwoStatements() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            String accounts = IntStream.range(0, 450)
                    .mapToObj(i -> "'" + (200_000_000_000L + i) + "'")
                    .collect(Collectors.joining(","));
            String statement = "{'Effect':'Allow','Principal':{'AWS':[" + accounts + "]},'Action':'%s','Resource':'*'}";

            put(
                    cloud,
                    key,
                    CONTROL + "," + statement.formatted("kms:Decrypt") + "," + statement.formatted("kms:DescribeKey"));

            assertThat(get(cloud, key).at("/Statement/2/Principal/AWS")).hasSize(450);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u0000", "\u001f", "\u0100", "\u20ac", "\ud83d\ude00"})
    void refusesCharactersBeyondLatin1(String character) {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            assertThatThrownBy(() -> put(cloud, key, CONTROL.replace("Control", "Control" + character)))
                    .isInstanceOfSatisfying(
                            KmsException.class,
                            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("ValidationException"));
            put(cloud, key, CONTROL.replace("Control", "Contr\u00f4l\u00ff"));
        }
    }

    @Test
    void anotherPolicyNameDoesNotExist() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            assertThatThrownBy(() -> kms(cloud).getKeyPolicy(r -> r.keyId(key).policyName("mine")))
                    .hasMessageContaining("No such policy exists");
        }
    }

    @Test
    void givesForeignStatementsBackWithEveryValueAsItWas() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            String foreign =
                    "{'Sid':'a b','Effect':'Allow','Principal':{'AWS':'*','Service':['logs.amazonaws.com']},'NotAction':['kms:Put*'],"
                            + "'Resource':['*'],'Condition':{'Bool':{'kms:GrantIsForAWSResource':true},'NumericLessThan':{'aws:x':[1,2.50]}}}";

            put(cloud, key, CONTROL + "," + foreign + "," + foreign);

            assertThat(get(cloud, key).at("/Statement/1").toString()).isEqualTo(json(foreign));
            assertThat(get(cloud, key).at("/Statement/2").toString()).isEqualTo(json(foreign));
        }
    }

    @Test
    void givesAccountsBackAsArnsInOrderWithoutDoublesAndOneAloneNotAsAList() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);

            put(
                    cloud,
                    key,
                    CONTROL
                            + ",{'Effect':'Allow','Principal':{'AWS':['333333333333','222222222222','arn:aws:iam::333333333333:root']},'Action':'kms:Decrypt','Resource':'*'}"
                            + ",{'Effect':'Allow','Principal':{'AWS':['222222222222']},'Action':'kms:Decrypt','Resource':'*'}");

            JsonNode policy = get(cloud, key);
            assertThat(policy.at("/Statement/1/Principal/AWS").toString())
                    .isEqualTo(json("['arn:aws:iam::222222222222:root','arn:aws:iam::333333333333:root']"));
            assertThat(policy.at("/Statement/2/Principal/AWS").asText()).isEqualTo("arn:aws:iam::222222222222:root");
        }
    }

    @Test
    void aDeletedRoleLeavesItsIdWhichBlocksTheNextWriteAndItsNamesakeInheritsNothing() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            Caller first = launcher(cloud);
            put(cloud, key, CONTROL + "," + allowing("arn:aws:iam::222222222222:role/Launcher"));
            assertThat(get(cloud, key).at("/Statement/1/Principal/AWS").asText())
                    .isEqualTo("arn:aws:iam::222222222222:role/Launcher");
            assertThat(isAllowed(cloud, first, key)).isTrue();

            deleteLauncher(cloud);
            String left = get(cloud, key).at("/Statement/1/Principal/AWS").asText();
            assertThat(left).matches("AROA[A-Z2-7]{17}");
            Caller second = launcher(cloud);

            assertThat(isAllowed(cloud, first, key))
                    .as("a session of the deleted role")
                    .isFalse();
            assertThat(isAllowed(cloud, second, key)).as("the namesake").isFalse();
            assertThat(get(cloud, key).at("/Statement/1/Principal/AWS").asText())
                    .as("the namesake does not show, either")
                    .isEqualTo(left);
            String readBack = get(cloud, key).toString();
            assertThatThrownBy(() -> kms(cloud).putKeyPolicy(r -> r.keyId(key).policy(readBack)))
                    .hasMessageContaining("Policy contains a statement with one or more invalid principals.");
            put(cloud, key, CONTROL + "," + allowing("arn:aws:iam::222222222222:role/Launcher"));
            assertThat(isAllowed(cloud, second, key)).as("named anew").isTrue();
        }
    }

    @Test
    void aNewPolicyDecidesAndIsReadBackOnlyAfterTheDelay() {
        try (Cloud cloud = cloud(Duration.ofSeconds(30))) {
            String key = key(cloud);
            Caller target = Caller.administrator("222222222222");

            put(cloud, key, CONTROL + "," + allowing("222222222222"));
            assertThat(get(cloud, key).at("/Statement")).hasSize(1);
            assertThat(isAllowed(cloud, target, key)).isFalse();

            passTime(cloud, Duration.ofSeconds(10));
            put(cloud, key, CONTROL + "," + allowing("333333333333"));
            passTime(cloud, Duration.ofSeconds(20));
            assertThat(isAllowed(cloud, target, key))
                    .as("the first write is seen")
                    .isTrue();

            passTime(cloud, Duration.ofSeconds(10));
            assertThat(isAllowed(cloud, target, key))
                    .as("the second one replaced it")
                    .isFalse();
            assertThat(get(cloud, key).at("/Statement/1/Principal/AWS").asText())
                    .isEqualTo("arn:aws:iam::333333333333:root");
        }
    }

    @Test
    void takesFifteenWritesASecondInAnAccountAndRegion() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            String other = key(cloud);
            for (int i = 0; i < 15; i++) {
                put(cloud, i % 2 == 0 ? key : other, CONTROL);
            }
            assertThrottled(cloud, key);
            passTime(cloud, Duration.ofMillis(50));
            assertThrottled(cloud, key);

            passTime(cloud, Duration.ofMillis(20));
            put(cloud, key, CONTROL);
            assertThrottled(cloud, key);
            passTime(cloud, Duration.ofHours(1));
            for (int i = 0; i < 15; i++) {
                put(cloud, key, CONTROL);
            }
            assertThrottled(cloud, key);
        }
    }

    @Test
    void oneRegionsWritesDoNotThrottleAnothers() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            for (int i = 0; i < 15; i++) {
                put(cloud, key, CONTROL);
            }
            KmsClient elsewhere = cloud.kms().client(Caller.administrator(OWNER), "eu-west-1");
            String there = elsewhere.createKey().keyMetadata().arn();

            elsewhere.putKeyPolicy(
                    r -> r.keyId(there).policy(json("{'Version':'2012-10-17','Statement':" + CONTROL + "}")));

            assertThrottled(cloud, key);
        }
    }

    private static void assertThrottled(Cloud cloud, String key) {
        assertThatThrownBy(() -> put(cloud, key, CONTROL))
                .isInstanceOfSatisfying(KmsException.class, e -> assertThat(e.isThrottlingException())
                        .isTrue());
    }

    @Test
    void createKeyAppliesTheSameRules() {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            assertThatThrownBy(() -> kms(cloud)
                            .createKey(r -> r.policy(json("{'Version':'2012-10-17','Statement':[" + CONTROL + ","
                                    + allowing("arn:aws:iam::222222222222:role/Nobody") + "]}"))))
                    .hasMessageContaining("invalid principals");
            assertThat(kms(cloud).listKeys().keys()).hasSize(1);
        }
    }

    private static Cloud cloud(Duration keyPolicyDelay) {
        Settings standard = Settings.defaults();
        return new Cloud(
                Kernel.simulated(1),
                new Settings(
                        standard.largestCopy(), standard.copiesInFlight(), keyPolicyDelay, standard.imageVisibility()));
    }

    private static KmsClient kms(Cloud cloud) {
        return cloud.kms().client(Caller.administrator(OWNER), REGION);
    }

    private static String key(Cloud cloud) {
        return kms(cloud).createKey().keyMetadata().arn();
    }

    private static void put(Cloud cloud, String key, String statements) {
        kms(cloud).putKeyPolicy(r -> r.keyId(key)
                .policy(json("{'Version':'2012-10-17','Statement':[" + statements + "]}")));
    }

    private static JsonNode get(Cloud cloud, String key) {
        return Policies.read(kms(cloud).getKeyPolicy(r -> r.keyId(key)).policy());
    }

    private static String allowing(String principal) {
        return "{'Effect':'Allow','Principal':{'AWS':'" + principal + "'},'Action':'kms:Decrypt','Resource':'*'}";
    }

    private static boolean isAllowed(Cloud cloud, Caller caller, String key) {
        return cloud.kms()
                .denial(new KeyUse(caller, REGION, key, "Decrypt", null, false, Map.of()))
                .isEmpty();
    }

    private static Caller launcher(Cloud cloud) {
        var iam = cloud.iam().client(Caller.administrator("222222222222"), REGION);
        iam.createRole(
                r -> r.roleName("Launcher")
                        .assumeRolePolicyDocument(
                                json(
                                        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'AWS':'222222222222'}}}")));
        iam.putRolePolicy(r -> r.roleName("Launcher")
                .policyName("Kms")
                .policyDocument(json(
                        "{'Version':'2012-10-17','Statement':{'Effect':'Allow','Action':'kms:*','Resource':'*'}}")));
        return cloud.iam()
                .callerOf(cloud.iam()
                        .sessionOf("arn:aws:iam::222222222222:role/Launcher", "session")
                        .accessKeyId())
                .orElseThrow();
    }

    private static void deleteLauncher(Cloud cloud) {
        var iam = cloud.iam().client(Caller.administrator("222222222222"), REGION);
        iam.deleteRolePolicy(r -> r.roleName("Launcher").policyName("Kms"));
        iam.deleteRole(r -> r.roleName("Launcher"));
    }

    private static void passTime(Cloud cloud, Duration time) {
        cloud.kernel().after(time, () -> {});
        cloud.kernel().runUntilQuiet();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static void assertRefused(String code, String message, String statements) {
        try (Cloud cloud = cloud(Duration.ZERO)) {
            String key = key(cloud);
            String before = get(cloud, key).toString();
            assertThatThrownBy(() -> put(cloud, key, statements))
                    .as(statements)
                    .isInstanceOfSatisfying(
                            KmsException.class,
                            e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code))
                    .hasMessageContaining(message);
            assertThat(get(cloud, key).toString()).as("nothing is changed").isEqualTo(before);
        }
    }
}
