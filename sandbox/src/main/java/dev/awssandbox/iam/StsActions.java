package dev.awssandbox.iam;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.PolicyDocument.Kind;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.AssumedRoleUser;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityRequest;
import software.amazon.awssdk.services.sts.model.GetCallerIdentityResponse;

/** The actions of STS as one caller sees them. */
final class StsActions implements StsClient {
    private static final int MOST_POLICY_CHARACTERS = 2_048;
    private static final int LEAST_SECONDS = 900;
    private static final int DEFAULT_SECONDS = 3_600;
    private static final int MOST_SECONDS = 43_200;

    private final Cloud cloud;
    private final Iam iam;
    private final Roles roles;
    private final Caller caller;
    private final String region;

    StsActions(Cloud cloud, Iam iam, Roles roles, Caller caller, String region) {
        this.cloud = cloud;
        this.iam = iam;
        this.roles = roles;
        this.caller = caller;
        this.region = region;
    }

    /** Needs no permission, and no policy can deny it. */
    @Override
    public GetCallerIdentityResponse getCallerIdentity(GetCallerIdentityRequest request) {
        return GetCallerIdentityResponse.builder()
                .account(caller.account())
                .arn(caller.arn())
                .userId(caller.userId())
                .build();
    }

    @Override
    @SuppressWarnings("deprecation") // AWS still answers packedPolicySize
    public AssumeRoleResponse assumeRole(AssumeRoleRequest request) {
        return cloud.kernel().locked(() -> {
            String roleArn = matching(request.roleArn(), "roleArn", "arn:aws:iam::\\d{12}:role/.{1,}");
            String sessionName = matching(request.roleSessionName(), "roleSessionName", "[\\w+=,.@-]{2,64}");
            if (request.externalId() != null) {
                matching(request.externalId(), "externalId", "[\\w+=,.@:/-]{2,1224}");
            }
            refuseUnknown(request);
            Role role = judged(roleArn, request.externalId(), sessionName);
            String policy = sessionPolicy(request.policy());
            Caller session = Caller.roleSession(role.arn(), role.id(), sessionName);
            Caller limited = new Caller(
                    session.account(), session.arn(), session.principalArn(), session.userId(), session.kind(), policy);
            return AssumeRoleResponse.builder()
                    .credentials(iam.newSession(limited, duration(request.durationSeconds(), role), false))
                    .assumedRoleUser(AssumedRoleUser.builder()
                            .arn(limited.arn())
                            .assumedRoleId(limited.userId())
                            .build())
                    .packedPolicySize(policy == null ? null : 100 * policy.length() / MOST_POLICY_CHARACTERS)
                    .build();
        });
    }

    /**
     * A role that may be assumed now. Trust that names the caller itself is enough within the account; trust in the account, or from
     * another one, needs the caller's identity policy beside. That a role does not exist looks the same as that it is forbidden.
     */
    private Role judged(String roleArn, @Nullable String externalId, String sessionName) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("sts:RoleSessionName", List.of(sessionName));
        keys.put("sts:ExternalId", externalId == null ? List.of() : List.of(externalId));
        keys.put("aws:RequestedRegion", List.of(region));
        keys.putAll(ownerKeys(roleArn.split(":", 6)[4]));
        Role role = roles.byArn(roleArn).orElse(null);
        if (role != null) {
            role.tags().forEach((key, value) -> keys.put("aws:ResourceTag/" + key, List.of(value)));
        }
        Access access = new Access("sts:AssumeRole", roleArn, keys);
        Decision decision =
                role == null ? iam.decide(caller, access) : iam.decide(caller, access, role.account(), role.trust());
        if (role == null || !decision.allowed()) {
            throw Errors.stsDenied(
                    "User: " + caller.arn() + " is not authorized to perform: sts:AssumeRole on resource: " + roleArn
                            + reason(access, decision));
        }
        return role;
    }

    /**
     * Which kind of policy refused. The caller's own are always named. A trust policy is named within its account only: across accounts a
     * role that does not exist must look like one that is forbidden (IAM User Guide, access denied messages; whether AWS keeps that so to
     * the letter is UNVERIFIED).
     */
    private String reason(Access access, Decision decision) {
        Optional<String> ofIdentity = iam.identityRefusal(caller, access);
        if (ofIdentity.isPresent()) {
            return ofIdentity.get();
        }
        boolean within = caller.account().equals(access.resourceArn().split(":", 6)[4]);
        if (!within || decision.allowed()) {
            return "";
        }
        return decision.explicitDeny()
                ? " with an explicit deny in a role trust policy"
                : " because no role trust policy allows the sts:AssumeRole action";
    }

    /** Who owns the role; an account of no organization has no key for one (aws-facts 0: AssumeRole takes {@code aws:ResourceOrgID}). */
    private Map<String, List<String>> ownerKeys(String account) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("aws:ResourceAccount", List.of(account));
        cloud.organization().of(account).ifPresent(member -> {
            keys.put("aws:ResourceOrgID", List.of(member.organizationId()));
            keys.put("aws:ResourceOrgPaths", List.of(member.path()));
        });
        return keys;
    }

    private @Nullable String sessionPolicy(@Nullable String policy) {
        if (policy == null) {
            return null;
        }
        if (policy.length() > MOST_POLICY_CHARACTERS) {
            throw Errors.stsInvalid(
                    "1 validation error detected: Value at 'policy' failed to satisfy constraint: Member"
                            + " must have length less than or equal to " + MOST_POLICY_CHARACTERS);
        }
        try {
            PolicyDocument.parse(Kind.IDENTITY, policy);
            return policy;
        } catch (MalformedPolicy e) {
            throw Errors.stsMalformedPolicy(e.why());
        }
    }

    private Duration duration(@Nullable Integer asked, Role role) {
        int seconds = asked == null ? DEFAULT_SECONDS : asked;
        if (seconds < LEAST_SECONDS || seconds > MOST_SECONDS) {
            throw Errors.stsInvalid(
                    "1 validation error detected: Value '" + seconds
                            + "' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200");
        }
        if (seconds > role.maxSessionSeconds()) {
            throw Errors.stsInvalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        }
        // aws-facts 7: the cap on role chaining is UNVERIFIED; the stricter reading.
        if (caller.kind() == Caller.Kind.ROLE_SESSION && seconds > DEFAULT_SECONDS) {
            throw Errors.stsInvalid(
                    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining");
        }
        return Duration.ofSeconds(seconds);
    }

    private static void refuseUnknown(AssumeRoleRequest request) {
        if (request.hasPolicyArns()
                || request.hasTags()
                || request.hasTransitiveTagKeys()
                || request.hasProvidedContexts()
                || request.sourceIdentity() != null
                || request.serialNumber() != null
                || request.tokenCode() != null) {
            throw new UnsupportedOperationException(
                    "of AssumeRole the sandbox knows RoleArn, RoleSessionName, ExternalId, DurationSeconds and Policy only");
        }
    }

    private static String matching(@Nullable String value, String field, String pattern) {
        if (value == null || !value.matches(pattern)) {
            throw Errors.stsInvalid("1 validation error detected: Value '" + value + "' at '" + field
                    + "' failed to satisfy constraint: Member must satisfy regular expression pattern: " + pattern);
        }
        return value;
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
