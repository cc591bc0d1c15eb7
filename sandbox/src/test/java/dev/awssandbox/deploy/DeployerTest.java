package dev.awssandbox.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.lambda.FunctionSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DeployerTest {
    private static final String HERE = "aws://111111111111/us-east-1";

    private final Path directory;

    DeployerTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void resolvesIntrinsicFunctions() {
        String template =
                """
                {"Parameters": {"Stage": {"Type": "String", "Default": "test"}},
                 "Mappings": {"Sizes": {"test": {"memory": "128"}}},
                 "Conditions": {"IsTest": {"Fn::Equals": [{"Ref": "Stage"}, "test"]}, "IsNot": {"Fn::Not": [{"Condition": "IsTest"}]}},
                 "Resources": {"Limit": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "limit", "Type": "String",
                   "Value": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, "Description": {"Ref": "AWS::NoValue"}}}},
                 "Outputs": {
                   "Ref": {"Value": {"Ref": "Limit"}},
                   "GetAtt": {"Value": {"Fn::GetAtt": ["Limit", "Value"]}},
                   "Join": {"Value": {"Fn::Join": ["-", ["a", {"Ref": "AWS::Region"}, "b"]]}},
                   "Sub": {"Value": {"Fn::Sub": "${AWS::AccountId}/${Limit}/${Limit.Type}/${!Literal}"}},
                   "SubOwn": {"Value": {"Fn::Sub": ["${Own}.${AWS::URLSuffix}", {"Own": {"Ref": "Stage"}}]}},
                   "Select": {"Value": {"Fn::Select": [1, {"Fn::Split": [",", "x,y,z"]}]}},
                   "If": {"Value": {"Fn::If": ["IsNot", "wrong", {"Ref": "AWS::StackName"}]}},
                   "LeftOut": {"Condition": "IsNot", "Value": "wrong"}}}""";
        try (Cloud cloud = cloud()) {
            Deployment made = deploy(cloud, template);
            assertThat(made.outputsOf("Main"))
                    .containsExactly(
                            Map.entry("Ref", "limit"),
                            Map.entry("GetAtt", "128"),
                            Map.entry("Join", "a-us-east-1-b"),
                            Map.entry("Sub", "111111111111/limit/String/${Literal}"),
                            Map.entry("SubOwn", "test.amazonaws.com"),
                            Map.entry("Select", "y"),
                            Map.entry("If", "Main"));
        }
    }

    @Test
    void makesAResourceAfterThoseItRefersTo() {
        String template =
                """
                {"Resources": {
                  "Second": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/share", "TargetKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}},
                  "First": {"Type": "AWS::SSM::Parameter", "DependsOn": ["Second"], "Properties": {"Name": "p", "Type": "String", "Value": "v"}},
                  "Key": {"Type": "AWS::KMS::Key", "Properties": {
                    "EnableKeyRotation": true, "RotationPeriodInDays": 90, "Tags": [{"Key": "managed", "Value": "true"}],
                    "KeyPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*",
                      "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}}]}}}}}""";
        try (Cloud cloud = cloud()) {
            Deployment made = deploy(cloud, template);
            assertThat(made.idsOf("Main").keySet()).containsExactly("Key", "Second", "First");
            var kms = cloud.kms().client(Caller.administrator("111111111111"), "us-east-1");
            String key =
                    kms.describeKey(r -> r.keyId("alias/share")).keyMetadata().keyId();
            assertThat(key).isEqualTo(made.id("Main", "Key"));
            assertThat(kms.getKeyRotationStatus(r -> r.keyId(key)).rotationPeriodInDays())
                    .isEqualTo(90);
            assertThat(kms.listResourceTags(r -> r.keyId(key)).tags())
                    .singleElement()
                    .satisfies(tag -> assertThat(tag.tagKey()).isEqualTo("managed"));
        }
    }

    @Test
    void deploysEachStackIntoItsOwnAccountAfterThoseItDependsOn() {
        String role =
                """
                {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "Verifier",
                  "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "sts:AssumeRole"}]}}}}}""";
        Path written = new Assembly(directory)
                .stack("Target", "aws://222222222222/eu-west-1", role, "Source")
                .stack("Source", HERE, role)
                .written();
        try (Cloud cloud = cloud()) {
            Deployment made = new Deployer(cloud).deploy(written);
            assertThat(made.ids().keySet()).containsExactly("Source", "Target");
            assertThat(cloud.iam().roleId("arn:aws:iam::222222222222:role/Verifier"))
                    .isPresent();
            assertThat(cloud.iam().roleId("arn:aws:iam::333333333333:role/Verifier"))
                    .isEmpty();
        }
    }

    @Test
    void makesAFunctionOfItsAssetWithItsRoleVersionAndAlias() {
        String template =
                """
                {"Resources": {
                  "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
                  "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST",
                    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}], "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}]}},
                  "Plan": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Bucket": "assets", "S3Key": "c0de.jar"},
                    "Handler": "x.PlanHandler", "Runtime": "java25", "Role": {"Fn::GetAtt": ["Role", "Arn"]}, "Timeout": 60, "MemorySize": 1024,
                    "Environment": {"Variables": {"TABLE": {"Ref": "Table"}}}}},
                  "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Plan"}}},
                  "Live": {"Type": "AWS::Lambda::Alias", "Properties": {"FunctionName": {"Ref": "Plan"}, "Name": "live",
                    "FunctionVersion": {"Fn::GetAtt": ["Version", "Version"]}}}}}""";
        Path written = new Assembly(directory)
                .stack("Main", HERE, template)
                .asset("Main", "c0de", "a jar")
                .written();
        try (Cloud cloud = cloud()) {
            Deployment made = new Deployer(cloud).deploy(written);
            FunctionSpec plan = cloud.functions().describe(made.id("Main", "Live"));
            assertThat(plan.name()).startsWith("Main-Plan-");
            assertThat(plan.jar()).hasContent("a jar");
            assertThat(plan.environment()).containsExactly(Map.entry("TABLE", made.id("Main", "Table")));
            assertThat(plan.timeout()).isEqualTo(Duration.ofMinutes(1));
            assertThat(made.id("Main", "Live")).isEqualTo(plan.arn() + ":live");
        }
    }

    @Test
    void putsTheFunctionsIntoTheDefinitionOfAStateMachine() {
        String template =
                """
                {"Resources": {
                  "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}]}}},
                  "Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineName": "Share",
                    "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}, "DefinitionSubstitutions": {"Word": {"Ref": "AWS::Region"}},
                    "DefinitionString": "{\\"StartAt\\": \\"A\\", \\"States\\": {\\"A\\": {\\"Type\\": \\"Pass\\", \\"Result\\": \\"${Word}\\", \\"End\\": true}}}"}}}}""";
        try (Cloud cloud = cloud()) {
            String machine = deploy(cloud, template).id("Main", "Machine");
            assertThat(cloud.stepFunctions()
                            .client(Caller.administrator("111111111111"), "us-east-1")
                            .describeStateMachine(r -> r.stateMachineArn(machine))
                            .definition())
                    .contains("\"Result\": \"us-east-1\"");
        }
    }

    @Test
    void namesAllThatItDoesNotKnowBeforeItMakesAnything() {
        String template =
                """
                {"Transform": "AWS::Serverless",
                 "Resources": {
                  "Known": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "p", "Type": "String", "Value": "v", "Policies": "x"}},
                  "Bucket": {"Type": "AWS::S3::Bucket"},
                  "Own": {"Type": "Custom::Seed", "CreationPolicy": {}}}}""";
        try (Cloud cloud = cloud()) {
            assertThatExceptionOfType(DeploymentFailed.class)
                    .isThrownBy(() -> deploy(cloud, template))
                    .withMessageContainingAll(
                            "the section Transform in Main",
                            "the property Policies of AWS::SSM::Parameter (Main/Known)",
                            "the resource type AWS::S3::Bucket (Main/Bucket)",
                            "the resource type Custom::Seed (Main/Own)",
                            "the attribute CreationPolicy (Main/Own)");
            assertThat(cloud.ssm()
                            .client(Caller.administrator("111111111111"), "us-east-1")
                            .getParameters(r -> r.names("p"))
                            .invalidParameters())
                    .containsExactly("p");
        }
    }

    @Test
    void saysWhichResourceAServiceRefused() {
        String template =
                """
                {"Resources": {"Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": "alias/share", "TargetKeyId": "no-key"}}}}""";
        try (Cloud cloud = cloud()) {
            assertThatExceptionOfType(DeploymentFailed.class)
                    .isThrownBy(() -> deploy(cloud, template))
                    .withMessageStartingWith("cannot make Main/Alias (AWS::KMS::Alias): ");
        }
    }

    @Test
    void leavesOutAResourceWhoseConditionDoesNotHold() {
        String template =
                """
                {"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}},
                 "Resources": {"P": {"Type": "AWS::SSM::Parameter", "Condition": "Never",
                   "Properties": {"Name": "p", "Type": "String", "Value": "v"}}}}""";
        try (Cloud cloud = cloud()) {
            assertThat(deploy(cloud, template).idsOf("Main")).isEmpty();
        }
    }

    @Test
    void refusesResourcesThatReferToEachOther() {
        String template =
                """
                {"Resources": {
                  "A": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "a", "Type": "String", "Value": {"Ref": "B"}}},
                  "B": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "b", "Type": "String", "Value": {"Fn::Sub": "${A}"}}}}}""";
        try (Cloud cloud = cloud()) {
            assertThatExceptionOfType(DeploymentFailed.class)
                    .isThrownBy(() -> deploy(cloud, template))
                    .withMessageContaining("circular dependency in Main: [A, B]");
        }
    }

    @Test
    void refusesAStackThatLeavesItsAccountOpen() {
        Path written = new Assembly(directory)
                .stack("Main", "aws://unknown-account/unknown-region", "{\"Resources\": {}}")
                .written();
        assertThatExceptionOfType(DeploymentFailed.class)
                .isThrownBy(() -> CloudAssembly.read(written))
                .withMessageContaining("the stack Main leaves its account or Region open");
    }

    @Test
    void deploysAStackThatLeavesItsAccountOpenWhereverSomebodyDeploysIt() throws IOException {
        String parameter =
                """
                {"Resources": {"P": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "p", "Type": "String",
                  "Value": {"Fn::Sub": "${AWS::AccountId} ${AWS::Region}"}}}},
                 "Outputs": {"Value": {"Value": {"Fn::GetAtt": ["P", "Value"]}}}}""";
        Path written = new Assembly(directory)
                .stack("Open", "aws://unknown-account/unknown-region", parameter)
                .written();
        Files.writeString(
                written.resolve("environments.json"),
                "{\"Open\": [\"aws://222222222222/us-east-1\", \"aws://333333333333/eu-west-1\"]}");
        try (Cloud cloud = cloud()) {
            Deployment made = new Deployer(cloud).deploy(written);
            assertThat(made.outputsOf("Open")).containsEntry("Value", "222222222222 us-east-1");
            assertThat(made.outputsOf("Open in 333333333333, eu-west-1"))
                    .containsEntry("Value", "333333333333 eu-west-1");
            assertThat(cloud.ssm()
                            .client(Caller.administrator("111111111111"), "us-east-1")
                            .getParameters(r -> r.names("p"))
                            .invalidParameters())
                    .containsExactly("p");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Main, which says itself where it goes",
        "Other, 'names the stack Other, and there is none'",
    })
    void refusesAnEnvironmentThatWouldBeIgnored(String stack, String why) throws IOException {
        Path written = new Assembly(directory)
                .stack("Main", HERE, "{\"Resources\": {}}")
                .written();
        Files.writeString(written.resolve("environments.json"), "{\"" + stack + "\": [\"" + HERE + "\"]}");
        assertThatExceptionOfType(DeploymentFailed.class)
                .isThrownBy(() -> CloudAssembly.read(written))
                .withMessageContaining(why);
    }

    private Deployment deploy(Cloud cloud, String template) {
        return new Deployer(cloud)
                .deploy(new Assembly(directory).stack("Main", HERE, template).written());
    }

    private static Cloud cloud() {
        return new Cloud(Kernel.simulated(1), Settings.defaults());
    }
}
