package dev.amishare.infra;

import dev.amishare.infra.Permissions.Permission;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awscdk.Annotations;
import software.amazon.awscdk.Duration;
import software.amazon.awscdk.RemovalPolicy;
import software.amazon.awscdk.services.iam.Role;
import software.amazon.awscdk.services.iam.ServicePrincipal;
import software.amazon.awscdk.services.lambda.Alias;
import software.amazon.awscdk.services.lambda.Architecture;
import software.amazon.awscdk.services.lambda.Code;
import software.amazon.awscdk.services.lambda.Function;
import software.amazon.awscdk.services.lambda.LoggingFormat;
import software.amazon.awscdk.services.lambda.Runtime;
import software.amazon.awscdk.services.lambda.SnapStartConf;
import software.amazon.awscdk.services.logs.LogGroup;
import software.amazon.awscdk.services.logs.RetentionDays;
import software.constructs.Construct;

/** Makes the function of a state: what all of them share is here, and only here. */
final class FunctionFactory {
    /** Short, so that undo need not wait long until no abandoned invocation can still be making something. */
    private static final Duration USUAL = Duration.seconds(60);

    /** Those that make nothing and may have much to ask: every Region of a request, every target of an image. */
    private static final Map<String, Duration> LONGER =
            Map.of("PlanShare", Duration.seconds(180), "Verify", Duration.seconds(600));

    private final Construct scope;
    private final Code code;
    private final Map<String, String> roleNames;

    /**
     * @param roleNames names that others depend on, by function; CloudFormation makes up all the others
     */
    FunctionFactory(Construct scope, Code code, Map<String, String> roleNames) {
        this.scope = scope;
        this.code = code;
        this.roleNames = Map.copyOf(roleNames);
    }

    /**
     * The function of the state {@code name}, by the alias that the state machine calls: SnapStart works on published versions only.
     */
    Alias create(String name, List<Permission> permissions, Map<String, String> environment) {
        LogGroup logs = LogGroup.Builder.create(scope, name + "Logs")
                .retention(RetentionDays.THREE_MONTHS)
                .removalPolicy(RemovalPolicy.DESTROY)
                .build();
        Role.Builder role = Role.Builder.create(scope, name + "Role")
                .description("What " + name + " may do: see docs/permissions.md")
                .assumedBy(new ServicePrincipal("lambda.amazonaws.com"));
        if (roleNames.containsKey(name)) {
            role.roleName(roleNames.get(name));
        }
        Role made = role.build();
        Stream.concat(permissions.stream(), Stream.of(writeLogs(logs)))
                .map(Permission::statement)
                .forEach(made::addToPolicy);
        Function function = Function.Builder.create(scope, name)
                .description("The state " + name + " of ShareAmi")
                .runtime(Runtime.JAVA_25)
                .architecture(Architecture.ARM_64)
                .handler("dev.amishare.lambda." + name + "Handler")
                .code(code)
                .memorySize(1024)
                .timeout(LONGER.getOrDefault(name, USUAL))
                .environment(environment)
                .role(made)
                .logGroup(logs)
                .loggingFormat(LoggingFormat.TEXT) // the handlers write JSON lines themselves
                .snapStart(SnapStartConf.ON_PUBLISHED_VERSIONS)
                .build();
        Annotations.of(function)
                .acknowledgeWarning(
                        "@aws-cdk/aws-lambda:snapStartRequirePublish", "the alias calls the published version");
        return Alias.Builder.create(scope, name + "Live")
                .aliasName("live")
                .version(function.getCurrentVersion())
                .build();
    }

    private static Permission writeLogs(LogGroup logs) {
        return new Permission(
                "WriteLogs",
                "Its own log group.",
                List.of("logs:CreateLogStream", "logs:PutLogEvents"),
                List.of(logs.getLogGroupArn()),
                Map.of());
    }
}
