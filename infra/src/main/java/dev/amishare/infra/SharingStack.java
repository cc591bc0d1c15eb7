package dev.amishare.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.Tags;
import software.amazon.awscdk.services.dynamodb.Attribute;
import software.amazon.awscdk.services.dynamodb.AttributeType;
import software.amazon.awscdk.services.dynamodb.BillingMode;
import software.amazon.awscdk.services.dynamodb.PointInTimeRecoverySpecification;
import software.amazon.awscdk.services.dynamodb.Table;
import software.amazon.awscdk.services.kms.Key;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.constructs.Construct;

/** The source account's side: the share key, the ledger, the functions, the state machine that chains them, and what starts it. */
final class SharingStack extends Stack {
    static final String SHARE_AMI = "ShareAmi";
    static final String SWEEP_CLAIMS = "SweepClaims";
    static final String KEY_ALIAS = "alias/ami-share";

    SharingStack(Construct scope, String id, Settings settings, StackProps props) {
        super(scope, id, props);
        if (settings.boundary().any()) {
            Annotations.of(this)
                    .addWarningV2(
                            "ami-share:boundary-any",
                            "The boundary is \"any\": whoever may start " + SHARE_AMI
                                    + " chooses freely which accounts receive "
                                    + "the data. Set the context value \"boundary\" to your accounts or organizations.");
        }
        Key key = shareKey();
        Table ledger = ledger();
        Map<String, Alias> functions = functions(settings, ledger);
        StateMachine shareAmi = machine(SHARE_AMI, settings, "share-ami.asl.json", functions);
        StateMachine sweepClaims = machine(SWEEP_CLAIMS, settings, "sweep-claims.asl.json", functions);
        new TagTrigger(this, "TagTrigger", shareAmi);
        new SweepTrigger(this, "SweepTrigger", shareAmi, sweepClaims);
        output("StateMachineArn", "Start an execution of this to share an image", shareAmi.getStateMachineArn());
        output("ShareKeyArn", "The key of shared images, unless a request names another", key.getKeyArn());
        output("LedgerTable", "The record of every share", ledger.getTableName());
        output(
                "VerifyRoleArn",
                "Trusted by the role " + TargetAccountStack.VERIFIER_ROLE + " of target accounts",
                "arn:aws:iam::" + settings.account() + ":role/" + Permissions.VERIFY_ROLE);
    }

    /**
     * The policy that CloudFormation keeps is the plain one that lets this account's IAM policies decide, and it never changes: so no
     * deployment writes it again over what UpdateKeyPolicy has added (docs/adr/0011).
     */
    private Key shareKey() {
        Key key = Key.Builder.create(this, "ShareKey")
                .alias(KEY_ALIAS)
                .description("Encrypts the images that AMI Share shares")
                .enableKeyRotation(true)
                .rotationPeriod(Duration.days(90))
                .removalPolicy(RemovalPolicy.RETAIN)
                .build();
        Tags.of(key).add("ami-share:managed", "true");
        return key;
    }

    private Table ledger() {
        return Table.Builder.create(this, "Ledger")
                .partitionKey(Attribute.builder()
                        .name("keyArn")
                        .type(AttributeType.STRING)
                        .build())
                .sortKey(Attribute.builder()
                        .name("imageName")
                        .type(AttributeType.STRING)
                        .build())
                .billingMode(BillingMode.PAY_PER_REQUEST)
                .pointInTimeRecoverySpecification(PointInTimeRecoverySpecification.builder()
                        .pointInTimeRecoveryEnabled(true)
                        .build())
                .deletionProtection(true)
                .removalPolicy(RemovalPolicy.RETAIN)
                .build();
    }

    private Map<String, Alias> functions(Settings settings, Table ledger) {
        FunctionFactory factory = new FunctionFactory(
                this,
                Code.fromAsset(settings.functions().toString()),
                Map.of(
                        "BOUNDARY", settings.boundary().json(),
                        "INSTANCE_TYPES", String.join(",", settings.instanceTypes()),
                        "LEDGER_TABLE", ledger.getTableName(),
                        "SHARE_KEY_ALIAS", KEY_ALIAS,
                        "SOURCE_ACCOUNT", settings.account(),
                        "VERIFIER_ROLE_NAME", TargetAccountStack.VERIFIER_ROLE));
        Map<String, Alias> functions = new LinkedHashMap<>();
        new Permissions(settings, ledger.getTableArn())
                .table()
                .forEach((name, permissions) -> functions.put(name, factory.create(name, permissions)));
        functions
                .keySet()
                .forEach(name -> NagSuppressions.addResourceSuppressions(
                        getNode().findChild(name + "Role"),
                        List.of(NagPackSuppression.builder()
                                .id("AwsSolutions-IAM5")
                                .reason(
                                        "Describe actions know no resources; images, snapshots and keys that a request will name are "
                                                + "not known at deployment, so they are narrowed by tag, owner or service instead. "
                                                + "Each statement's reason: docs/permissions.md.")
                                .build()),
                        true));
        return functions;
    }

    private StateMachine machine(String name, Settings settings, String definition, Map<String, Alias> functions) {
        return new PipelineMachine(this, name, settings.stateMachines().resolve(definition), functions).machine();
    }

    private void output(String name, String description, String value) {
        CfnOutput.Builder.create(this, name)
                .description(description)
                .value(value)
                .build();
    }
}
