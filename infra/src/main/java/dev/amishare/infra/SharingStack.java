package dev.amishare.infra;

import dev.amishare.infra.Permissions.Permission;
import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Aws;
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
        if (settings.origin() == Settings.Origin.SIGNED_IN) {
            Annotations.of(this)
                    .addWarningV2(
                            "ami-share:no-target-template",
                            "There is no template for targets, since its role must not trust whoever happens to be signed in. Set the "
                                    + "context value \"account\" to the source account to get one.");
        }
        if (getNode().tryGetContext("targetAccounts") != null) {
            Annotations.of(this)
                    .addWarningV2(
                            "ami-share:target-accounts",
                            "The context value \"targetAccounts\" decides nothing: the one template "
                                    + settings.named("AmiShareTarget")
                                    + " is for every target account. Deploy it there, or "
                                    + "through a StackSet, and leave the value out.");
        }
        Key key = shareKey(settings);
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
                "Trusted by the role " + settings.named(TargetAccountStack.VERIFIER_ROLE) + " of target accounts",
                "arn:" + Aws.PARTITION + ":iam::" + settings.account() + ":role/"
                        + settings.named(Permissions.VERIFY_ROLE));
    }

    /**
     * The policy that CloudFormation keeps is the plain one that lets this account's IAM policies decide, and it never changes: so no
     * deployment writes it again over what UpdateKeyPolicy has added (docs/adr/0011).
     */
    private Key shareKey(Settings settings) {
        Key key = Key.Builder.create(this, "ShareKey")
                .alias(settings.named(KEY_ALIAS))
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
                Map.of("Verify", settings.named(Permissions.VERIFY_ROLE)));
        Map<String, List<Permission>> permissions =
                new Permissions(settings, Aws.PARTITION, Aws.URL_SUFFIX, ledger.getTableArn()).table();
        Map<String, Alias> functions = new LinkedHashMap<>();
        // PlanShare comes last, since its environment names the roles of others.
        permissions.keySet().stream()
                .sorted(Comparator.comparing("PlanShare"::equals))
                .forEach(name -> functions.put(
                        name,
                        factory.create(
                                name,
                                Objects.requireNonNull(permissions.get(name)),
                                environment(name, settings, ledger, functions))));
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

    /** What all functions are told, and what only the function {@code name} is. */
    private static Map<String, String> environment(
            String name, Settings settings, Table ledger, Map<String, Alias> others) {
        Map<String, String> environment = new TreeMap<>(Map.of(
                "BOUNDARY", settings.boundary().json(),
                "INSTANCE_TYPES", String.join(",", settings.instanceTypes()),
                "LEDGER_TABLE", ledger.getTableName(),
                "SHARE_KEY_ALIAS", settings.named(KEY_ALIAS),
                "SOURCE_ACCOUNT", settings.account(),
                "VERIFIER_ROLE_NAME", settings.named(TargetAccountStack.VERIFIER_ROLE)));
        switch (name) {
            case "PlanShare" -> {
                environment.put("MAX_PRINCIPALS", Integer.toString(settings.maxPrincipals()));
                environment.put("LEDGER_ARN", ledger.getTableArn());
                environment.put("COPY_ROLE_ARNS", role("CopySnapshot", others) + "," + role("CopyImage", others));
                environment.put("POLICY_ROLE_ARN", role("UpdateKeyPolicy", others));
            }
            case "UpdateKeyPolicy" -> environment.put("LEDGER_ARN", ledger.getTableArn());
            case "Verify" -> environment.put("ASK_ORGANIZATIONS", Boolean.toString(settings.askOrganizations()));
            default -> {}
        }
        return environment;
    }

    private static String role(String function, Map<String, Alias> functions) {
        Alias alias = Objects.requireNonNull(functions.get(function), function);
        return Objects.requireNonNull(alias.getRole(), function).getRoleArn();
    }

    private StateMachine machine(String name, Settings settings, String definition, Map<String, Alias> functions) {
        return new PipelineMachine(
                        this,
                        name,
                        settings.named(name),
                        settings.stateMachines().resolve(definition),
                        functions)
                .machine();
    }

    private void output(String name, String description, String value) {
        CfnOutput.Builder.create(this, name)
                .description(description)
                .value(value)
                .build();
    }
}
