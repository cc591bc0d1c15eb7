package dev.awssandbox.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.CallLog;
import dev.awssandbox.Cloud;
import dev.awssandbox.Regions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code /_sandbox/}: what no AWS has; fills the sandbox, looks into it, makes it fail, empties it.
 *
 * <table>
 * <caption>Beside what docs/design.md lists</caption>
 * <tr><td>{@code POST ram-policy?account=A&region=R}</td><td>{@code {"keyArn": …, "policy": {…} or null}}: gives a key of that place its
 * second policy {@code AWS_RAM}, as sharing it through Resource Access Manager does, or takes it away</td></tr>
 * <tr><td>{@code POST old-policy?account=A&region=R}</td><td>{@code {"keyArn": …, "policy": {…}}}: gives a key a policy from the time when
 * KMS took statements without Action or Resource; no PutKeyPolicy takes it now</td></tr>
 * </table>
 *
 * <p>It asks for no credentials, so a web page that the developer has open must not reach it. A page's request bears an {@code Origin}
 * header, or, where its name was bound to this machine after it was loaded (DNS rebinding), a foreign {@code Host}; both are refused.
 */
final class Control {
    private static final String PREFIX = "/_sandbox/";

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private final JsonNodeFactory nodes = JsonNodeFactory.instance;
    private final Supplier<Cloud> clouds;
    private final Runnable reset;

    Control(Supplier<Cloud> clouds, Runnable reset) {
        this.clouds = clouds;
        this.reset = reset;
    }

    Answer answer(Request request) {
        if (request.header("origin") != null || !isOfThisMachine(request.header("host"))) {
            return write(403, nodes.objectNode().put("error", "only programs on this machine may call " + PREFIX));
        }
        try {
            Cloud cloud = clouds.get();
            String call = request.method() + " " + request.path().substring(PREFIX.length());
            JsonNode result =
                    switch (call) {
                        case "POST images" -> images(cloud, request);
                        case "GET calls" -> calls(cloud, request);
                        case "POST faults" -> faults(cloud, request);
                        case "GET state" -> state(cloud, request);
                        case "POST organization" -> organization(cloud, request);
                        case "POST ram-policy" -> ramPolicy(cloud, request);
                        case "POST old-policy" -> oldPolicy(cloud, request);
                        case "POST reset" -> reset(request);
                        default -> throw new NoSuchCall(call);
                    };
            return write(200, result);
        } catch (NoSuchCall e) {
            return write(404, nodes.objectNode().put("error", e.getMessage()));
        } catch (IllegalArgumentException e) {
            return write(400, nodes.objectNode().put("error", e.getMessage()));
        }
    }

    /** Whatever the port: it may be forwarded. */
    private static boolean isOfThisMachine(@Nullable String host) {
        return host != null && host.matches("(?i)(127\\.0\\.0\\.1|localhost)(:\\d+)?");
    }

    private JsonNode images(Cloud cloud, Request request) {
        Place place = place(request);
        JsonNode document = body(request);
        cloud.kernel().locked(() -> cloud.ec2().load(place.account(), place.region(), document));
        return nodes.objectNode();
    }

    private JsonNode calls(Cloud cloud, Request request) {
        parameters(request, Set.of());
        ArrayNode calls = nodes.arrayNode();
        for (CallLog.Call call : cloud.calls().calls()) {
            calls.addObject()
                    .put("n", call.n())
                    .put("at", call.at().toString())
                    .put("caller", call.caller())
                    .put("account", call.account())
                    .put("region", call.region())
                    .put("service", call.service())
                    .put("action", call.action())
                    .put("status", call.status())
                    .put("error", call.error())
                    .put("function", call.function());
        }
        return calls;
    }

    private JsonNode faults(Cloud cloud, Request request) {
        parameters(request, Set.of());
        cloud.faults().replace(FaultRules.parse(body(request)));
        return nodes.objectNode();
    }

    private JsonNode state(Cloud cloud, Request request) {
        Place place = place(request);
        return cloud.kernel().locked(() -> {
            ObjectNode state = nodes.objectNode();
            state.setAll(cloud.ec2().state(place.account(), place.region()));
            state.set("keys", cloud.kms().state(place.account(), place.region()));
            state.putArray("trail").addAll(cloud.trail().of(place.account()));
            return state;
        });
    }

    private JsonNode organization(Cloud cloud, Request request) {
        parameters(request, Set.of());
        JsonNode document = body(request);
        Set<String> expected = Set.of("organizationId", "managementAccount", "accounts");
        if (!document.isObject()
                || document.size() != expected.size()
                || !expected.stream().allMatch(document::has)) {
            throw new IllegalArgumentException("exactly organizationId, managementAccount and accounts are expected");
        }
        String id = text(document.get("organizationId"), "organizationId", "o-[a-z0-9]{10,32}");
        String management = text(document.get("managementAccount"), "managementAccount", "\\d{12}");
        Map<String, String> paths = new TreeMap<>();
        if (!document.get("accounts").isObject()) {
            throw new IllegalArgumentException("accounts must be an object, from account to path");
        }
        document.get("accounts").properties().forEach(member -> {
            text(nodes.textNode(member.getKey()), "an account", "\\d{12}");
            paths.put(member.getKey(), text(member.getValue(), "the path of " + member.getKey(), "o-.*/"));
        });
        cloud.organization().replace(id, management, paths);
        return nodes.objectNode();
    }

    private JsonNode ramPolicy(Cloud cloud, Request request) {
        JsonNode document = policyOfKey(request);
        JsonNode policy = document.get("policy");
        if (!policy.isNull() && !policy.isObject()) {
            throw new IllegalArgumentException("policy must be an object, or null");
        }
        cloud.kms().shareThroughRam(keyArn(document), policy instanceof ObjectNode object ? object : null);
        return nodes.objectNode();
    }

    private JsonNode oldPolicy(Cloud cloud, Request request) {
        JsonNode document = policyOfKey(request);
        if (!(document.get("policy") instanceof ObjectNode policy)) {
            throw new IllegalArgumentException("policy must be an object");
        }
        cloud.kms().hasOldPolicy(keyArn(document), policy);
        return nodes.objectNode();
    }

    /** A body of exactly a key's ARN and a policy, the key in the place that the call names. */
    private JsonNode policyOfKey(Request request) {
        Place place = place(request);
        JsonNode document = body(request);
        if (document.size() != 2 || !document.has("keyArn") || !document.has("policy")) {
            throw new IllegalArgumentException("exactly keyArn and policy are expected");
        }
        String prefix = "arn:aws:kms:" + place.region() + ":" + place.account() + ":key/";
        if (!keyArn(document).startsWith(prefix)) {
            throw new IllegalArgumentException("keyArn must begin with " + prefix);
        }
        return document;
    }

    private static String keyArn(JsonNode document) {
        return text(document.get("keyArn"), "keyArn", "arn:aws:kms:[a-z0-9-]+:\\d{12}:key/.+");
    }

    private static String text(JsonNode value, String name, String pattern) {
        if (!value.isTextual() || !value.textValue().matches(pattern)) {
            throw new IllegalArgumentException(name + " must match " + pattern + ", not " + value);
        }
        return value.textValue();
    }

    private JsonNode reset(Request request) {
        parameters(request, Set.of());
        reset.run();
        return nodes.objectNode();
    }

    /** An account and a Region, which several calls ask for. */
    private record Place(String account, String region) {}

    private static Place place(Request request) {
        Map<String, String> parameters = parameters(request, Set.of("account", "region"));
        String account = parameters.getOrDefault("account", "");
        String region = parameters.getOrDefault("region", "");
        if (!account.matches("\\d{12}") || account.startsWith("9999")) {
            throw new IllegalArgumentException(
                    "account must be twelve digits that do not begin with 9999, not \"" + account + "\"");
        }
        if (!Regions.all().contains(region)) {
            throw new IllegalArgumentException("region must be a Region such as us-east-1, not \"" + region + "\"");
        }
        return new Place(account, region);
    }

    private static Map<String, String> parameters(Request request, Set<String> known) {
        Map<String, String> parameters = request.queryParameters();
        parameters.keySet().stream().filter(name -> !known.contains(name)).forEach(name -> {
            throw new IllegalArgumentException("unknown parameter \"" + name + "\"");
        });
        return parameters;
    }

    private JsonNode body(Request request) {
        try {
            return json.readTree(request.body());
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static Answer write(int status, JsonNode body) {
        return new Answer(status, Map.of("Content-Type", "application/json"), body + "\n", null);
    }

    private static final class NoSuchCall extends RuntimeException {
        private NoSuchCall(String call) {
            super("there is no " + call + " under " + PREFIX, null, false, false);
        }
    }
}
