package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.awssandbox.CallLog;
import dev.awssandbox.CallLog.Call;
import dev.awssandbox.Settings;
import dev.awssandbox.lambda.RunningFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.kms.model.MalformedPolicyDocumentException;
import software.amazon.awssdk.services.sfn.model.DescribeExecutionResponse;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;
import software.amazon.awssdk.services.sfn.model.HistoryEvent;

/**
 * A crowd of executions in a world that a seed draws: images, targets, keys, starts by request and by tag, stops, faults, slow calls,
 * lost and doubled events, policies that are visible late, or somebody else who edits them. When all is quiet, the invariants must
 * hold: every execution has ended; a shared image can be launched by exactly its targets; nothing is there that no share
 * owns, and nothing has changed that no execution made, although others tag and share beside them; the key's policy names exactly whom
 * shares explain.
 */
final class Simulation {
    private static final List<String> SLUGS = List.of(
            "al2",
            "bottlerocket",
            "debian",
            "encrypted",
            "openstudio-two-volumes",
            "rhel-8",
            "rhel-encrypted",
            "ubuntu",
            "windows");
    private static final List<String> ACCOUNTS =
            List.of(B, C, "444444444444", "555555555555", "600000000000", "600000000001");
    private static final String ROLES_OF = "666666666666";
    private static final String DELETED = "Builder";
    private static final List<String> ROLES = List.of("Launcher", DELETED);
    /** Of several sources: only one of them can have it under one key. */
    private static final String SHARED_NAME = "nightly";

    /** In which somebody may stop an execution; worst at its point of no return. */
    private static final List<String> STATES = List.of(
            "CopySnapshot",
            "RegisterAmi",
            "UpdateKeyPolicy",
            "AddLaunchPermission",
            "CommitShare",
            "CommitShare",
            "CommitShare",
            "CommitShare");

    private static final String WRITER = "UpdateKeyPolicy";
    private static final String STRANGER = "777777777777";
    /** Whom somebody lets in by hand: a stranger, and one whom other shares name, so that the key would not stop it. */
    private static final List<String> LET_IN = List.of(STRANGER, C, "600000000001");

    private static final Duration PERIOD = Duration.ofMinutes(20);
    private static final Duration RUSH = Duration.ofMinutes(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What makes the key's policy hard to write. */
    private enum Policy {
        /** It is visible some time after it was written. */
        LATE,
        /** Somebody else adds and removes a statement, with care: reads and writes at once. */
        EDITED,
        /** Somebody else writes what was read a while ago. Whom that cost its right, gets it back from the next sweep. */
        OVERWRITTEN
    }

    /**
     * What came of a seed.
     *
     * @param ends how many executions ended how
     * @param calls the call log, a line a call
     * @param violations of the invariants
     */
    record Outcome(long seed, int executions, Map<String, Integer> ends, List<String> calls, List<String> violations) {}

    private final long seed;
    private final Pipeline pipeline;
    private final SplittableRandom random;
    private final Policy policy;
    private final Strangers strangers;
    /** Under one key an account has one audience, so most requests name the same role. */
    private final String usualRole;

    private final List<String> images = new ArrayList<>();
    private final List<String> keys = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private final Map<String, String> stops = new TreeMap<>();
    private final Set<String> foreign = new TreeSet<>();
    private final Map<String, Set<String>> promised = new TreeMap<>();
    private final Map<String, String> writers = new HashMap<>();
    private String lastWriter = "";
    private int seen;
    private boolean isPolicyToBeJudged;
    private boolean isRoleDeleted;
    private final List<String> violations = new ArrayList<>();
    private final Map<String, Integer> ends = new TreeMap<>();

    private Simulation(long seed, Pipeline pipeline, SplittableRandom random, Policy policy) {
        this.seed = seed;
        this.pipeline = pipeline;
        this.random = random;
        this.policy = policy;
        this.strangers = new Strangers(pipeline, random);
        this.usualRole = oneOf(random, ROLES);
    }

    /** Runs what {@code seed} draws, on what was synthesized into {@code templates}. */
    static Outcome run(long seed, Path templates) {
        SplittableRandom random = new SplittableRandom(seed);
        Policy policy = oneOf(random, List.of(Policy.EDITED, Policy.EDITED, Policy.LATE, Policy.OVERWRITTEN));
        Settings settings = new Settings(
                Duration.ofSeconds(oneOf(random, List.of(10, 60, 1800, 36_000))),
                oneOf(random, List.of(3, 20)),
                policy == Policy.LATE ? Duration.ofSeconds(random.nextInt(1, 120)) : Duration.ZERO,
                Duration.ofSeconds(random.nextInt(10)));
        try (Pipeline pipeline = Pipeline.deployed(seed, templates, defaults -> settings)) {
            return new Simulation(seed, pipeline, random, policy).run();
        }
    }

    private Outcome run() {
        prepare();
        disturb();
        int crowd = random.nextInt(10, 19);
        for (int i = 0; i < crowd; i++) {
            scheduleExecution();
        }
        for (int i = 0; policy != Policy.LATE && i < 20; i++) {
            at(anyTime(), this::editPolicy);
        }
        if (random.nextInt(4) == 0) {
            at(anyTime(), this::deleteRole);
        }
        for (int i = 0; i < 12; i++) {
            at(anyTime(), () -> strangers.tag(pipeline.executions(), oneOf(random, images)));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            at(anyTime(), () -> strangers.open(oneOf(random, LET_IN)));
        }
        pipeline.cloud().kernel().runUntil(this::watch);
        calm();
        List<String> executions = pipeline.executions();
        for (String execution : executions) {
            ends.merge(end(execution), 1, Integer::sum);
        }
        pipeline.executionsOf("SweepClaims").forEach(this::judgeEnd);
        List<String> calls = pipeline.calls().stream().map(Object::toString).toList();
        judge();
        return new Outcome(seed, executions.size(), Map.copyOf(ends), calls, List.copyOf(violations));
    }

    // The world.

    private void prepare() {
        List<String> slugs = new ArrayList<>(SLUGS);
        for (int i = random.nextInt(3, 7); i > 0; i--) {
            images.add(pipeline.load(slugs.remove(random.nextInt(slugs.size()))));
        }
        keys.add(pipeline.shareKey());
        keys.add(pipeline.key(REGION));
        ROLES.forEach(role -> pipeline.administratorRole(ROLES_OF, role));
        strangers.settleIn(images, keys.get(0));
        for (String image : images) {
            if (random.nextInt(3) > 0) {
                pipeline.shareWith(request(image, keys.get(0), List.of(B), List.of(), false));
            }
        }
        pipeline.profile("golden", "{\"targets\": {\"accounts\": [\"" + C + "\"]}}");
    }

    private void disturb() {
        pipeline.cloud().faults().atRate(0.05);
        pipeline.cloud().events().atRates(0.1, 0.1);
        pipeline.cloud().kernel().slowDown(0.2, Duration.ofSeconds(15));
    }

    /** Nothing goes wrong any more; the schedule brings what events did not. */
    private void calm() {
        pipeline.cloud().faults().atRate(0);
        pipeline.cloud().events().atRates(0, 0);
        pipeline.cloud().kernel().slowDown(0, Duration.ZERO);
        pipeline.letPass(Duration.ofHours(3));
        again(requests.get(random.nextInt(requests.size())));
    }

    /** The way on after every failure: the same request, and now it must succeed, but for what forbids it for good. */
    private void again(String request) {
        var share = pipeline.shareWith(request);
        pipeline.cloud().kernel().runUntilQuiet();
        boolean isForbidden = request.contains("requireProof") || (isRoleDeleted && request.contains(DELETED));
        // Another share may have come first: with another role of the account, or another source under the name.
        boolean mayBeForbidden = request.contains(ROLES_OF) || request.contains(SHARED_NAME);
        if (!share.status().equals("SUCCEEDED")
                && !isForbidden
                && !(mayBeForbidden && share.error().endsWith(".NotShareable"))) {
            violations.add("the same request again does not succeed: " + request + ": " + share.why());
        }
    }

    private void scheduleExecution() {
        Duration start = anyTime();
        String image = oneOf(random, images);
        if (random.nextInt(8) == 0) {
            at(start, () -> pipeline.tag(image, "golden"));
            return;
        }
        String request = !requests.isEmpty() && random.nextInt(4) == 0 ? oneOf(random, requests) : anyRequest(image);
        requests.add(request);
        int stop = random.nextInt(10);
        Duration after = Duration.ofMillis(random.nextInt(300_000));
        String state = oneOf(random, STATES);
        at(start, () -> {
            String execution = pipeline.start(request);
            if (stop == 0) {
                at(after, () -> stop(execution));
            } else if (stop <= 2) {
                stops.put(execution, state);
            }
        });
    }

    private void stop(String execution) {
        if (pipeline.describe(execution).status() == ExecutionStatus.RUNNING) {
            pipeline.stop(execution);
        }
    }

    private String anyRequest(String image) {
        List<String> accounts = new ArrayList<>(ACCOUNTS);
        List<String> targets = new ArrayList<>();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            targets.add(accounts.remove(random.nextInt(accounts.size())));
        }
        List<String> roles = random.nextInt(2) == 0
                ? List.of("arn:aws:iam::" + ROLES_OF + ":role/"
                        + (random.nextInt(3) == 0 ? oneOf(random, ROLES) : usualRole))
                : List.of();
        return request(image, keys.get(random.nextInt(8) / 7), targets, roles, random.nextInt(8) == 0);
    }

    private String request(String image, String key, List<String> accounts, List<String> roles, boolean requireProof) {
        ObjectNode request = JSON.createObjectNode().put("sourceImageId", image).put("kmsKeyId", key);
        if (requireProof) {
            request.putObject("verify").put("requireProof", true);
        } else if (random.nextInt(6) == 0) {
            request.put("name", SHARED_NAME);
        }
        ObjectNode targets = request.putObject("targets");
        accounts.forEach(targets.putArray("accounts")::add);
        if (!roles.isEmpty()) {
            roles.forEach(targets.putArray("roles")::add);
        }
        return request.toString();
    }

    private void deleteRole() {
        isRoleDeleted = true;
        pipeline.deleteRole(ROLES_OF, DELETED);
    }

    private void editPolicy() {
        String key = oneOf(random, keys);
        String sid = "Foreign" + random.nextInt(3);
        ObjectNode read = pipeline.policyOf(key);
        boolean isThere = Pipeline.toggle(read, sid, STRANGER);
        if (policy == Policy.OVERWRITTEN) {
            at(Duration.ofSeconds(random.nextInt(1, 60)), () -> write(key, read));
        } else if (write(key, read)) {
            if (isThere) {
                foreign.remove(key + sid);
            } else {
                foreign.add(key + sid);
            }
        }
    }

    /** Whether KMS takes it: while a role that was deleted stands in the policy, it takes nothing. */
    private boolean write(String key, ObjectNode written) {
        try {
            pipeline.kms(SOURCE)
                    .putKeyPolicy(r -> r.keyId(key).policyName("default").policy(written.toString()));
            return true;
        } catch (MalformedPolicyDocumentException e) {
            if (!isRoleDeleted) {
                throw e;
            }
            return false;
        }
    }

    /** Any, but mostly in a crowd. */
    private Duration anyTime() {
        return random.nextInt(3) > 0
                ? RUSH.plusSeconds(random.nextLong(30))
                : Duration.ofMillis(random.nextLong(PERIOD.toMillis()));
    }

    private void at(Duration time, Runnable body) {
        pipeline.cloud().kernel().after(time, body);
    }

    private static <T> T oneOf(SplittableRandom random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    // What must hold.

    private String end(String execution) {
        var described = judgeEnd(execution);
        if (described.status() == ExecutionStatus.FAILED
                && (described.cause() == null || described.cause().isEmpty())) {
            violations.add(execution + " failed without a cause");
        }
        return described.error() == null
                ? described.statusAsString()
                : described.error().replaceFirst(".*\\.", "");
    }

    /**
     * Between any two things that happen. Once a writer of the policy is done, whom shares were committed for has its right: only while
     * one is at it, another's may be lost for a moment, since KMS has no conditional write; and where one has died over it, until its
     * execution is undone, which writes the policy, too.
     */
    private boolean watch() {
        List<RunningFunction> running = pipeline.cloud().functions().running();
        for (RunningFunction function : running) {
            String execution = String.valueOf(function.execution());
            if (function.label().equals("Verify")) {
                strangers.seeVerification(function.requestId(), execution);
            }
            if (function.label().startsWith(WRITER)) {
                writers.put(function.requestId(), execution);
            }
            if (function.label().equals(stops.get(execution))) {
                stops.remove(execution);
                stop(execution);
            }
        }
        CallLog log = pipeline.cloud().calls();
        if (policy == Policy.EDITED && log.size() > seen) {
            List<Call> calls = log.calls();
            for (Call call : calls.subList(seen, calls.size())) {
                boolean isWrite = call.action().equals("PutKeyPolicy");
                lastWriter = isWrite ? writers.getOrDefault(String.valueOf(call.invocation()), "") : lastWriter;
                isPolicyToBeJudged |=
                        isWrite || (call.action().equals("PutItem") && "CommitShare".equals(call.function()));
            }
            seen = calls.size();
        }
        if (isPolicyToBeJudged
                && running.stream().noneMatch(function -> function.label().startsWith(WRITER))
                && Stream.of("ShareAmi", "SweepClaims")
                        .flatMap(machine -> pipeline.executionsOf(machine).stream())
                        .noneMatch(this::isInWriter)
                && !isUndoDue(lastWriter)) {
            isPolicyToBeJudged = false;
            keys.forEach(this::judgeRights);
        }
        return false;
    }

    private boolean isUndoDue(String execution) {
        return pipeline.ledgerAsItIs().all().stream()
                .flatMap(share -> share.claim().stream())
                .filter(claim -> claim.execution().equals(execution))
                .anyMatch(claim -> claim.phase() == Claim.Phase.UNDOING
                        || pipeline.describe(execution).status() != ExecutionStatus.RUNNING);
    }

    /** Or waits for the state machine to try it again. */
    private boolean isInWriter(String execution) {
        if (pipeline.describe(execution).status() != ExecutionStatus.RUNNING) {
            return false;
        }
        String in = "";
        for (HistoryEvent event : pipeline.ended(execution).history()) {
            if (event.stateEnteredEventDetails() != null) {
                in = event.stateEnteredEventDetails().name();
            }
        }
        return in.startsWith(WRITER);
    }

    private void judgeRights(String key) {
        Set<String> named = new TreeSet<>();
        pipeline.policyOf(key).path("Statement").forEach(statement -> named.addAll(Pipeline.principals(statement)));
        for (Share share : pipeline.ledgerAsItIs().sharesUnder(key)) {
            Set<String> lost = principals(share);
            lost.removeAll(named);
            lost.removeIf(principal -> isRoleDeleted && principal.endsWith(DELETED));
            if (!lost.isEmpty()) {
                violations.add("at " + pipeline.cloud().kernel().now() + " the policy does not name " + lost
                        + ", for whom " + share.id() + " was committed");
            }
        }
    }

    private DescribeExecutionResponse judgeEnd(String execution) {
        DescribeExecutionResponse described = pipeline.describe(execution);
        if (described.status() == ExecutionStatus.RUNNING) {
            violations.add(execution + " has not ended");
        }
        if (described.status() == ExecutionStatus.SUCCEEDED && described.output() != null) {
            JsonNode output = Pipeline.json(described.output());
            strangers.seeResult(execution, output, pipeline.ledgerAsItIs().all(), violations);
            JsonNode image = output.at("/images/0");
            image.path("targets").forEach(target -> promised.computeIfAbsent(
                            image.path("imageId").asText(), id -> new TreeSet<>())
                    .add(target.path("principal").asText()));
        }
        return described;
    }

    private void judge() {
        Ledger ledger = pipeline.ledgerAsItIs();
        List<Share> shares = ledger.all();
        shares.stream()
                .filter(share -> share.claim().isPresent())
                .forEach(share -> violations.add("a claim is left: " + share));
        judgePromises(shares);
        strangers.judge(shares, violations);
        keys.forEach(key -> judgePolicy(key, shares));
        shares.forEach(share ->
                share.committed().ifPresent(committed -> judgeLaunches(committed.imageId(), principals(share))));
    }

    private static Set<String> principals(Share share) {
        return new TreeSet<>(share.committedPrincipals().values());
    }

    /** Whom an execution reported as shared with, the ledger knows. */
    private void judgePromises(List<Share> shares) {
        Map<String, Set<String>> kept = new TreeMap<>();
        shares.stream()
                .flatMap(share -> share.committed().stream())
                .forEach(committed -> kept.put(
                        committed.imageId(),
                        new TreeSet<>(committed.principals().values())));
        promised.forEach((imageId, principals) -> {
            Set<String> lost = new TreeSet<>(principals);
            lost.removeAll(kept.getOrDefault(imageId, Set.of()));
            if (!lost.isEmpty()) {
                violations.add(
                        "an execution said that it shared " + imageId + " with " + lost + ", and the ledger does not");
            }
        });
    }

    private void judgePolicy(String key, List<Share> shares) {
        Set<String> explained = new TreeSet<>();
        shares.stream()
                .filter(share -> share.id().keyArn().equals(key))
                .forEach(share -> explained.addAll(principals(share)));
        Map<String, Set<String>> named = new LinkedHashMap<>();
        Set<String> foreignNow = new TreeSet<>();
        for (JsonNode statement : pipeline.policyOf(key).path("Statement")) {
            String sid = statement.path("Sid").asText();
            if (sid.startsWith("AmiShare")) {
                named.put(sid, Pipeline.principals(statement));
            } else if (sid.startsWith("Foreign")) {
                foreignNow.add(key + sid);
            }
        }
        if (policy == Policy.OVERWRITTEN && explained.isEmpty() && !named.isEmpty()) {
            // Nothing is shared under the key any more, so no sweep looks at it: somebody else wrote this back.
            ends.merge("written back by others", 1, Integer::sum);
        } else if (!named.equals(
                explained.isEmpty() ? Map.of() : Map.of("AmiShareUse", explained, "AmiShareDescribe", explained))) {
            violations.add("the policy names " + named + ", and the shares explain " + explained);
        }
        Set<String> foreignExpected = new TreeSet<>(foreign);
        foreignExpected.removeIf(sid -> !sid.startsWith(key));
        if (policy == Policy.EDITED && !foreignNow.equals(foreignExpected)) {
            ends.merge("foreign edits lost", 1, Integer::sum);
        }
    }

    private void judgeLaunches(String imageId, Set<String> principals) {
        if (!pipeline.sharedImages().contains(imageId)) {
            return; // told above
        }
        Image image = pipeline.image(imageId);
        for (String principal : principals) {
            String launched = principal.startsWith("arn:")
                    ? pipeline.launchAs(principal, imageId)
                    : pipeline.launchOnWhatFits(principal, image);
            if (!launched.equals("running")) {
                violations.add(principal + " cannot launch " + imageId + ": " + launched);
            }
        }
        List<String> others = new ArrayList<>(ACCOUNTS);
        others.add(STRANGER);
        others.add(ROLES_OF);
        others.removeAll(strangers.openedTo(imageId));
        others.removeIf(other -> principals.stream().anyMatch(principal -> principal.contains(other)));
        for (String other : others) {
            String launched = pipeline.launchOnWhatFits(other, image);
            if (launched.equals("running")) {
                violations.add(other + ", which is no target, launches " + imageId + ": " + launched);
            }
        }
        judgeOtherRoles(imageId, principals);
    }

    /** Its account may see the image for the sake of a role that is named; the others of the account must not launch it. */
    private void judgeOtherRoles(String imageId, Set<String> principals) {
        for (String role : ROLES) {
            String arn = "arn:aws:iam::" + ROLES_OF + ":role/" + role;
            boolean isGone = isRoleDeleted && role.equals(DELETED);
            if (!isGone
                    && !principals.contains(arn)
                    && pipeline.launchAs(arn, imageId).equals("running")) {
                violations.add(arn + ", which is no target, launches " + imageId);
            }
        }
    }
}
