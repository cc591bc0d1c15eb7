package dev.awssandbox.iam;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Organization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/**
 * IAM and STS: roles, sessions, and what identity policies allow. Administrators may everything that their account may; the session of a
 * role only what the role's policies allow.
 */
public final class Iam {
    private static final Duration SERVICE_SESSION = Duration.ofHours(12);
    private static final String ID_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private final Cloud cloud;
    private final Roles roles = new Roles();
    private final Map<String, Session> sessions = new HashMap<>();
    private final Map<String, PolicyDocument> sessionPolicies = new HashMap<>();
    private final List<Judgement> judgements = new ArrayList<>();

    /** A session's caller, and when its credentials end; never, for those that a service renews by itself. */
    private record Session(Caller caller, @Nullable Instant expiration) {}

    public Iam(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public IamClient client(Caller caller, String region) {
        return new IamActions(cloud, this, roles, caller);
    }

    /** STS as {@code caller} sees it in {@code region}. */
    public StsClient sts(Caller caller, String region) {
        return new StsActions(cloud, this, roles, caller, region);
    }

    /** Whose access key this is: twelve digits are an account's administrator; else a session that has not expired. */
    public Optional<Caller> callerOf(String accessKeyId) {
        if (Roles.accountExists(accessKeyId)) {
            return Optional.of(Caller.administrator(accessKeyId));
        }
        return cloud.kernel().locked(() -> Optional.ofNullable(sessions.get(accessKeyId))
                .filter(session ->
                        session.expiration == null || cloud.kernel().now().isBefore(session.expiration))
                .map(Session::caller));
    }

    /** What the caller's identity policies say; kept for {@link #judgements}. */
    public Decision decide(Caller caller, Access access) {
        return cloud.kernel().locked(() -> {
            Weighed weighed = weighed(caller, access);
            judgements.add(new Judgement(caller, access, weighed.decision, weighed.statement()));
            return weighed.decision;
        });
    }

    /** Why the caller's identity policies refuse this, as messages end; empty where they allow it. Nothing is kept. */
    Optional<String> identityRefusal(Caller caller, Access access) {
        return cloud.kernel().locked(() -> {
            Decision decision = weighed(caller, access).decision;
            return decision.allowed() ? Optional.<String>empty() : Optional.of(decision.because());
        });
    }

    /**
     * What the caller's identity policies and the policy of a resource say together. Within an account, a resource policy that names the
     * caller is enough; one that names the account leaves it to the identity policies, and across accounts both must allow. A deny
     * anywhere wins. The identity's decision is kept for {@link #judgements}, unless nothing depended on it.
     */
    public Decision decide(Caller caller, Access access, String resourceAccount, PolicyDocument resourcePolicy) {
        return cloud.kernel().locked(() -> {
            Weighed identity = weighed(caller, access);
            Verdict resource = PolicyEvaluator.evaluate(resourcePolicy, requestOf(caller, access));
            boolean sufficient = caller.account().equals(resourceAccount) && isSufficient(resource, caller, access);
            if (!sufficient || identity.decision.allowed() || identity.decision.explicitDeny()) {
                judgements.add(new Judgement(caller, access, identity.decision, identity.statement()));
            }
            return together(identity.decision, resource, sufficient, access);
        });
    }

    /** What {@link #decide(Caller, Access, String, PolicyDocument)} would say under a resource policy that is not in force; nothing is kept. */
    public boolean wouldAllow(Caller caller, Access access, String resourceAccount, PolicyDocument resourcePolicy) {
        return cloud.kernel().locked(() -> {
            Verdict resource = PolicyEvaluator.evaluate(resourcePolicy, requestOf(caller, access));
            boolean sufficient = caller.account().equals(resourceAccount) && isSufficient(resource, caller, access);
            return together(weighed(caller, access).decision, resource, sufficient, access)
                    .allowed();
        });
    }

    private static Decision together(Decision identity, Verdict resource, boolean sufficient, Access access) {
        if (identity.explicitDeny()) {
            return identity;
        }
        if (resource.isDenied()) {
            return new Decision(false, true, "an explicit deny in a resource-based policy", resource.statement());
        }
        if (resource.isSilent()) {
            return new Decision(
                    false, false, "no resource-based policy allows the " + access.action() + " action", null);
        }
        return sufficient ? new Decision(true, false, "resource-based policy", resource.statement()) : identity;
    }

    /** Whether a resource policy of the caller's own account allows by itself; a session policy limits all but what names the session. */
    private boolean isSufficient(Verdict resource, Caller caller, Access access) {
        return switch (resource.outcome()) {
            case ALLOWED_TO_SESSION -> true;
            case ALLOWED ->
                caller.sessionPolicy() == null
                        || bySessionPolicy(caller.sessionPolicy(), requestOf(caller, access))
                                .decision
                                .allowed();
            case ALLOWED_TO_ACCOUNT, SILENT, DENIED -> false;
        };
    }

    /** Every decision so far, in order. */
    public List<Judgement> judgements() {
        return cloud.kernel().locked(() -> List.copyOf(judgements));
    }

    /** Whether policies may name this principal: an account's root, its administrator, a role, an assumed role's session. */
    public boolean principalExists(String arn) {
        return cloud.kernel().locked(() -> roles.exists(arn));
    }

    /** The unique id of the role that bears this ARN now. */
    public Optional<String> roleId(String roleArn) {
        return cloud.kernel().locked(() -> roles.byArn(roleArn).map(Role::id));
    }

    /**
     * A resource policy as AWS stores it: roles by their unique ids, accounts as ARNs.
     *
     * @throws InvalidPrincipal where it names a principal that does not exist
     */
    public ObjectNode storedPolicy(ObjectNode policy) {
        return cloud.kernel().locked(() -> roles.stored(policy));
    }

    /** A stored resource policy as it is read back: roles by their ARNs, those deleted by the ids that are left of them. */
    public ObjectNode shownPolicy(ObjectNode stored) {
        return cloud.kernel().locked(() -> roles.shown(stored));
    }

    /**
     * One principal as AWS stores it.
     *
     * @throws InvalidPrincipal where it does not exist
     */
    public String storedPrincipal(String arn) {
        return cloud.kernel().locked(() -> roles.stored(arn));
    }

    /** A stored principal as it is read back. */
    public String shownPrincipal(String stored) {
        return cloud.kernel().locked(() -> roles.shown(stored));
    }

    /** A session of a role, as a service makes it that the role trusts and that renews it before it ends. */
    public Credentials sessionOf(String roleArn, String sessionName) {
        return cloud.kernel().locked(() -> {
            Role role = roles.byArn(roleArn)
                    .orElseThrow(() -> new IllegalArgumentException("no role has the ARN " + roleArn));
            Caller caller = Caller.roleSession(role.arn(), role.id(), sessionName);
            return newSession(caller, SERVICE_SESSION, true);
        });
    }

    /** Whether the role's trust policy lets this service assume it. */
    public boolean serviceMayAssume(String roleArn, String service) {
        return cloud.kernel().locked(() -> roles.byArn(roleArn)
                .map(role -> {
                    Map<String, List<String>> context = new LinkedHashMap<>(timeKeys());
                    context.put("aws:SourceAccount", List.of(role.account()));
                    context.put("aws:PrincipalIsAWSService", List.of("true"));
                    Verdict verdict = PolicyEvaluator.evaluate(
                            role.trust(),
                            Request.byService(service, "sts:AssumeRole", role.arn(), RequestContext.of(context)));
                    return !verdict.isDenied() && !verdict.isSilent();
                })
                .orElse(false));
    }

    /** The request as policies read it: its own keys, and those that follow from the caller, whom no request can misstate. */
    private Request requestOf(Caller caller, Access access) {
        RequestContext context =
                RequestContext.of(requestKeys(access), access.context(), callerKeys(caller), timeKeys());
        return Request.by(caller, access.action(), access.resourceArn(), context);
    }

    Credentials newSession(Caller caller, Duration duration, boolean renewed) {
        Instant expiration = cloud.kernel().now().plus(duration);
        String accessKeyId = "ASIA" + randomId(16);
        sessions.put(accessKeyId, new Session(caller, renewed ? null : expiration));
        return Credentials.builder()
                .accessKeyId(accessKeyId)
                .secretAccessKey(randomId(40))
                .sessionToken(randomId(64))
                .expiration(expiration)
                .build();
    }

    /** Letters and digits from the kernel's seed. */
    String randomId(int length) {
        StringBuilder id = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            id.append(ID_CHARACTERS.charAt(cloud.kernel().random().nextInt(ID_CHARACTERS.length())));
        }
        return id.toString();
    }

    /** A decision, and the policy and statement that made it. */
    private record Weighed(Decision decision, @Nullable String policy) {
        private @Nullable String statement() {
            return decision.sid() == null ? policy : policy + "#" + decision.sid();
        }
    }

    private Weighed weighed(Caller caller, Access access) {
        if (caller.kind() == Caller.Kind.ADMINISTRATOR) {
            return new Weighed(new Decision(true, false, "AdministratorAccess", null), "AdministratorAccess");
        }
        Optional<Role> role = roles.byId(caller.userId().split(":", 2)[0]);
        if (role.isEmpty()) {
            // Sessions outlive their role, but every call of theirs is refused.
            return new Weighed(new Decision(false, true, "a role that does not exist any more", null), null);
        }
        Request request = requestOf(caller, access);
        Weighed byRole = weighed(role.get().policies(), request, "identity-based policy");
        if (!byRole.decision.allowed() || caller.sessionPolicy() == null) {
            return byRole;
        }
        Weighed bySession = bySessionPolicy(caller.sessionPolicy(), request);
        return bySession.decision.allowed() ? byRole : bySession;
    }

    private Weighed bySessionPolicy(String text, Request request) {
        PolicyDocument policy =
                sessionPolicies.computeIfAbsent(text, key -> PolicyDocument.parse(PolicyDocument.Kind.IDENTITY, key));
        return weighed(Map.of("session policy", policy), request, "session policy");
    }

    private static Weighed weighed(Map<String, PolicyDocument> policies, Request request, String kind) {
        Weighed result = new Weighed(
                new Decision(false, false, "no " + kind + " allows the " + request.action() + " action", null), null);
        for (Map.Entry<String, PolicyDocument> policy : policies.entrySet()) {
            Verdict verdict = PolicyEvaluator.evaluate(policy.getValue(), request);
            if (verdict.isDenied()) {
                String article = kind.startsWith("i") ? "an " : "a ";
                return new Weighed(
                        new Decision(false, true, "an explicit deny in " + article + kind, verdict.statement()),
                        policy.getKey());
            }
            if (!verdict.isSilent() && !result.decision.allowed()) {
                result = new Weighed(new Decision(true, false, policy.getKey(), verdict.statement()), policy.getKey());
            }
        }
        return result;
    }

    private static Map<String, List<String>> requestKeys(Access access) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("aws:SecureTransport", List.of("true"));
        keys.put("aws:SourceIp", List.of("127.0.0.1"));
        keys.put("aws:ViaAWSService", List.of("false"));
        String[] arn = access.resourceArn().split(":", 6);
        if (arn.length == 6 && !arn[3].isEmpty()) {
            keys.put("aws:RequestedRegion", List.of(arn[3]));
        }
        return keys;
    }

    private Map<String, List<String>> callerKeys(Caller caller) {
        boolean session = caller.kind() == Caller.Kind.ROLE_SESSION;
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("aws:PrincipalArn", List.of(caller.principalArn()));
        keys.put("aws:PrincipalAccount", List.of(caller.account()));
        keys.put("aws:PrincipalType", List.of(session ? "AssumedRole" : "User"));
        keys.put("aws:PrincipalIsAWSService", List.of("false"));
        keys.put("aws:userid", List.of(caller.userId()));
        Organization.Membership membership =
                cloud.organization().of(caller.account()).orElse(null);
        keys.put("aws:PrincipalOrgID", membership == null ? List.of() : List.of(membership.organizationId()));
        keys.put("aws:PrincipalOrgPaths", membership == null ? List.of() : List.of(membership.path()));
        keys.put(
                "aws:PrincipalOrgMasterAccount",
                membership == null ? List.of() : List.of(membership.managementAccount()));
        // An access key of a user carries no such key at all; a role that a service or a script assumed says false.
        keys.put("aws:MultiFactorAuthPresent", session ? List.of("false") : List.of());
        keys.put("aws:username", session ? List.of() : List.of("Administrator"));
        return keys;
    }

    private Map<String, List<String>> timeKeys() {
        Instant now = cloud.kernel().now();
        return Map.of(
                "aws:CurrentTime",
                List.of(now.toString()),
                "aws:EpochTime",
                List.of(Long.toString(now.getEpochSecond())));
    }
}
