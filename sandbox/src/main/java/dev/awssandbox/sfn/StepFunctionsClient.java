package dev.awssandbox.sfn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.CreateStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.DeleteStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DeleteStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineForExecutionRequest;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineForExecutionResponse;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.DescribeStateMachineResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.ExecutionDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryResponse;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;
import software.amazon.awssdk.services.sfn.model.InvalidArnException;
import software.amazon.awssdk.services.sfn.model.InvalidDefinitionException;
import software.amazon.awssdk.services.sfn.model.InvalidExecutionInputException;
import software.amazon.awssdk.services.sfn.model.InvalidNameException;
import software.amazon.awssdk.services.sfn.model.InvalidTokenException;
import software.amazon.awssdk.services.sfn.model.ListExecutionsRequest;
import software.amazon.awssdk.services.sfn.model.ListExecutionsResponse;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesRequest;
import software.amazon.awssdk.services.sfn.model.ListStateMachinesResponse;
import software.amazon.awssdk.services.sfn.model.ListTagsForResourceRequest;
import software.amazon.awssdk.services.sfn.model.ListTagsForResourceResponse;
import software.amazon.awssdk.services.sfn.model.ResourceNotFoundException;
import software.amazon.awssdk.services.sfn.model.SfnException;
import software.amazon.awssdk.services.sfn.model.StartExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StartExecutionResponse;
import software.amazon.awssdk.services.sfn.model.StateMachineAlreadyExistsException;
import software.amazon.awssdk.services.sfn.model.StateMachineDoesNotExistException;
import software.amazon.awssdk.services.sfn.model.StateMachineListItem;
import software.amazon.awssdk.services.sfn.model.StateMachineStatus;
import software.amazon.awssdk.services.sfn.model.StateMachineType;
import software.amazon.awssdk.services.sfn.model.StateMachineTypeNotSupportedException;
import software.amazon.awssdk.services.sfn.model.StopExecutionRequest;
import software.amazon.awssdk.services.sfn.model.StopExecutionResponse;
import software.amazon.awssdk.services.sfn.model.UpdateStateMachineRequest;
import software.amazon.awssdk.services.sfn.model.UpdateStateMachineResponse;

/** Step Functions as one caller sees it in one Region. */
final class StepFunctionsClient implements SfnClient {
    private static final Pattern NAME = Pattern.compile("[^\\s<>{}\\[\\]?*\"#%\\\\^|~`$&,;:/\\p{Cntrl}]{1,80}");
    private static final int PAGE = 100;
    private static final int LARGEST_PAGE = 1_000;

    private final Cloud cloud;
    private final StepFunctions service;
    private final Caller caller;
    private final String region;

    StepFunctionsClient(Cloud cloud, StepFunctions service, Caller caller, String region) {
        this.cloud = cloud;
        this.service = service;
        this.caller = caller;
        this.region = region;
    }

    @Override
    public CreateStateMachineResponse createStateMachine(CreateStateMachineRequest request) {
        return cloud.kernel().locked(() -> {
            String arn = arn("stateMachine", request.name());
            require("states:CreateStateMachine", arn);
            checkName(request.name());
            if (request.type() == StateMachineType.EXPRESS) {
                throw error(
                        StateMachineTypeNotSupportedException.builder(),
                        "StateMachineTypeNotSupported",
                        "Express state machines are not supported here");
            }
            Definition definition = read(request.definition());
            checkRole(request.roleArn());
            StateMachine existing = service.machines().get(arn);
            if (existing != null) {
                if (existing.definitionText().equals(request.definition())
                        && existing.roleArn().equals(request.roleArn())) {
                    return CreateStateMachineResponse.builder()
                            .stateMachineArn(arn)
                            .creationDate(existing.created())
                            .build();
                }
                throw error(
                        StateMachineAlreadyExistsException.builder(),
                        "StateMachineAlreadyExists",
                        "State Machine Already Exists: '" + arn + "'");
            }
            Instant now = cloud.kernel().now();
            service.machines()
                    .put(
                            arn,
                            new StateMachine(
                                    arn,
                                    request.name(),
                                    request.definition(),
                                    definition,
                                    request.roleArn(),
                                    now,
                                    now,
                                    newId(),
                                    request.loggingConfiguration(),
                                    request.tracingConfiguration(),
                                    request.tags()));
            return CreateStateMachineResponse.builder()
                    .stateMachineArn(arn)
                    .creationDate(now)
                    .build();
        });
    }

    @Override
    public UpdateStateMachineResponse updateStateMachine(UpdateStateMachineRequest request) {
        return cloud.kernel().locked(() -> {
            StateMachine machine = machine("states:UpdateStateMachine", request.stateMachineArn());
            String text = request.definition() == null ? machine.definitionText() : request.definition();
            String roleArn = request.roleArn() == null ? machine.roleArn() : request.roleArn();
            Definition definition = read(text);
            checkRole(roleArn);
            StateMachine updated = new StateMachine(
                    machine.arn(),
                    machine.name(),
                    text,
                    definition,
                    roleArn,
                    machine.created(),
                    cloud.kernel().now(),
                    newId(),
                    request.loggingConfiguration() == null ? machine.logging() : request.loggingConfiguration(),
                    request.tracingConfiguration() == null ? machine.tracing() : request.tracingConfiguration(),
                    machine.tags());
            service.machines().put(machine.arn(), updated);
            return UpdateStateMachineResponse.builder()
                    .updateDate(updated.updated())
                    .revisionId(updated.revisionId())
                    .build();
        });
    }

    @Override
    public DescribeStateMachineResponse describeStateMachine(DescribeStateMachineRequest request) {
        return cloud.kernel().locked(() -> {
            StateMachine machine = machine("states:DescribeStateMachine", request.stateMachineArn());
            return DescribeStateMachineResponse.builder()
                    .stateMachineArn(machine.arn())
                    .name(machine.name())
                    .status(StateMachineStatus.ACTIVE)
                    .definition(machine.definitionText())
                    .roleArn(machine.roleArn())
                    .type(StateMachineType.STANDARD)
                    .creationDate(machine.created())
                    .revisionId(machine.revisionId())
                    .loggingConfiguration(machine.logging())
                    .tracingConfiguration(machine.tracing())
                    .build();
        });
    }

    @Override
    public ListStateMachinesResponse listStateMachines(ListStateMachinesRequest request) {
        return cloud.kernel().locked(() -> {
            require("states:ListStateMachines", "*");
            List<StateMachineListItem> items = service.machines().values().stream()
                    .filter(machine -> machine.arn().startsWith(arn("stateMachine", "")))
                    .map(machine -> StateMachineListItem.builder()
                            .stateMachineArn(machine.arn())
                            .name(machine.name())
                            .type(StateMachineType.STANDARD)
                            .creationDate(machine.created())
                            .build())
                    .toList();
            Page<StateMachineListItem> page = Page.of(items, request.maxResults(), request.nextToken());
            return ListStateMachinesResponse.builder()
                    .stateMachines(page.items)
                    .nextToken(page.next)
                    .build();
        });
    }

    @Override
    public DeleteStateMachineResponse deleteStateMachine(DeleteStateMachineRequest request) {
        return cloud.kernel().locked(() -> {
            checkArn(request.stateMachineArn(), "stateMachine");
            require("states:DeleteStateMachine", request.stateMachineArn());
            service.machines().remove(request.stateMachineArn());
            return DeleteStateMachineResponse.builder().build();
        });
    }

    @Override
    public ListTagsForResourceResponse listTagsForResource(ListTagsForResourceRequest request) {
        return cloud.kernel().locked(() -> {
            require("states:ListTagsForResource", request.resourceArn());
            StateMachine machine = service.machines().get(request.resourceArn());
            if (machine == null || !isOurs(request.resourceArn())) {
                throw error(
                        ResourceNotFoundException.builder(),
                        "ResourceNotFound",
                        "Resource not found: '" + request.resourceArn() + "'");
            }
            return ListTagsForResourceResponse.builder().tags(machine.tags()).build();
        });
    }

    @Override
    public StartExecutionResponse startExecution(StartExecutionRequest request) {
        return cloud.kernel().locked(() -> {
            StateMachine machine = machine("states:StartExecution", request.stateMachineArn());
            String name = request.name() == null ? newId() : request.name();
            checkName(name);
            String inputText = request.input() == null ? "{}" : request.input();
            JsonNode input = input(inputText);
            String arn = machine.arn().replace(":stateMachine:", ":execution:") + ":" + name;
            Execution execution = service.executions().get(arn);
            if (execution != null
                    && !(execution.isRunning() && execution.input().equals(inputText))) {
                throw error(
                        ExecutionAlreadyExistsException.builder(),
                        "ExecutionAlreadyExists",
                        "Execution Already Exists: '" + arn + "'");
            }
            if (execution == null) {
                execution = new Execution(
                        arn, name, machine, inputText, input, service.surroundings(caller.account(), region));
                service.executions().put(arn, execution);
                execution.start();
            }
            return StartExecutionResponse.builder()
                    .executionArn(arn)
                    .startDate(execution.startDate())
                    .build();
        });
    }

    @Override
    public DescribeExecutionResponse describeExecution(DescribeExecutionRequest request) {
        Supplier<DescribeExecutionResponse> answer = cloud.kernel().locked(() -> {
            String arn = request.executionArn();
            StepFunctions.Elsewhere elsewhere = service.elsewhere();
            if (elsewhere != null && !service.executions().containsKey(arn)) {
                require("states:DescribeExecution", arn);
                return () -> elsewhere.describeExecution(request);
            }
            DescribeExecutionResponse response = describe(execution("states:DescribeExecution", arn));
            return () -> response;
        });
        return answer.get();
    }

    private static DescribeExecutionResponse describe(Execution execution) {
        DescribeExecutionResponse.Builder response = DescribeExecutionResponse.builder()
                .executionArn(execution.arn())
                .stateMachineArn(execution.machine().arn())
                .name(execution.name())
                .status(execution.status())
                .startDate(execution.startDate())
                .stopDate(execution.stopDate())
                .input(execution.input())
                .inputDetails(details -> details.included(true))
                .redriveCount(0)
                .error(execution.error())
                .cause(execution.cause());
        if (execution.output() != null) {
            response.output(execution.output()).outputDetails(details -> details.included(true));
        }
        return response.build();
    }

    @Override
    public DescribeStateMachineForExecutionResponse describeStateMachineForExecution(
            DescribeStateMachineForExecutionRequest request) {
        return cloud.kernel().locked(() -> {
            StateMachine machine = execution("states:DescribeStateMachineForExecution", request.executionArn())
                    .machine();
            return DescribeStateMachineForExecutionResponse.builder()
                    .stateMachineArn(machine.arn())
                    .name(machine.name())
                    .definition(machine.definitionText())
                    .roleArn(machine.roleArn())
                    .updateDate(machine.updated())
                    .revisionId(machine.revisionId())
                    .loggingConfiguration(machine.logging())
                    .tracingConfiguration(machine.tracing())
                    .build();
        });
    }

    @Override
    public GetExecutionHistoryResponse getExecutionHistory(GetExecutionHistoryRequest request) {
        return cloud.kernel().locked(() -> {
            List<HistoryEvent> events = new ArrayList<>(execution("states:GetExecutionHistory", request.executionArn())
                    .history()
                    .events());
            if (Boolean.TRUE.equals(request.reverseOrder())) {
                Collections.reverse(events);
            }
            Page<HistoryEvent> page = Page.of(events, request.maxResults(), request.nextToken());
            boolean bare = Boolean.FALSE.equals(request.includeExecutionData());
            return GetExecutionHistoryResponse.builder()
                    .events(bare ? page.items.stream().map(HistoryData::without).toList() : page.items)
                    .nextToken(page.next)
                    .build();
        });
    }

    @Override
    public StopExecutionResponse stopExecution(StopExecutionRequest request) {
        return cloud.kernel().locked(() -> {
            Execution execution = execution("states:StopExecution", request.executionArn());
            execution.abort(request.error(), request.cause());
            return StopExecutionResponse.builder()
                    .stopDate(Objects.requireNonNull(execution.stopDate()))
                    .build();
        });
    }

    @Override
    public ListExecutionsResponse listExecutions(ListExecutionsRequest request) {
        return cloud.kernel().locked(() -> {
            StateMachine machine = machine("states:ListExecutions", request.stateMachineArn());
            List<ExecutionListItem> items = new ArrayList<>(service.executions().values().stream()
                    .filter(execution -> execution.machine().arn().equals(machine.arn()))
                    .filter(execution -> request.statusFilter() == null || execution.status() == request.statusFilter())
                    .map(execution -> ExecutionListItem.builder()
                            .executionArn(execution.arn())
                            .stateMachineArn(machine.arn())
                            .name(execution.name())
                            .status(execution.status())
                            .startDate(execution.startDate())
                            .stopDate(execution.stopDate())
                            .redriveCount(0)
                            .build())
                    .toList());
            Collections.reverse(items);
            Page<ExecutionListItem> page = Page.of(items, request.maxResults(), request.nextToken());
            return ListExecutionsResponse.builder()
                    .executions(page.items)
                    .nextToken(page.next)
                    .build();
        });
    }

    private StateMachine machine(String action, String arn) {
        checkArn(arn, "stateMachine");
        require(action, arn);
        StateMachine machine = isOurs(arn) ? service.machines().get(arn) : null;
        if (machine == null) {
            throw error(
                    StateMachineDoesNotExistException.builder(),
                    "StateMachineDoesNotExist",
                    "State Machine Does Not Exist: '" + arn + "'");
        }
        return machine;
    }

    private Execution execution(String action, String arn) {
        checkArn(arn, "execution");
        require(action, arn);
        Execution execution = isOurs(arn) ? service.executions().get(arn) : null;
        if (execution == null) {
            throw error(
                    ExecutionDoesNotExistException.builder(),
                    "ExecutionDoesNotExist",
                    "Execution Does Not Exist: '" + arn + "'");
        }
        return execution;
    }

    private static void checkArn(@Nullable String arn, String type) {
        if (arn == null || !arn.matches("arn:aws:states:[a-z0-9-]+:\\d{12}:" + type + ":.+")) {
            throw error(InvalidArnException.builder(), "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: " + arn + "'");
        }
    }

    private static void checkName(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw error(InvalidNameException.builder(), "InvalidName", "Invalid Name: '" + name + "'");
        }
    }

    private static Definition read(String text) {
        try {
            return DefinitionReader.read(text);
        } catch (InvalidDefinition e) {
            throw error(
                    InvalidDefinitionException.builder(), "InvalidDefinition", Objects.requireNonNull(e.getMessage()));
        }
    }

    private static JsonNode input(String text) {
        if (Json.exceedsLimit(text)) {
            throw error(
                    InvalidExecutionInputException.builder(),
                    "InvalidExecutionInput",
                    "Invalid State Machine Execution Input: 'the input is larger than 262144 bytes'");
        }
        try {
            return Json.parse(text);
        } catch (JsonProcessingException e) {
            throw error(
                    InvalidExecutionInputException.builder(),
                    "InvalidExecutionInput",
                    "Invalid State Machine Execution Input: '" + e.getMessage() + "'");
        }
    }

    private boolean isOurs(String arn) {
        return arn.startsWith("arn:aws:states:" + region + ":" + caller.account() + ":");
    }

    private String arn(String type, @Nullable String name) {
        return "arn:aws:states:" + region + ":" + caller.account() + ":" + type + ":" + name;
    }

    private String newId() {
        return Intrinsic.uuid(cloud.kernel().random());
    }

    private void checkRole(@Nullable String roleArn) {
        Objects.requireNonNull(roleArn);
        require("iam:PassRole", roleArn, Map.of("iam:PassedToService", List.of("states.amazonaws.com")));
        service.requireTrust(roleArn);
    }

    private void require(String action, String resource) {
        require(action, resource, Map.of());
    }

    private void require(String action, String resource, Map<String, List<String>> context) {
        service.require(caller, new Access(action, resource, context));
    }

    static SfnException error(SfnException.Builder builder, String code, String message) {
        return (SfnException) builder.message(message)
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Sfn")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build();
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}

    /** A part of a list; a token is the index of the first element of the next part. */
    private record Page<T>(List<T> items, @Nullable String next) {
        private static <T> Page<T> of(List<T> all, @Nullable Integer maxResults, @Nullable String token) {
            int size = maxResults == null || maxResults == 0 ? PAGE : Math.min(maxResults, LARGEST_PAGE);
            int start;
            try {
                start = token == null ? 0 : Integer.parseInt(token);
            } catch (NumberFormatException e) {
                throw error(InvalidTokenException.builder(), "InvalidToken", "Invalid Token: '" + token + "'");
            }
            int end = Math.min(all.size(), start + size);
            List<T> items = start > end
                    ? List.of()
                    : Stream.of(all.subList(start, end)).flatMap(List::stream).toList();
            return new Page<>(items, end < all.size() ? String.valueOf(end) : null);
        }
    }
}
