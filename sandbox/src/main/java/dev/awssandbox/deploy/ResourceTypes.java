package dev.awssandbox.deploy;

import static java.util.stream.Collectors.toMap;

import com.fasterxml.jackson.databind.JsonNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.deploy.ResourceType.Made;
import dev.awssandbox.events.Rule;
import dev.awssandbox.lambda.FunctionSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeDefinition;
import software.amazon.awssdk.services.dynamodb.model.BillingMode;
import software.amazon.awssdk.services.dynamodb.model.KeySchemaElement;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.Tag;

/** The types of resources that the sandbox deploys, made through the clients of its own services as the account's administrator. */
final class ResourceTypes {
    private static final String HARDWARE = "what it runs on is not simulated";
    private static final String CONSOLE = "only people read it";
    private static final String TAGS = "tags of this type decide nothing here";
    private static final String OBSERVED = "logs and traces are kept by the sandbox itself";
    private static final Duration LONGEST_EVENT_AGE = Duration.ofDays(1);
    private static final int MOST_EVENT_RETRIES = 185;

    private final Cloud cloud;

    ResourceTypes(Cloud cloud) {
        this.cloud = cloud;
    }

    /** All of them, by name. */
    Map<String, ResourceType> all() {
        return Stream.of(
                        key(),
                        keyAlias(),
                        role(),
                        policy(),
                        table(),
                        function(),
                        version(),
                        alias(),
                        permission(),
                        stateMachine(),
                        rule(),
                        queue(),
                        queuePolicy(),
                        logGroup(),
                        parameter(),
                        ResourceType.nothingToMake(
                                "AWS::CDK::Metadata", "says which constructs were used, to the CDK's authors"),
                        ResourceType.nothingToMake(
                                "AWS::Lambda::EventInvokeConfig",
                                "concerns asynchronous invocations, which are refused"),
                        ResourceType.nothingToMake(
                                "AWS::CloudWatch::Alarm", "there are no metrics, and alarms change nothing"),
                        ResourceType.nothingToMake("AWS::CloudWatch::Dashboard", CONSOLE))
                .collect(toMap(ResourceType::name, Function.identity()));
    }

    private ResourceType key() {
        return ResourceType.of(
                "AWS::KMS::Key",
                Set.of(
                        "KeyPolicy",
                        "Description",
                        "Enabled",
                        "EnableKeyRotation",
                        "RotationPeriodInDays",
                        "Tags",
                        "KeySpec",
                        "KeyUsage"),
                Map.of("PendingWindowInDays", "stacks are never deleted here"),
                resource -> {
                    KmsClient kms = cloud.kms().client(administrator(resource), resource.region());
                    KeyMetadata key = kms.createKey(k -> k.policy(resource.properties()
                                            .path("KeyPolicy")
                                            .toString())
                                    .description(resource.text("Description").orElse(null))
                                    .keySpec(resource.text("KeySpec").orElse(null))
                                    .keyUsage(resource.text("KeyUsage").orElse(null))
                                    .tags(tags(resource)))
                            .keyMetadata();
                    if (resource.flag("EnableKeyRotation")) {
                        kms.enableKeyRotation(r -> r.keyId(key.keyId())
                                .rotationPeriodInDays(resource.text("RotationPeriodInDays")
                                        .map(Integer::valueOf)
                                        .orElse(null)));
                    }
                    if (!resource.properties().path("Enabled").asBoolean(true)) {
                        kms.disableKey(r -> r.keyId(key.keyId()));
                    }
                    return new Made(key.keyId(), Map.of("Arn", key.arn(), "KeyId", key.keyId()));
                });
    }

    private static List<Tag> tags(Resource resource) {
        return resource.items("Tags").stream()
                .map(tag -> Tag.builder()
                        .tagKey(tag.path("Key").asText())
                        .tagValue(tag.path("Value").asText())
                        .build())
                .toList();
    }

    private ResourceType keyAlias() {
        return ResourceType.of("AWS::KMS::Alias", Set.of("AliasName", "TargetKeyId"), Map.of(), resource -> {
            String name = resource.require("AliasName");
            String target = resource.require("TargetKeyId");
            cloud.kms().client(administrator(resource), resource.region()).createAlias(a -> a.aliasName(name)
                    .targetKeyId(target.substring(target.lastIndexOf('/') + 1)));
            return new Made(name, Map.of());
        });
    }

    private ResourceType role() {
        return ResourceType.of(
                "AWS::IAM::Role",
                Set.of(
                        "RoleName",
                        "Path",
                        "AssumeRolePolicyDocument",
                        "Description",
                        "MaxSessionDuration",
                        "Policies",
                        "ManagedPolicyArns"),
                Map.of("Tags", TAGS),
                resource -> {
                    String name = resource.name("RoleName", 64);
                    IamClient iam = cloud.iam().client(administrator(resource), resource.region());
                    software.amazon.awssdk.services.iam.model.Role role = iam.createRole(r -> r.roleName(name)
                                    .path(resource.text("Path").orElse(null))
                                    .description(resource.text("Description").orElse(null))
                                    .maxSessionDuration(resource.text("MaxSessionDuration")
                                            .map(Integer::valueOf)
                                            .orElse(null))
                                    .assumeRolePolicyDocument(resource.properties()
                                            .path("AssumeRolePolicyDocument")
                                            .toString()))
                            .role();
                    resource.items("Policies")
                            .forEach(policy -> iam.putRolePolicy(p -> p.roleName(name)
                                    .policyName(policy.path("PolicyName").asText())
                                    .policyDocument(
                                            policy.path("PolicyDocument").toString())));
                    resource.items("ManagedPolicyArns")
                            .forEach(arn ->
                                    iam.attachRolePolicy(a -> a.roleName(name).policyArn(arn.asText())));
                    return new Made(name, Map.of("Arn", role.arn(), "RoleId", role.roleId()));
                });
    }

    private ResourceType policy() {
        return ResourceType.of(
                "AWS::IAM::Policy", Set.of("PolicyName", "PolicyDocument", "Roles"), Map.of(), resource -> {
                    String name = resource.require("PolicyName");
                    IamClient iam = cloud.iam().client(administrator(resource), resource.region());
                    resource.items("Roles")
                            .forEach(role -> iam.putRolePolicy(p -> p.roleName(role.asText())
                                    .policyName(name)
                                    .policyDocument(resource.properties()
                                            .path("PolicyDocument")
                                            .toString())));
                    return new Made(name, Map.of());
                });
    }

    private ResourceType table() {
        return ResourceType.of(
                "AWS::DynamoDB::Table",
                Set.of(
                        "TableName",
                        "AttributeDefinitions",
                        "KeySchema",
                        "BillingMode",
                        "DeletionProtectionEnabled",
                        "PointInTimeRecoverySpecification"),
                Map.of("SSESpecification", "nobody reads the disk of an in-memory table", "Tags", TAGS),
                resource -> {
                    String name = resource.name("TableName", 255);
                    if (!resource.require("BillingMode").equals("PAY_PER_REQUEST")) {
                        throw new DeploymentFailed("the sandbox has tables with BillingMode PAY_PER_REQUEST only");
                    }
                    DynamoDbClient client = cloud.dynamoDb().client(administrator(resource), resource.region());
                    String arn = client.createTable(t -> t.tableName(name)
                                    .billingMode(BillingMode.PAY_PER_REQUEST)
                                    .deletionProtectionEnabled(resource.flag("DeletionProtectionEnabled"))
                                    .attributeDefinitions(resource.items("AttributeDefinitions").stream()
                                            .map(ResourceTypes::attribute)
                                            .toList())
                                    .keySchema(resource.items("KeySchema").stream()
                                            .map(ResourceTypes::keyElement)
                                            .toList()))
                            .tableDescription()
                            .tableArn();
                    JsonNode recovery = resource.properties().path("PointInTimeRecoverySpecification");
                    if (recovery.path("PointInTimeRecoveryEnabled").asBoolean(false)) {
                        client.updateContinuousBackups(u -> u.tableName(name)
                                .pointInTimeRecoverySpecification(p -> p.pointInTimeRecoveryEnabled(true)));
                    }
                    return new Made(name, Map.of("Arn", arn));
                });
    }

    private static AttributeDefinition attribute(JsonNode attribute) {
        return AttributeDefinition.builder()
                .attributeName(attribute.path("AttributeName").asText())
                .attributeType(attribute.path("AttributeType").asText())
                .build();
    }

    private static KeySchemaElement keyElement(JsonNode element) {
        return KeySchemaElement.builder()
                .attributeName(element.path("AttributeName").asText())
                .keyType(element.path("KeyType").asText())
                .build();
    }

    private ResourceType function() {
        return ResourceType.of(
                "AWS::Lambda::Function",
                Set.of("FunctionName", "Code", "Handler", "Runtime", "Role", "Timeout", "MemorySize", "Environment"),
                Map.of(
                        "Architectures", HARDWARE,
                        "Description", CONSOLE,
                        "EphemeralStorage", HARDWARE,
                        "LoggingConfig", OBSERVED,
                        "SnapStart", "a start takes no simulated time",
                        "Tags", TAGS,
                        "TracingConfig", OBSERVED),
                resource -> {
                    if (!resource.require("Runtime").startsWith("java")) {
                        throw new DeploymentFailed("the sandbox runs Java, not " + resource.require("Runtime"));
                    }
                    Map<String, String> environment =
                            resource.properties().path("Environment").path("Variables").properties().stream()
                                    .collect(toMap(Map.Entry::getKey, variable -> variable.getValue()
                                            .asText()));
                    FunctionSpec spec = new FunctionSpec(
                            resource.name("FunctionName", 64),
                            resource.account(),
                            resource.region(),
                            resource.asset(resource.properties()
                                    .path("Code")
                                    .path("S3Key")
                                    .asText()),
                            resource.require("Handler"),
                            environment,
                            resource.require("Role"),
                            Duration.ofSeconds(
                                    resource.properties().path("Timeout").asInt(3)),
                            resource.properties().path("MemorySize").asInt(128));
                    cloud.functions().create(spec);
                    return new Made(spec.name(), Map.of("Arn", spec.arn()));
                });
    }

    private ResourceType version() {
        return ResourceType.of(
                "AWS::Lambda::Version", Set.of("FunctionName"), Map.of("Description", CONSOLE), resource -> {
                    String arn = cloud.functions().publishVersion(functionArn(resource));
                    return new Made(
                            arn, Map.of("Version", arn.substring(arn.lastIndexOf(':') + 1), "FunctionArn", arn));
                });
    }

    private ResourceType alias() {
        return ResourceType.of(
                "AWS::Lambda::Alias",
                Set.of("FunctionName", "FunctionVersion", "Name"),
                Map.of("Description", CONSOLE),
                resource -> {
                    String arn = cloud.functions()
                            .putAlias(
                                    functionArn(resource),
                                    resource.require("Name"),
                                    resource.require("FunctionVersion"));
                    return new Made(arn, Map.of("AliasArn", arn));
                });
    }

    private ResourceType permission() {
        return ResourceType.of(
                "AWS::Lambda::Permission",
                Set.of("FunctionName", "Action", "Principal"),
                Map.of(
                        "SourceArn", "no service but Step Functions, which needs no permission, invokes functions here",
                        "SourceAccount",
                                "no service but Step Functions, which needs no permission, invokes functions here"),
                resource -> {
                    if (!resource.require("Action").equals("lambda:InvokeFunction")) {
                        throw new DeploymentFailed("the sandbox knows permissions for lambda:InvokeFunction only");
                    }
                    cloud.functions().addPermission(functionArn(resource), resource.require("Principal"));
                    return new Made(resource.logicalId(), Map.of());
                });
    }

    private static String functionArn(Resource resource) {
        String function = resource.require("FunctionName");
        return function.startsWith("arn:")
                ? function
                : "arn:aws:lambda:" + resource.region() + ":" + resource.account() + ":function:" + function;
    }

    private ResourceType stateMachine() {
        return ResourceType.of(
                "AWS::StepFunctions::StateMachine",
                Set.of(
                        "StateMachineName",
                        "StateMachineType",
                        "RoleArn",
                        "DefinitionString",
                        "DefinitionS3Location",
                        "DefinitionSubstitutions"),
                Map.of("LoggingConfiguration", OBSERVED, "TracingConfiguration", OBSERVED, "Tags", TAGS),
                resource -> {
                    String name = resource.name("StateMachineName", 80);
                    String definition = definition(resource);
                    String arn = cloud.stepFunctions()
                            .client(administrator(resource), resource.region())
                            .createStateMachine(m -> m.name(name)
                                    .type(resource.text("StateMachineType").orElse("STANDARD"))
                                    .roleArn(resource.require("RoleArn"))
                                    .definition(definition))
                            .stateMachineArn();
                    return new Made(arn, Map.of("Arn", arn, "Name", name));
                });
    }

    private static String definition(Resource resource) {
        String definition = resource.text("DefinitionString")
                .orElseGet(() -> read(resource.asset(resource.properties()
                        .path("DefinitionS3Location")
                        .path("Key")
                        .asText())));
        for (Map.Entry<String, JsonNode> placeholder :
                resource.properties().path("DefinitionSubstitutions").properties()) {
            definition = definition.replace(
                    "${" + placeholder.getKey() + "}", placeholder.getValue().asText());
        }
        return definition;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new DeploymentFailed("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private ResourceType rule() {
        return ResourceType.of(
                "AWS::Events::Rule",
                Set.of("Name", "EventPattern", "ScheduleExpression", "State", "Targets"),
                Map.of("Description", CONSOLE, "Tags", TAGS),
                resource -> {
                    Rule rule = new Rule(
                            resource.name("Name", 64),
                            resource.account(),
                            resource.region(),
                            Optional.ofNullable(resource.properties().get("EventPattern"))
                                    .map(JsonNode::toString)
                                    .orElse(null),
                            resource.text("ScheduleExpression").orElse(null),
                            resource.text("State").orElse("ENABLED").equals("ENABLED"),
                            resource.items("Targets").stream()
                                    .map(ResourceTypes::target)
                                    .toList());
                    cloud.events().putRule(rule);
                    return new Made(rule.name(), Map.of("Arn", rule.arn()));
                });
    }

    private static Rule.Target target(JsonNode target) {
        Set<String> unknown = new TreeSet<>();
        target.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(Set.of("Id", "Arn", "RoleArn", "Input", "RetryPolicy", "DeadLetterConfig"));
        if (!unknown.isEmpty()) {
            throw new DeploymentFailed("the sandbox knows no targets with " + unknown);
        }
        String arn = target.path("Arn").asText();
        if (!arn.startsWith("arn:aws:states:") || !target.has("RoleArn")) {
            throw new DeploymentFailed("the sandbox knows state machines with a RoleArn as targets, not " + arn);
        }
        JsonNode retry = target.path("RetryPolicy");
        return new Rule.Target(
                target.path("Id").asText(),
                arn,
                target.path("RoleArn").asText(),
                target.has("Input") ? target.path("Input").asText() : null,
                retry.path("MaximumRetryAttempts").asInt(MOST_EVENT_RETRIES),
                Duration.ofSeconds(retry.path("MaximumEventAgeInSeconds").asLong(LONGEST_EVENT_AGE.toSeconds())),
                target.has("DeadLetterConfig")
                        ? target.path("DeadLetterConfig").path("Arn").asText()
                        : null);
    }

    private ResourceType queue() {
        return ResourceType.of(
                "AWS::SQS::Queue",
                Set.of("QueueName"),
                Map.of(
                        "MessageRetentionPeriod", "messages are kept as long as the sandbox is",
                        "SqsManagedSseEnabled", "nobody reads the disk of an in-memory queue",
                        "KmsMasterKeyId", "nobody reads the disk of an in-memory queue",
                        "Tags", TAGS),
                resource -> {
                    String name = resource.name("QueueName", 80);
                    String arn = "arn:aws:sqs:" + resource.region() + ":" + resource.account() + ":" + name;
                    cloud.events().queues().create(arn);
                    String url =
                            "https://sqs." + resource.region() + ".amazonaws.com/" + resource.account() + "/" + name;
                    return new Made(url, Map.of("Arn", arn, "QueueName", name, "QueueUrl", url));
                });
    }

    private ResourceType queuePolicy() {
        return ResourceType.of(
                "AWS::SQS::QueuePolicy",
                Set.of(),
                Map.of(
                        "PolicyDocument", "only rules send to queues here",
                        "Queues", "only rules send to queues here"),
                resource -> new Made(resource.logicalId(), Map.of()));
    }

    private ResourceType logGroup() {
        return ResourceType.of(
                "AWS::Logs::LogGroup",
                Set.of("LogGroupName"),
                Map.of("RetentionInDays", OBSERVED, "KmsKeyId", OBSERVED, "Tags", TAGS),
                resource -> {
                    String name = resource.name("LogGroupName", 512);
                    String arn = "arn:aws:logs:" + resource.region() + ":" + resource.account() + ":log-group:" + name;
                    return new Made(name, Map.of("Arn", arn + ":*"));
                });
    }

    private ResourceType parameter() {
        return ResourceType.of(
                "AWS::SSM::Parameter",
                Set.of("Name", "Type", "Value"),
                Map.of("Description", CONSOLE, "Tier", "all parameters fit the standard tier", "Tags", TAGS),
                resource -> {
                    String name = resource.name("Name", 512);
                    cloud.ssm()
                            .client(administrator(resource), resource.region())
                            .putParameter(p ->
                                    p.name(name).type(resource.require("Type")).value(resource.require("Value")));
                    return new Made(name, Map.of("Type", resource.require("Type"), "Value", resource.require("Value")));
                });
    }

    private static Caller administrator(Resource resource) {
        return Caller.administrator(resource.account());
    }
}
