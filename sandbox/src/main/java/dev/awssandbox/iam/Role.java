package dev.awssandbox.iam;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A role, with everything attached to it. */
final class Role {
    private final String account;
    private final String path;
    private final String name;
    private final String id;
    private final Instant created;
    private final @Nullable String description;
    private final int maxSessionSeconds;
    private final Map<String, String> tags;
    private final Map<String, InlinePolicy> inline = new TreeMap<>();
    private final Set<String> attached = new LinkedHashSet<>();
    private PolicyDocument trust;

    /** An inline policy: its text, as GetRolePolicy gives it back, and what it means. */
    record InlinePolicy(String text, PolicyDocument document) {}

    Role(
            String account,
            String path,
            String name,
            String id,
            Instant created,
            @Nullable String description,
            int maxSessionSeconds,
            Map<String, String> tags,
            PolicyDocument trust) {
        this.account = account;
        this.path = path;
        this.name = name;
        this.id = id;
        this.created = created;
        this.description = description;
        this.maxSessionSeconds = maxSessionSeconds;
        this.tags = new LinkedHashMap<>(tags);
        this.trust = trust;
    }

    String arn() {
        return "arn:aws:iam::" + account + ":role" + path + name;
    }

    String account() {
        return account;
    }

    String path() {
        return path;
    }

    String name() {
        return name;
    }

    /** {@code AROA…}: never the same again, even for a role of the same name. */
    String id() {
        return id;
    }

    Instant created() {
        return created;
    }

    @Nullable
    String description() {
        return description;
    }

    int maxSessionSeconds() {
        return maxSessionSeconds;
    }

    Map<String, String> tags() {
        return tags;
    }

    boolean isServiceLinked() {
        return path.startsWith("/aws-service-role/");
    }

    /** The trust policy, roles in it by their ids. */
    PolicyDocument trust() {
        return trust;
    }

    void trust(ObjectNode stored) {
        trust = PolicyDocument.of(PolicyDocument.Kind.TRUST, stored);
    }

    Map<String, InlinePolicy> inline() {
        return inline;
    }

    /** ARNs of managed policies. */
    Set<String> attached() {
        return attached;
    }

    /** All identity policies by their names. */
    Map<String, PolicyDocument> policies() {
        Map<String, PolicyDocument> policies = new LinkedHashMap<>();
        inline.forEach((policyName, policy) -> policies.put(policyName, policy.document()));
        attached.forEach(
                policyArn -> policies.put(ManagedPolicies.nameOf(policyArn), ManagedPolicies.documentOf(policyArn)));
        return policies;
    }
}
