package dev.awssandbox.ec2;

import dev.awssandbox.Access;
import dev.awssandbox.iam.Decision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The permissions that one call needs: an action on each resource it touches, with the condition keys that the Service Authorization
 * Reference lists for that resource. A copy touches its source too, and tags given at creation need {@code ec2:CreateTags}.
 */
final class Permit {
    private final Call call;
    private final String action;
    private final List<Access> needed = new ArrayList<>();

    Permit(Call call, String action) {
        this.call = call;
        this.action = action;
    }

    /** For actions that know no resources. */
    Permit onAnything() {
        needed.add(new Access("ec2:" + action, "*", withRegion(Map.of())));
        return this;
    }

    Permit on(Resource resource) {
        return on(resource, Map.of());
    }

    /** A resource that is there, and the condition keys that this request adds. */
    Permit on(Resource resource, Map<String, List<String>> ofRequest) {
        needed.add(new Access("ec2:" + action, resource.arn(), keysOf(resource, ofRequest)));
        return this;
    }

    /** A resource that is not kept here (a subnet, a security group). */
    Permit on(String arn, Map<String, List<String>> keys) {
        needed.add(new Access("ec2:" + action, arn, withRegion(keys)));
        return this;
    }

    /** A resource that the call makes. Its id is not known yet: its ARN ends with an asterisk. */
    Permit making(String type, Map<String, String> tags, Map<String, List<String>> keys) {
        boolean withoutAccount = type.equals("image") || type.equals("snapshot");
        String arn = "arn:aws:ec2:" + call.region() + ":" + (withoutAccount ? "" : call.account()) + ":" + type + "/*";
        Map<String, List<String>> context = new LinkedHashMap<>(keys);
        context.putAll(requestTags(tags));
        needed.add(new Access("ec2:" + action, arn, withRegion(context)));
        if (!tags.isEmpty()) {
            context.put("ec2:CreateAction", List.of(action));
            needed.add(new Access("ec2:CreateTags", arn, withRegion(context)));
        }
        return this;
    }

    void check() {
        for (Access access : needed) {
            Decision decision = call.cloud().iam().decide(call.caller(), access);
            if (!decision.allowed()) {
                throw Errors.of(403, "UnauthorizedOperation", refusal(access, decision));
            }
        }
    }

    boolean isGiven() {
        return needed.stream()
                .allMatch(access ->
                        call.cloud().iam().decide(call.caller(), access).allowed());
    }

    static Map<String, List<String>> requestTags(Map<String, String> tags) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        tags.forEach((key, value) -> keys.put("aws:RequestTag/" + key, List.of(value)));
        if (!tags.isEmpty()) {
            keys.put("aws:TagKeys", List.copyOf(tags.keySet()));
        }
        return keys;
    }

    private Map<String, List<String>> keysOf(Resource resource, Map<String, List<String>> ofRequest) {
        Map<String, List<String>> keys = new LinkedHashMap<>(resource.conditionKeys());
        resource.tags(call.account()).forEach((key, value) -> {
            keys.put("aws:ResourceTag/" + key, List.of(value));
            keys.put("ec2:ResourceTag/" + key, List.of(value));
        });
        keys.putAll(ofRequest);
        return withRegion(keys);
    }

    private Map<String, List<String>> withRegion(Map<String, List<String>> keys) {
        Map<String, List<String>> all = new LinkedHashMap<>(keys);
        all.put("ec2:Region", List.of(call.region()));
        all.put("aws:RequestedRegion", List.of(call.region()));
        return all;
    }

    private String refusal(Access access, Decision decision) {
        return "You are not authorized to perform this operation. " + decision.refusal(call.caller(), access);
    }
}
