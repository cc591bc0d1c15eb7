package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.lambda.Invocation;
import dev.awssandbox.lambda.InvocationResult;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.SfnException;

/**
 * Step Functions: state machines of the Amazon States Language in JSONPath mode, and their executions. A definition is read whole when
 * its machine is made ({@link DefinitionReader}); an execution runs in continuations under the kernel's lock ({@link Flow}).
 */
public final class StepFunctions {
    private static final String PRINCIPAL = "states.amazonaws.com";

    private final Cloud cloud;
    private final Functions functions;
    private final Map<String, StateMachine> machines = new LinkedHashMap<>();
    private final Map<String, Execution> executions = new LinkedHashMap<>();
    private @Nullable Elsewhere elsewhere;

    public StepFunctions(Cloud cloud) {
        this(cloud, (roleArn, function, payload, source, done) -> {
            Caller role = cloud.iam()
                    .roleId(roleArn)
                    .filter(id -> cloud.iam().serviceMayAssume(roleArn, PRINCIPAL))
                    .map(id -> Caller.roleSession(roleArn, id, sessionName(cloud.kernel())))
                    .orElseThrow(() -> new StatesError("Lambda.AWSLambdaException", notAssumable(roleArn)));
            cloud.functions().invoke(role, function, payload, source, done);
        });
    }

    /** With functions of the test's own. */
    StepFunctions(Cloud cloud, Functions functions) {
        this.cloud = cloud;
        this.functions = functions;
    }

    /** How functions are invoked with the rights of a role. */
    interface Functions {
        void invoke(
                String roleArn,
                String function,
                byte[] payload,
                Invocation.Source source,
                Consumer<InvocationResult> done);
    }

    /** Another engine, asked for executions that are not ours. */
    public interface Elsewhere {
        DescribeExecutionResponse describeExecution(DescribeExecutionRequest request);
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public SfnClient client(Caller caller, String region) {
        return new StepFunctionsClient(cloud, this, caller, region);
    }

    /** From now on another engine is asked for executions that are not known here; null to ask nobody any more. */
    public void describeElsewhere(@Nullable Elsewhere other) {
        cloud.kernel().locked(() -> elsewhere = other);
    }

    @Nullable
    Elsewhere elsewhere() {
        return elsewhere;
    }

    Map<String, StateMachine> machines() {
        return machines;
    }

    Map<String, Execution> executions() {
        return executions;
    }

    Surroundings surroundings(String account, String region) {
        return new Surroundings() {
            @Override
            public Kernel kernel() {
                return cloud.kernel();
            }

            @Override
            public void invoke(
                    String roleArn,
                    String function,
                    byte[] payload,
                    Invocation.Source source,
                    Consumer<InvocationResult> done) {
                String arn = function.startsWith("arn:")
                        ? function
                        : "arn:aws:lambda:" + region + ":" + account + ":function:" + function;
                try {
                    functions.invoke(roleArn, arn, payload, source, done);
                } catch (LambdaException e) {
                    throw lambdaError(e);
                }
            }

            @Override
            public void statusChanged(Execution execution) {
                cloud.events().publish(account, region, statusChange(execution));
            }
        };
    }

    /** Throws unless the caller's policies allow it; machines and executions have no policies of their own, so no other account ever may. */
    void require(Caller caller, Access access) {
        Decision decision = cloud.iam().decide(caller, access);
        String resource = access.resourceArn();
        boolean own = resource.equals("*") || resource.split(":", -1)[4].equals(caller.account());
        if (!own || !decision.allowed()) {
            throw accessDenied(
                    decision.allowed()
                            ? new Decision(
                                            false,
                                            false,
                                            "no resource-based policy allows the " + access.action() + " action",
                                            null)
                                    .refusal(caller, access)
                            : decision.refusal(caller, access));
        }
    }

    /** Throws unless the service may act with this role. */
    void requireTrust(String roleArn) {
        if (!cloud.iam().serviceMayAssume(roleArn, PRINCIPAL)) {
            throw accessDenied(notAssumable(roleArn));
        }
    }

    private static String notAssumable(String roleArn) {
        return "Neither the global service principal " + PRINCIPAL
                + ", nor the regional one is authorized to assume the provided role: " + roleArn;
    }

    private static SfnException accessDenied(String message) {
        return StepFunctionsClient.error(SfnException.builder(), "AccessDeniedException", message);
    }

    private static String sessionName(Kernel kernel) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            name.append((char) ('a' + kernel.random().nextInt(26)));
        }
        return name.toString();
    }

    private static StatesError lambdaError(LambdaException refusal) {
        String code = refusal.awsErrorDetails().errorCode();
        boolean denied = refusal.statusCode() == 403 || code.equals("AccessDeniedException");
        return new StatesError(
                denied ? "Lambda.AWSLambdaException" : "Lambda." + code,
                refusal.awsErrorDetails().errorMessage() + " (Service: Lambda, Status Code: " + refusal.statusCode()
                        + ")");
    }

    private static ObjectNode statusChange(Execution execution) {
        boolean running = execution.isRunning();
        ObjectNode event = Json.NODES.objectNode();
        event.put("source", "aws.states").put("detail-type", "Step Functions Execution Status Change");
        event.putArray("resources").add(execution.arn());
        ObjectNode detail = event.putObject("detail");
        detail.put("executionArn", execution.arn())
                .put("stateMachineArn", execution.machine().arn())
                .put("name", execution.name())
                .put("status", execution.status().toString())
                .put("startDate", execution.startDate().toEpochMilli())
                .put(
                        "stopDate",
                        execution.stopDate() == null
                                ? null
                                : Long.valueOf(execution.stopDate().toEpochMilli()))
                .put("input", execution.input())
                .put("output", execution.output());
        detail.putObject("inputDetails").put("included", true);
        if (running || execution.output() == null) {
            detail.putNull("outputDetails");
        } else {
            detail.putObject("outputDetails").put("included", true);
        }
        detail.put("error", execution.error()).put("cause", execution.cause());
        return event;
    }
}
