package dev.amishare.infra;

import io.github.cdklabs.cdknag.NagPackSuppression;
import io.github.cdklabs.cdknag.NagSuppressions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.amazon.awscdk.services.stepfunctions.DefinitionBody;
import software.amazon.awscdk.services.stepfunctions.LogLevel;
import software.amazon.awscdk.services.stepfunctions.LogOptions;
import software.amazon.awscdk.services.stepfunctions.StateMachine;
import software.amazon.awscdk.services.stepfunctions.StateMachineType;
import software.constructs.Construct;

/** A state machine from a definition in JSON, whose {@code ${…}} placeholders are the functions of the same names. */
final class PipelineMachine extends Construct {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{(\\w+)}");

    private final StateMachine machine;

    PipelineMachine(Construct scope, String id, String name, Path definition, Map<String, Alias> functions) {
        super(scope, id);
        String text = read(definition);
        Map<String, String> called = new TreeMap<>();
        Matcher placeholders = PLACEHOLDER.matcher(text);
        while (placeholders.find()) {
            String function = placeholders.group(1);
            Alias alias = functions.get(function);
            if (alias == null) {
                throw new IllegalArgumentException(
                        definition + " calls ${" + function + "}, and there is no such function.");
            }
            called.put(function, alias.getFunctionArn());
        }
        this.machine = StateMachine.Builder.create(this, "Machine")
                .stateMachineName(name)
                .stateMachineType(StateMachineType.STANDARD)
                .definitionBody(DefinitionBody.fromString(text))
                .definitionSubstitutions(called)
                // Everything, data included: account ids, ARNs and image attributes, and nothing secret (uefiData stays
                // in functions).
                .logs(LogOptions.builder()
                        .destination(LogGroup.Builder.create(this, "Logs")
                                .logGroupName("/aws/vendedlogs/states/" + name)
                                .retention(RetentionDays.THREE_MONTHS)
                                .removalPolicy(RemovalPolicy.DESTROY)
                                .build())
                        .level(LogLevel.ALL)
                        .includeExecutionData(true)
                        .build())
                .tracingEnabled(true)
                .build();
        machine.addToRolePolicy(PolicyStatement.Builder.create()
                .sid("CallItsFunctions")
                .actions(List.of("lambda:InvokeFunction"))
                .resources(List.copyOf(called.values()))
                .build());
        NagSuppressions.addResourceSuppressions(
                machine,
                List.of(NagPackSuppression.builder()
                        .id("AwsSolutions-IAM5")
                        .reason("The actions for log delivery and X-Ray know no resources.")
                        .appliesTo(List.of("Resource::*"))
                        .build()),
                true);
    }

    StateMachine machine() {
        return machine;
    }

    private static String read(Path definition) {
        try {
            return Files.readString(definition);
        } catch (IOException e) {
            throw new UncheckedIOException(definition + " cannot be read", e);
        }
    }
}
