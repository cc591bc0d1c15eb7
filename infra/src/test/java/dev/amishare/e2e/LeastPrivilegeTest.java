package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.REGION;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.iam.Judgement;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Each function's role holds the actions that it uses, and no other: the sandbox's record of runs against the template. */
final class LeastPrivilegeTest {
    /** Allowed, and not seen in the runs below; each with its reason. */
    private static final Map<String, String> UNUSED = Map.of(
            "UndoShare ec2:DisableImageDeregistrationProtection",
            "CommitShare protects an image last; only an execution that dies between that and its write of the ledger leaves one");

    @Test
    void everyActionThatIsAllowedIsUsedAndNothingIsDenied() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            runEverything(pipeline);

            Map<String, Set<String>> allowed = allowed(pipeline);
            Map<String, Set<String>> used = new TreeMap<>();
            List<String> denied = new ArrayList<>();
            for (Judgement judgement : pipeline.cloud().iam().judgements()) {
                String role = role(judgement.caller());
                if (allowed.containsKey(role)) {
                    used.computeIfAbsent(role, r -> new TreeSet<>())
                            .add(judgement.access().action());
                    if (!judgement.decision().allowed()) {
                        denied.add(role + ": " + judgement.access() + ": "
                                + judgement.decision().reason());
                    }
                }
            }
            List<String> unused = report(allowed, used);

            assertThat(denied).isEmpty();
            assertThat(unused).containsExactlyInAnyOrderElementsOf(UNUSED.keySet());
        }
    }

    private static List<String> report(Map<String, Set<String>> allowed, Map<String, Set<String>> used) {
        List<String> unused = new ArrayList<>();
        System.out.println("Least privilege: actions that each role is allowed, and whether the runs used them");
        allowed.forEach((role, actions) -> {
            System.out.println("  " + role);
            for (String action : actions) {
                boolean isUsed = used.getOrDefault(role, Set.of()).stream().anyMatch(one -> matches(action, one));
                String key = role + " " + action;
                System.out.println("    " + action + (isUsed ? "" : "  NOT USED: " + UNUSED.getOrDefault(key, "?")));
                if (!isUsed) {
                    unused.add(key);
                }
            }
        });
        return unused;
    }

    private static boolean matches(String allowed, String used) {
        return used.matches(allowed.replace("*", ".*"));
    }

    /** Every way through the state machine. */
    private static void runEverything(Pipeline pipeline) {
        String ubuntu = pipeline.load("ubuntu");
        succeeds(pipeline.share(ubuntu, B));
        succeeds(pipeline.share(ubuntu, C));
        succeeds(pipeline.share(pipeline.load("rhel-8"), B));
        succeeds(pipeline.share(pipeline.load("encrypted"), B));
        succeeds(pipeline.share(pipeline.load("rhel-encrypted"), B));
        protectedFromDeregistration(pipeline);
        aRoleThatIsGone(pipeline);
        copiesToo(pipeline);
        sharesWhatIsUnderTheShareKeyAlready(pipeline, ubuntu);
        followsAProfile(pipeline);
        undoesWhatCannotBeProved(pipeline);
        twoAtOnce(pipeline);
        stopped(pipeline);
    }

    private static void protectedFromDeregistration(Pipeline pipeline) {
        ObjectNode document = (ObjectNode) Pipeline.recorded("al2");
        ((ObjectNode) document.at("/Images/0")).put("DeregistrationProtection", "enabled-without-cooldown");
        succeeds(pipeline.share(pipeline.load(document), B));
    }

    /** A committed role that was deleted is left out of the policy, and marked in the ledger. */
    private static void aRoleThatIsGone(Pipeline pipeline) {
        String role = pipeline.administratorRole("555555555555", "Gone");
        String image = pipeline.load("bottlerocket");
        succeeds(pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"roles": ["%s"]}}""".formatted(image, role)));
        pipeline.deleteRole("555555555555", "Gone");
        succeeds(pipeline.share(image, B));
    }

    private static void copiesToo(Pipeline pipeline) {
        succeeds(pipeline.shareWith(
                """
                {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true}"""
                        .formatted(pipeline.load("openstudio-two-volumes"), B)));
    }

    private static void sharesWhatIsUnderTheShareKeyAlready(Pipeline pipeline, String source) {
        succeeds(pipeline.share(pipeline.share(source, B).imageId(), B));
    }

    private static void followsAProfile(Pipeline pipeline) {
        pipeline.profile("golden", "{\"targets\": {\"accounts\": [\"" + C + "\"]}}");
        succeeds(pipeline.shareWith("""
                {"sourceImageId": "%s", "profile": "golden"}"""
                .formatted(pipeline.load("al2023-arm64-uefi"))));
        assertThat(pipeline.tagged("ami-ff92b284", "golden")).hasSize(1);
    }

    /** Nothing can be proved in C: a new image goes again, and so does a permission beside a committed share. */
    private static void undoesWhatCannotBeProved(Pipeline pipeline) {
        String windows = pipeline.load("windows");
        for (String account : List.of(C, "444444444444")) {
            Share refused = pipeline.shareWith(
                    """
                    {"sourceImageId": "%s", "targets": {"accounts": ["%s"]}, "shareSnapshots": true, "verify": {"requireProof": true}}"""
                            .formatted(account.equals(C) ? windows : "ami-ff92b284", account));
            assertThat(refused.error()).isEqualTo("dev.amishare.error.VerificationFailed");
        }
    }

    private static void twoAtOnce(Pipeline pipeline) {
        String request = Pipeline.request(pipeline.load("debian"), B);
        String first = pipeline.start(request);
        String second = pipeline.start(request);
        pipeline.cloud().kernel().runUntilQuiet();
        succeeds(pipeline.ended(first));
        succeeds(pipeline.ended(second));
    }

    /** Whoever stops an execution leaves its undoing to the sweep. */
    private static void stopped(Pipeline pipeline) {
        String execution = pipeline.start(Pipeline.request(pipeline.load("windows"), B));
        pipeline.cloud()
                .kernel()
                .runUntil(() -> pipeline.ended(execution).states().contains("WaitForCompletion"));
        pipeline.stepFunctions().stopExecution(r -> r.executionArn(execution));
        pipeline.cloud().kernel().runUntilQuiet();
        assertThat(pipeline.ended(execution).status()).isEqualTo("ABORTED");
    }

    private static void succeeds(Share share) {
        assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
    }

    private static String role(Caller caller) {
        return name(caller.principalArn().substring(caller.principalArn().lastIndexOf('/') + 1));
    }

    /** AmiShare-CopySnapshotRole57BF022E-169CC7EAD760 is the role of CopySnapshot. */
    private static String name(String role) {
        return role.replaceFirst("^AmiShare-?", "").replaceFirst("Role[0-9A-F]{8}-[0-9A-F]{12}$", "");
    }

    private static Map<String, Set<String>> allowed(Pipeline pipeline) {
        Map<String, Set<String>> allowed = new TreeMap<>();
        var iam = pipeline.cloud().iam().client(Caller.administrator(SOURCE), REGION);
        for (var role : iam.listRoles().roles()) {
            Set<String> actions = new TreeSet<>();
            for (String name :
                    iam.listRolePolicies(r -> r.roleName(role.roleName())).policyNames()) {
                String document = iam.getRolePolicy(
                                r -> r.roleName(role.roleName()).policyName(name))
                        .policyDocument();
                for (JsonNode statement :
                        Pipeline.json(URLDecoder.decode(document, UTF_8)).path("Statement")) {
                    JsonNode action = statement.path("Action");
                    (action.isArray() ? action : Pipeline.json("[" + action + "]"))
                            .forEach(one -> actions.add(one.asText()));
                }
            }
            actions.removeIf(action -> action.matches("(logs|xray):.*")); // by the services themselves, not on our wire
            allowed.put(name(role.roleName()), actions);
        }
        return allowed;
    }
}
