package dev.amishare.e2e;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.amishare.demo.Fitting;
import dev.amishare.ledger.Ledger;
import dev.awssandbox.CallLog.Call;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Sandbox;
import dev.awssandbox.Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.Volume;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.Tag;
import software.amazon.awssdk.services.sfn.SfnClient;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionListItem;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.GetExecutionHistoryRequest;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/**
 * The deployed pipeline in simulated time, and the words in which tests speak of it: share, launch, see.
 *
 * <p>The functions run from their jar, under their roles, over the wire; the test itself asks the services directly, as the
 * administrator of whichever account, so that its questions are not among the {@link #calls}.
 */
final class Pipeline implements AutoCloseable {
    static final String SOURCE = "111111111111";
    static final String B = "222222222222";
    static final String C = "333333333333";
    static final String REGION = "us-east-1";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Filter BEARS_OUR_TAG =
            Filter.builder().name("tag:ami-share:managed").values("true").build();
    private static final Tag MANAGED =
            Tag.builder().tagKey("ami-share:managed").tagValue("true").build();

    private final Sandbox sandbox;

    private Pipeline(Sandbox sandbox) {
        this.sandbox = sandbox;
    }

    static Pipeline deployed() {
        return deployed(settings -> settings);
    }

    static Pipeline deployed(UnaryOperator<Settings> settings) {
        return deployed(1, "any", settings);
    }

    /** Deployed for requests that themselves name more targets than others may. */
    static Pipeline lettingName(int principals) {
        return deployed(1, Templates.lettingName(principals), settings -> settings);
    }

    /** In which a second is a second, for an engine that knows no other time; what lets time pass here is not for it. */
    static Pipeline inRealTime(UnaryOperator<Settings> settings) {
        return new Pipeline(Sandbox.realTime(1)
                .settings(settings.apply(Settings.defaults()))
                .templates(Templates.within("any"))
                .start());
    }

    static Pipeline deployed(long seed, String boundary, UnaryOperator<Settings> settings) {
        return deployed(seed, Templates.within(boundary), settings);
    }

    /** From other templates than the synthesized ones. */
    static Pipeline deployed(long seed, Path templates, UnaryOperator<Settings> settings) {
        return new Pipeline(Sandbox.simulated(seed)
                .settings(settings.apply(Settings.defaults()))
                .templates(templates)
                .start());
    }

    Cloud cloud() {
        return sandbox.cloud();
    }

    Ec2Client ec2(String account) {
        return ec2(account, REGION);
    }

    Ec2Client ec2(String account, String region) {
        return cloud().ec2().client(Caller.administrator(account), region);
    }

    KmsClient kms(String account) {
        return kms(account, REGION);
    }

    KmsClient kms(String account, String region) {
        return cloud().kms().client(Caller.administrator(account), region);
    }

    SfnClient stepFunctions() {
        return cloud().stepFunctions().client(Caller.administrator(SOURCE), REGION);
    }

    // What is there before.

    /** Loads a recorded image from the test resources into the source account; gives its id. */
    String load(String slug) {
        return load(recorded(slug));
    }

    static JsonNode recorded(String slug) {
        try (InputStream in = Pipeline.class.getResourceAsStream("/images/" + slug + ".json")) {
            return JSON.readTree(Objects.requireNonNull(in, slug));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same image as another one: with a name, an id and snapshots of its own. */
    String loadAnother(String slug, int number) {
        return load(another(slug, number));
    }

    static ObjectNode another(String slug, int number) {
        ObjectNode document = (ObjectNode) recorded(slug);
        ObjectNode image = (ObjectNode) document.at("/Images/0");
        image.put("ImageId", "ami-%017x".formatted(number + 1));
        image.put("Name", image.path("Name").asText() + "-" + number);
        int snapshot = 0;
        for (JsonNode mapping : image.path("BlockDeviceMappings")) {
            if (mapping.at("/Ebs/SnapshotId").isTextual()) {
                ((ObjectNode) mapping.get("Ebs"))
                        .put("SnapshotId", "snap-%017x".formatted(0x100 * (number + 1) + snapshot++));
            }
        }
        return document;
    }

    String load(JsonNode document) {
        cloud().ec2().load(SOURCE, REGION, document);
        return document.at("/Images/0/ImageId").asText();
    }

    String shareKey() {
        return kms(SOURCE)
                .describeKey(r -> r.keyId("alias/ami-share"))
                .keyMetadata()
                .arn();
    }

    /** As the first share under it leaves it for good: the key is this deployment's. */
    void markShareKey() {
        var database = cloud().dynamoDb().client(Caller.administrator(SOURCE), REGION);
        String table = database.listTables().tableNames().get(0);
        String ledger = database.describeTable(r -> r.tableName(table)).table().tableArn();
        kms(SOURCE).tagResource(r -> r.keyId(shareKey())
                .tags(Tag.builder().tagKey("ami-share:ledger").tagValue(ledger).build()));
    }

    /** A key that may be used for sharing, in a Region. */
    String key(String region) {
        return cloud().kms()
                .client(Caller.administrator(SOURCE), region)
                .createKey(r -> r.tags(MANAGED))
                .keyMetadata()
                .arn();
    }

    String disabledKey() {
        String key = key(REGION);
        kms(SOURCE).disableKey(r -> r.keyId(key));
        return key;
    }

    /** A role that its account's administrator gave every right. */
    String administratorRole(String account, String name) {
        Caller administrator = Caller.administrator(account);
        String trust =
                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "%s"}, "Action": "sts:AssumeRole"}]}"""
                        .formatted(account);
        String all =
                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}""";
        String arn = cloud().iam()
                .client(administrator, REGION)
                .createRole(r -> r.roleName(name).assumeRolePolicyDocument(trust))
                .role()
                .arn();
        cloud().iam()
                .client(administrator, REGION)
                .putRolePolicy(r -> r.roleName(name).policyName("all").policyDocument(all));
        return arn;
    }

    /** What an administrator keeps for requests and tags to name. */
    void profile(String name, String request) {
        cloud().ssm()
                .client(Caller.administrator(SOURCE), REGION)
                .putParameter(r ->
                        r.name("/ami-share/profiles/" + name).type("String").value(request));
    }

    void deleteRole(String account, String name) {
        var iam = cloud().iam().client(Caller.administrator(account), REGION);
        iam.deleteRolePolicy(r -> r.roleName(name).policyName("all"));
        iam.deleteRole(r -> r.roleName(name));
    }

    /** From now on B's verifier reaches no key, so that nothing can be proved there: it is blocked. */
    void blindVerifier() {
        String deny =
                """
                {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:DescribeKey", "Resource": "*"}]}""";
        cloud().iam().client(Caller.administrator(B), REGION).putRolePolicy(r -> r.roleName("AmiShareVerifier")
                .policyName("Blind")
                .policyDocument(deny));
    }

    void openVerifiersEyes() {
        cloud().iam().client(Caller.administrator(B), REGION).deleteRolePolicy(r -> r.roleName("AmiShareVerifier")
                .policyName("Blind"));
    }

    // Sharing.

    Share share(String sourceImageId, String... accounts) {
        return shareWith(request(sourceImageId, accounts));
    }

    /** The plainest request: an image for some accounts. */
    static String request(String sourceImageId, String... accounts) {
        ObjectNode request = JSON.createObjectNode().put("sourceImageId", sourceImageId);
        ArrayNode named = request.putObject("targets").putArray("accounts");
        List.of(accounts).forEach(named::add);
        return request.toString();
    }

    Share shareWith(String input) {
        String execution = start(input);
        cloud().kernel().runUntil(() -> describe(execution).status() != ExecutionStatus.RUNNING);
        return ended(execution);
    }

    /** Runs a sweep, and gives what it puts out. */
    JsonNode swept() {
        String execution = stepFunctions()
                .startExecution(r -> r.stateMachineArn(machine("SweepClaims")))
                .executionArn();
        cloud().kernel().runUntil(() -> describe(execution).status() != ExecutionStatus.RUNNING);
        return ended(execution).output();
    }

    // What somebody else does who may.

    /** As soon as EC2 takes it: attributes of a pending image cannot be changed. */
    void letIn(String imageId, String account) {
        cloud().kernel().runUntil(() -> image(imageId).state() != ImageState.PENDING);
        ec2(SOURCE).modifyImageAttribute(r -> r.imageId(imageId)
                .launchPermission(
                        l -> l.add(LaunchPermission.builder().userId(account).build())));
    }

    void letCopy(String snapshotId, String account) {
        ec2(SOURCE).modifySnapshotAttribute(r -> r.snapshotId(snapshotId)
                .attribute("createVolumePermission")
                .operationType("add")
                .userIds(account));
    }

    /** Takes both out again. */
    void putOut(String imageId, String snapshotId, String account) {
        ec2(SOURCE).modifyImageAttribute(r -> r.imageId(imageId)
                .launchPermission(
                        l -> l.remove(LaunchPermission.builder().userId(account).build())));
        ec2(SOURCE).modifySnapshotAttribute(r -> r.snapshotId(snapshotId)
                .attribute("createVolumePermission")
                .operationType("remove")
                .userIds(account));
    }

    /** Adds an account to the principals of our statements in the share key's policy. */
    void putUnderOurSids(String account) {
        ObjectNode policy = policyOf(shareKey());
        for (JsonNode statement : policy.path("Statement")) {
            if (statement.path("Sid").asText().startsWith("AmiShare")) {
                ArrayNode named = JSON.createArrayNode();
                principals(statement).forEach(one -> named.add(one.startsWith("arn:") ? one : root(one)));
                ((ObjectNode) statement.path("Principal")).set("AWS", named.add(root(account)));
            }
        }
        kms(SOURCE).putKeyPolicy(r -> r.keyId(shareKey()).policyName("default").policy(policy.toString()));
    }

    private static String root(String account) {
        return "arn:aws:iam::" + account + ":root";
    }

    /** Starts an execution that runs only when time is let pass. */
    String start(String input) {
        return stepFunctions()
                .startExecution(r -> r.stateMachineArn(machine()).input(input))
                .executionArn();
    }

    void stop(String execution) {
        stepFunctions().stopExecution(r -> r.executionArn(execution));
    }

    /** Until a function runs for this state. */
    void runUntilInvoked(String state) {
        cloud().kernel().runUntil(() -> cloud().functions().running().stream()
                .anyMatch(function -> function.label().equals(state)));
    }

    /** Lets at least so much time pass, and with it the schedules, until nothing happens any more. */
    void letPass(Duration time) {
        cloud().kernel().after(time, () -> {});
        cloud().kernel().runUntilQuiet();
    }

    /** Tags an image with a profile and lets time pass; gives the executions that this has started. */
    List<Share> tagged(String imageId, String profile) {
        List<String> before = executions();
        tag(imageId, profile);
        cloud().kernel().runUntilQuiet();
        List<String> started = new ArrayList<>(executions());
        started.removeAll(before);
        return started.stream().map(this::ended).toList();
    }

    void tag(String imageId, String profile) {
        ec2(SOURCE).createTags(r -> r.resources(imageId)
                .tags(software.amazon.awssdk.services.ec2.model.Tag.builder()
                        .key("ami-share:profile")
                        .value(profile)
                        .build()));
    }

    /** All executions of ShareAmi so far. */
    List<String> executions() {
        return executionsOf("ShareAmi");
    }

    List<String> executionsOf(String machine) {
        return stepFunctions().listExecutions(r -> r.stateMachineArn(machine(machine))).executions().stream()
                .map(ExecutionListItem::executionArn)
                .toList();
    }

    Share ended(String execution) {
        List<HistoryEvent> history = new ArrayList<>();
        stepFunctions()
                .getExecutionHistoryPaginator(GetExecutionHistoryRequest.builder()
                        .executionArn(execution)
                        .maxResults(1000)
                        .build())
                .events()
                .forEach(history::add);
        return new Share(describe(execution), history);
    }

    DescribeExecutionResponse describe(String execution) {
        return stepFunctions().describeExecution(r -> r.executionArn(execution));
    }

    String machine() {
        return machine("ShareAmi");
    }

    private String machine(String name) {
        return stepFunctions().listStateMachines(r -> {}).stateMachines().stream()
                .filter(machine -> machine.name().equals(name))
                .findFirst()
                .orElseThrow()
                .stateMachineArn();
    }

    /** Loads every class that a share needs, so that a test may measure the second. */
    void warmUp() {
        share(load("ubuntu"), B);
    }

    // What is there afterwards.

    /** "running", "terminated: why", or "refused: code". */
    String launch(String account, String imageId) {
        return launch(account, ec2(account), imageId);
    }

    String launchOnWhatFits(String account, Image image) {
        return launch(account, ec2(account), image.imageId(), Fitting.instanceType(image));
    }

    String launchAs(String roleArn, String imageId) {
        String id = cloud().iam().roleId(roleArn).orElseThrow();
        Caller session = Caller.roleSession(roleArn, id, "test");
        Ec2Client client = cloud().ec2().client(session, REGION);
        return launch(session.account(), client, imageId, Fitting.instanceType(image(imageId)));
    }

    String launchAsVerifier(String imageId) {
        return launchAs("arn:aws:iam::" + B + ":role/AmiShareVerifier", imageId);
    }

    private String launch(String account, Ec2Client client, String imageId) {
        return launch(account, client, imageId, "t2.micro");
    }

    private String launch(String account, Ec2Client client, String imageId, String instanceType) {
        try {
            String instance = client.runInstances(r -> r.imageId(imageId)
                            .instanceType(instanceType)
                            .minCount(1)
                            .maxCount(1))
                    .instances()
                    .get(0)
                    .instanceId();
            cloud().kernel().runUntil(() -> instance(account, instance).state().name() != InstanceStateName.PENDING);
            Instance settled = instance(account, instance);
            String state = settled.state().nameAsString();
            return settled.state().name() == InstanceStateName.RUNNING
                    ? state
                    : "terminated: " + settled.stateReason().message();
        } catch (Ec2Exception e) {
            return "refused: " + e.awsErrorDetails().errorCode();
        }
    }

    private Instance instance(String account, String id) {
        return ec2(account)
                .describeInstances(r -> r.instanceIds(id))
                .reservations()
                .get(0)
                .instances()
                .get(0);
    }

    List<Volume> volumesOf(String account) {
        return ec2(account).describeVolumes(r -> {}).volumes();
    }

    Image image(String imageId) {
        return ec2(SOURCE).describeImages(r -> r.imageIds(imageId)).images().get(0);
    }

    Snapshot snapshot(String snapshotId) {
        return ec2(SOURCE)
                .describeSnapshots(r -> r.snapshotIds(snapshotId))
                .snapshots()
                .get(0);
    }

    /** The ids of the images that bear the tag ami-share:managed. */
    List<String> sharedImages() {
        return sharedImages(REGION);
    }

    List<String> sharedImages(String region) {
        return ec2(SOURCE, region).describeImages(r -> r.owners("self").filters(BEARS_OUR_TAG)).images().stream()
                .map(Image::imageId)
                .sorted()
                .toList();
    }

    /** The ids of the snapshots that bear the tag ami-share:managed. */
    List<String> sharedSnapshots() {
        return ec2(SOURCE).describeSnapshots(r -> r.ownerIds("self").filters(BEARS_OUR_TAG)).snapshots().stream()
                .map(Snapshot::snapshotId)
                .sorted()
                .toList();
    }

    Ledger ledgerAsItIs() {
        var client = cloud().dynamoDb().client(Caller.administrator(SOURCE), REGION);
        return new Ledger(client, client.listTables().tableNames().get(0));
    }

    List<Map<String, AttributeValue>> ledger() {
        var client = cloud().dynamoDb().client(Caller.administrator(SOURCE), REGION);
        String table = client.listTables().tableNames().get(0);
        return client.scan(r -> r.tableName(table).consistentRead(true)).items();
    }

    List<JsonNode> statements() {
        JsonNode policy = json(kms(SOURCE)
                .getKeyPolicy(r -> r.keyId(shareKey()).policyName("default"))
                .policy());
        return StreamSupport.stream(policy.path("Statement").spliterator(), false)
                .toList();
    }

    /** What the policy of a key of the source account says. */
    ObjectNode policyOf(String key) {
        return (ObjectNode) json(kms(SOURCE)
                .getKeyPolicy(r -> r.keyId(key).policyName("default"))
                .policy());
    }

    /** Takes somebody else's statement out of a policy, or puts it in where it is not there; whether it was. */
    static boolean toggle(ObjectNode policy, String sid, String account) {
        ArrayNode statements = policy.withArray("Statement");
        for (int i = 0; i < statements.size(); i++) {
            if (statements.get(i).path("Sid").asText().equals(sid)) {
                statements.remove(i);
                return true;
            }
        }
        statements
                .addObject()
                .put("Sid", sid)
                .put("Effect", "Allow")
                .put("Action", "kms:DescribeKey")
                .put("Resource", "*")
                .putObject("Principal")
                .put("AWS", "arn:aws:iam::" + account + ":root");
        return false;
    }

    /** Whom a statement names: whole accounts by their number, others by their ARN. */
    static Set<String> principals(JsonNode statement) {
        JsonNode aws = statement.at("/Principal/AWS");
        Set<String> principals = new TreeSet<>();
        (aws.isArray() ? aws : JSON.createArrayNode().add(aws))
                .forEach(one -> principals.add(one.asText().replaceFirst("^arn:aws:iam::(\\d+):root$", "$1")));
        return principals;
    }

    int policyBytes() {
        return kms(SOURCE)
                .getKeyPolicy(r -> r.keyId(shareKey()).policyName("default"))
                .policy()
                .length();
    }

    JsonNode ourStatements() {
        ArrayNode ours = JSON.createArrayNode();
        statements().stream()
                .filter(s -> s.path("Sid").asText().startsWith("AmiShare"))
                .forEach(ours::add);
        return ours;
    }

    /** Puts one more statement into the share key's policy; gives them all. */
    List<JsonNode> addStatement(JsonNode statement) {
        ObjectNode policy = policyOf(shareKey());
        policy.withArray("Statement").add(statement);
        kms(SOURCE).putKeyPolicy(r -> r.keyId(shareKey()).policyName("default").policy(policy.toString()));
        return statements();
    }

    /** All calls of the functions so far. */
    List<Call> calls() {
        return cloud().calls().calls();
    }

    /** What the functions changed in EC2 or KMS since there were so many calls; a DryRun changes nothing. */
    List<String> writesSince(int before) {
        return calls().stream()
                .skip(before)
                .filter(call -> call.service().equals("ec2") || call.service().equals("kms"))
                .filter(call -> !call.action().matches("(Describe|Get|List).*"))
                .filter(call -> !"DryRunOperation".equals(call.error()))
                .map(call -> call.function() + " " + call.service() + ":" + call.action() + " " + call.error())
                .toList();
    }

    /** Everything in the source account and in B's that a share could change, as text to compare. */
    String everything() {
        return List.of(SOURCE, B).stream()
                .map(account -> cloud().ec2().state(account, REGION).toPrettyString()
                        + cloud().kms().state(account, REGION).toPrettyString())
                .collect(Collectors.joining("\n", "", ledger().toString()));
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
