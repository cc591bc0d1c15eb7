package dev.amishare.keypolicy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known beforehand of a request to KMS: which condition keys it has, with which values. Names of keys are told apart without
 * regard to case, as in IAM.
 */
final class Situation {
    /** What a key holds, as far as it is known. */
    record Known(Presence presence, List<Template> values) {
        Known {
            values = List.copyOf(values);
        }

        static final Known ABSENT = new Known(Presence.ABSENT, List.of());
        /** Neither whether the request has it, nor what it holds. */
        static final Known NOTHING = new Known(Presence.UNKNOWN, List.of(Template.like("*")));

        static Known exactly(String value) {
            return new Known(Presence.PRESENT, List.of(Template.exactly(value)));
        }

        static Known like(String value) {
            return new Known(Presence.PRESENT, List.of(Template.like(value)));
        }
    }

    /** Whether the request has a key. */
    enum Presence {
        PRESENT,
        ABSENT,
        UNKNOWN
    }

    /** Keys of which a request may have several values: without ForAllValues or ForAnyValue, AWS leaves their meaning open. */
    private static final Set<String> MULTIVALUED = Set.of(
            "aws:calledvia",
            "aws:principalorgpaths",
            "aws:principalservicenameslist",
            "aws:resourceorgpaths",
            "aws:sourceorgpaths",
            "aws:tagkeys",
            "kms:encryptioncontextkeys",
            "kms:grantoperations",
            "kms:resourcealiases");

    private static final String CONTEXT = "kms:encryptioncontext:";

    private final Map<String, Known> keys;

    private Situation(Map<String, Known> keys) {
        this.keys = keys;
    }

    /** One in which only these keys are known. */
    static Situation of(Map<String, Known> known) {
        Map<String, Known> keys = new HashMap<>();
        known.forEach((key, value) -> keys.put(key.toLowerCase(Locale.ROOT), value));
        return new Situation(keys);
    }

    /**
     * {@code who} calls KMS for {@code access} to a key.
     *
     * @param keyArn of the key, whose account and Region the request then has
     */
    static Situation of(Who who, Access access, String keyArn) {
        String[] arn = keyArn.split(":", -1);
        String partition = arn[1];
        Map<String, Known> keys = new HashMap<>();
        keys.put("kms:calleraccount", Known.like(who.account()));
        keys.put("aws:principalaccount", Known.like(who.account()));
        keys.put("aws:principalarn", Known.like(who.arn(partition)));
        who.organization().ifPresent(id -> keys.put("aws:principalorgid", Known.like(id)));
        who.path().ifPresent(path -> keys.put("aws:principalorgpaths", Known.like(path)));
        keys.put("aws:principalisawsservice", Known.exactly("false"));
        keys.put("aws:principalservicename", Known.ABSENT);
        keys.put("aws:principalservicenameslist", Known.ABSENT);
        keys.put("aws:resourceaccount", Known.exactly(arn[4]));
        keys.put("aws:requestedregion", Known.exactly(arn[3]));
        keys.put("aws:securetransport", Known.exactly("true"));
        keys.put("aws:viaawsservice", Known.exactly(Boolean.toString(access.throughEc2())));
        keys.put("kms:viaservice", access.throughEc2() ? ec2(arn[3], partition) : Known.ABSENT);
        keys.put(
                "kms:grantisforawsresource",
                access.action().equals("kms:CreateGrant")
                        ? Known.exactly(Boolean.toString(access.throughEc2()))
                        : Known.ABSENT);
        if (access.isCryptographic()) {
            // The id of a volume or a snapshot that is not there yet (aws-facts 1.3).
            keys.put(CONTEXT + "aws:ebs:id", Known.like("*"));
            keys.put("kms:encryptioncontextkeys", Known.exactly("aws:ebs:id"));
        } else if (access.action().equals("kms:CreateGrant")) {
            // A grant's constraints may hold one.
            keys.put(CONTEXT + "aws:ebs:id", Known.NOTHING);
        } else {
            keys.put("kms:encryptioncontextkeys", Known.ABSENT);
        }
        return new Situation(keys);
    }

    /** China's services have names of their own; which one KMS sees there, no source says. */
    private static Known ec2(String region, String partition) {
        String service = "ec2." + region + ".amazonaws.com";
        return partition.equals("aws-cn") ? Known.like(service + "*") : Known.exactly(service);
    }

    /**
     * One who calls, as far as he is known; {@code *} and {@code ?} for what is not known.
     *
     * @param account the twelve digits
     * @param resource what stands behind the account in the ARN that {@code aws:PrincipalArn} holds
     * @param organization the id, where it is known
     * @param path what {@code aws:PrincipalOrgPaths} holds, where something of it is known
     */
    record Who(String account, String resource, Optional<String> organization, Optional<String> path) {
        /** Federated users have no IAM ARN, so of a whole account the service is not known either. */
        private String arn(String partition) {
            return "arn:" + partition + ":" + (resource.startsWith("role/") ? "iam" : "*") + "::" + account + ":"
                    + resource;
        }
    }

    /**
     * What is asked of KMS.
     *
     * @param action such as {@code kms:Decrypt}
     * @param throughEc2 whether EC2 asks, in the caller's name
     */
    record Access(String action, boolean throughEc2) {
        private static final Set<String> CRYPTOGRAPHIC = Set.of(
                "kms:Decrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo");

        boolean isCryptographic() {
            return CRYPTOGRAPHIC.contains(action);
        }
    }

    /** What this request's {@code key} holds. */
    Known known(String key) {
        String name = key.toLowerCase(Locale.ROOT);
        Known known = keys.get(name);
        if (known != null) {
            return known;
        }
        // EBS gives no other encryption context than its own.
        return name.startsWith(CONTEXT) ? Known.ABSENT : Known.NOTHING;
    }

    static boolean isMultivalued(String key) {
        return MULTIVALUED.contains(key.toLowerCase(Locale.ROOT));
    }

    /**
     * A policy's value with its wildcards and variables (IAM User Guide, policy variables): {@code ${*}}, {@code ${?}} and {@code ${$}}
     * are those characters themselves.
     *
     * @param wildcards whether {@code *} and {@code ?} are wildcards here
     * @param variables whether {@code ${…}} means anything: in version 2012-10-17 of the policy language only
     */
    Template pattern(String text, boolean wildcards, boolean variables) {
        List<Integer> tokens = new ArrayList<>();
        boolean isVague = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int end = variables && text.startsWith("${", i) ? text.indexOf('}', i) : -1;
            if (end > 0) {
                Optional<Template> value = variable(text.substring(i + 2, end));
                isVague |= value.isEmpty();
                tokens.addAll(value.map(Template::tokens).orElse(List.of(Template.ANY)));
                i = end;
            } else if (wildcards && (c == '*' || c == '?')) {
                tokens.add(c == '*' ? Template.ANY : Template.ONE);
            } else {
                tokens.add((int) c);
            }
        }
        return new Template(tokens, isVague);
    }

    /** What stands for a variable, if it is known. */
    private Optional<Template> variable(String inner) {
        if (inner.equals("*") || inner.equals("?") || inner.equals("$")) {
            return Optional.of(Template.exactly(inner));
        }
        String[] parts = inner.split(",", 2);
        Known known = known(parts[0].strip());
        if (known.presence() == Presence.ABSENT && parts.length == 2) {
            return Optional.of(Template.exactly(parts[1].strip().replaceAll("^'|'$", "")));
        }
        return known.presence() == Presence.PRESENT
                        && known.values().size() == 1
                        && known.values().get(0).isExact()
                ? Optional.of(known.values().get(0))
                : Optional.empty();
    }
}
