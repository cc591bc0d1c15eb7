package dev.awssandbox.iam;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.PolicyDocument.Kind;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateServiceLinkedRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyResponse;

/** The actions of IAM as one caller sees them: only ever the caller's own account. */
final class IamActions implements IamClient {
    private static final int MOST_INLINE_CHARACTERS = 10_240;
    private static final int MOST_TRUST_CHARACTERS = 2_048;
    private static final int LEAST_SESSION_SECONDS = 3_600;
    private static final int MOST_SESSION_SECONDS = 43_200;
    private static final String NAME = "[\\w+=,.@-]{1,64}";

    /** The service-linked roles that launches may involve (aws-facts 4.4). */
    private static final Map<String, String> SERVICE_LINKED = Map.of(
            "autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling",
            "spot.amazonaws.com", "AWSServiceRoleForEC2Spot");

    private final Cloud cloud;
    private final Iam iam;
    private final Roles roles;
    private final Caller caller;

    IamActions(Cloud cloud, Iam iam, Roles roles, Caller caller) {
        this.cloud = cloud;
        this.iam = iam;
        this.roles = roles;
        this.caller = caller;
    }

    @Override
    public CreateRoleResponse createRole(CreateRoleRequest request) {
        return locked(() -> {
            String name = requireName(request.roleName(), "roleName");
            String path = request.path() == null ? "/" : request.path();
            permit("iam:CreateRole", roleArn(path, name));
            if (!path.matches("/([!-~]+/)?") || path.startsWith("/aws-service-role/")) {
                throw Errors.invalid("The specified value for path is invalid: " + path);
            }
            refuse(request.permissionsBoundary(), "PermissionsBoundary");
            Role role = newRole(
                    path,
                    name,
                    request.description(),
                    sessionSeconds(request),
                    trust(request.assumeRolePolicyDocument(), name));
            request.tags().forEach(tag -> role.tags().put(tag.key(), tag.value()));
            return CreateRoleResponse.builder().role(shown(role)).build();
        });
    }

    private static int sessionSeconds(CreateRoleRequest request) {
        int seconds = request.maxSessionDuration() == null ? LEAST_SESSION_SECONDS : request.maxSessionDuration();
        if (seconds < LEAST_SESSION_SECONDS || seconds > MOST_SESSION_SECONDS) {
            throw Errors.invalid("1 validation error detected: Value '" + seconds
                    + "' at 'maxSessionDuration' failed to satisfy constraint: Member must have value between 3600 and"
                    + " 43200");
        }
        return seconds;
    }

    private Role newRole(
            String path, String name, @Nullable String description, int sessionSeconds, PolicyDocument trust) {
        if (roles.named(caller.account(), name).isPresent()) {
            throw Errors.alreadyExists("Role with name " + name + " already exists.");
        }
        Role role = new Role(
                caller.account(),
                path,
                name,
                "AROA" + iam.randomId(17),
                cloud.kernel().now(),
                description,
                sessionSeconds,
                Map.of(),
                trust);
        roles.add(role);
        return role;
    }

    @Override
    public CreateServiceLinkedRoleResponse createServiceLinkedRole(CreateServiceLinkedRoleRequest request) {
        return locked(() -> {
            String service = request.awsServiceName();
            String name = service == null ? null : SERVICE_LINKED.get(service);
            if (name == null) {
                throw Errors.invalid("The sandbox knows no service-linked role of " + service + ", only of "
                        + SERVICE_LINKED.keySet().stream().sorted().toList());
            }
            refuse(request.customSuffix(), "CustomSuffix");
            String path = "/aws-service-role/" + service + "/";
            permit("iam:CreateServiceLinkedRole", roleArn(path, name));
            if (roles.named(caller.account(), name).isPresent()) {
                throw Errors.invalid("Service role name " + name
                        + " has been taken in this account, please try a different suffix.");
            }
            PolicyDocument trust = PolicyDocument.parse(
                    Kind.TRUST,
                    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\""
                            + service + "\"},\"Action\":\"sts:AssumeRole\"}]}");
            Role role = newRole(path, name, request.description(), LEAST_SESSION_SECONDS, trust);
            return CreateServiceLinkedRoleResponse.builder().role(shown(role)).build();
        });
    }

    @Override
    public GetRoleResponse getRole(GetRoleRequest request) {
        return locked(() -> GetRoleResponse.builder()
                .role(shown(permitted("iam:GetRole", request.roleName())))
                .build());
    }

    @Override
    public ListRolesResponse listRoles(ListRolesRequest request) {
        return locked(() -> {
            permit("iam:ListRoles", roleArn("/", "*"));
            String prefix = request.pathPrefix() == null ? "/" : request.pathPrefix();
            return ListRolesResponse.builder()
                    .roles(roles.of(caller.account()).stream()
                            .filter(role -> role.path().startsWith(prefix))
                            .map(this::shown)
                            .toList())
                    .isTruncated(false)
                    .build();
        });
    }

    @Override
    public DeleteRoleResponse deleteRole(DeleteRoleRequest request) {
        return locked(() -> {
            Role role = changeable("iam:DeleteRole", request.roleName());
            if (!role.inline().isEmpty()) {
                throw Errors.deleteConflict("Cannot delete entity, must delete policies first.");
            }
            if (!role.attached().isEmpty()) {
                throw Errors.deleteConflict("Cannot delete entity, must detach all policies first.");
            }
            roles.remove(role);
            return DeleteRoleResponse.builder().build();
        });
    }

    @Override
    public UpdateAssumeRolePolicyResponse updateAssumeRolePolicy(UpdateAssumeRolePolicyRequest request) {
        return locked(() -> {
            Role role = changeable("iam:UpdateAssumeRolePolicy", request.roleName());
            role.trust(trust(request.policyDocument(), role.name()).json());
            return UpdateAssumeRolePolicyResponse.builder().build();
        });
    }

    @Override
    public PutRolePolicyResponse putRolePolicy(PutRolePolicyRequest request) {
        return locked(() -> {
            Role role = changeable("iam:PutRolePolicy", request.roleName());
            String name = requireName(request.policyName(), "policyName");
            String text = require(request.policyDocument(), "policyDocument");
            PolicyDocument document = parsed(Kind.IDENTITY, text);
            Map<String, Role.InlinePolicy> policies = new LinkedHashMap<>(role.inline());
            policies.put(name, new Role.InlinePolicy(text, document));
            int size = policies.values().stream()
                    .mapToInt(policy -> withoutSpace(policy.text()))
                    .sum();
            if (size > MOST_INLINE_CHARACTERS) {
                throw Errors.limitExceeded(
                        "Maximum policy size of " + MOST_INLINE_CHARACTERS + " bytes exceeded for role " + role.name());
            }
            role.inline().put(name, new Role.InlinePolicy(text, document));
            return PutRolePolicyResponse.builder().build();
        });
    }

    @Override
    public GetRolePolicyResponse getRolePolicy(GetRolePolicyRequest request) {
        return locked(() -> {
            Role role = permitted("iam:GetRolePolicy", request.roleName());
            Role.InlinePolicy policy = inline(role, request.policyName());
            return GetRolePolicyResponse.builder()
                    .roleName(role.name())
                    .policyName(request.policyName())
                    .policyDocument(urlEncoded(policy.text()))
                    .build();
        });
    }

    @Override
    public ListRolePoliciesResponse listRolePolicies(ListRolePoliciesRequest request) {
        return locked(() -> ListRolePoliciesResponse.builder()
                .policyNames(permitted("iam:ListRolePolicies", request.roleName())
                        .inline()
                        .keySet())
                .isTruncated(false)
                .build());
    }

    @Override
    public DeleteRolePolicyResponse deleteRolePolicy(DeleteRolePolicyRequest request) {
        return locked(() -> {
            Role role = changeable("iam:DeleteRolePolicy", request.roleName());
            inline(role, request.policyName());
            role.inline().remove(request.policyName());
            return DeleteRolePolicyResponse.builder().build();
        });
    }

    @Override
    public AttachRolePolicyResponse attachRolePolicy(AttachRolePolicyRequest request) {
        return locked(() -> {
            Role role = changeable("iam:AttachRolePolicy", request.roleName());
            String arn = require(request.policyArn(), "policyArn");
            if (!ManagedPolicies.exists(arn)) {
                throw Errors.noSuchEntity("Policy " + arn + " does not exist or is not attachable.");
            }
            role.attached().add(arn);
            return AttachRolePolicyResponse.builder().build();
        });
    }

    @Override
    public DetachRolePolicyResponse detachRolePolicy(DetachRolePolicyRequest request) {
        return locked(() -> {
            Role role = changeable("iam:DetachRolePolicy", request.roleName());
            if (!role.attached().remove(require(request.policyArn(), "policyArn"))) {
                throw Errors.noSuchEntity("Policy " + request.policyArn() + " was not found.");
            }
            return DetachRolePolicyResponse.builder().build();
        });
    }

    @Override
    public ListAttachedRolePoliciesResponse listAttachedRolePolicies(ListAttachedRolePoliciesRequest request) {
        return locked(() -> {
            List<AttachedPolicy> attached =
                    permitted("iam:ListAttachedRolePolicies", request.roleName()).attached().stream()
                            .map(arn -> AttachedPolicy.builder()
                                    .policyArn(arn)
                                    .policyName(ManagedPolicies.nameOf(arn))
                                    .build())
                            .toList();
            return ListAttachedRolePoliciesResponse.builder()
                    .attachedPolicies(attached)
                    .isTruncated(false)
                    .build();
        });
    }

    private <T> T locked(Supplier<T> body) {
        return cloud.kernel().locked(body);
    }

    private void permit(String action, String arn) {
        Access access = Access.to(action, arn);
        Decision decision = iam.decide(caller, access);
        if (!decision.allowed()) {
            throw Errors.denied(decision.refusal(caller, access));
        }
    }

    private Role permitted(String action, @Nullable String roleName) {
        String name = requireName(roleName, "roleName");
        Role role = roles.named(caller.account(), name).orElse(null);
        permit(action, role == null ? roleArn("/", name) : role.arn());
        if (role == null) {
            throw Errors.noSuchEntity("The role with name " + name + " cannot be found.");
        }
        return role;
    }

    private Role changeable(String action, @Nullable String roleName) {
        Role role = permitted(action, roleName);
        if (role.isServiceLinked()) {
            throw Errors.unmodifiable("Cannot perform the operation on the protected role '" + role.name()
                    + "' - this role is only modifiable by AWS");
        }
        return role;
    }

    private static Role.InlinePolicy inline(Role role, @Nullable String policyName) {
        Role.InlinePolicy policy = role.inline().get(require(policyName, "policyName"));
        if (policy == null) {
            throw Errors.noSuchEntity("The role policy with name " + policyName + " cannot be found.");
        }
        return policy;
    }

    private PolicyDocument trust(@Nullable String text, String roleName) {
        PolicyDocument given = parsed(Kind.TRUST, require(text, "assumeRolePolicyDocument"));
        if (withoutSpace(given.json().toString()) > MOST_TRUST_CHARACTERS) {
            throw Errors.limitExceeded(
                    "Cannot exceed quota for ACLSizePerRole: " + MOST_TRUST_CHARACTERS + " (role " + roleName + ")");
        }
        try {
            return PolicyDocument.of(Kind.TRUST, roles.stored(given.json()));
        } catch (InvalidPrincipal e) {
            throw Errors.malformedPolicy(e.why());
        }
    }

    private static PolicyDocument parsed(Kind kind, String text) {
        try {
            return PolicyDocument.parse(kind, text);
        } catch (MalformedPolicy e) {
            throw Errors.malformedPolicy(e.why());
        }
    }

    private static int withoutSpace(String text) {
        return text.replaceAll("\\s", "").length();
    }

    private static String require(@Nullable String value, String field) {
        if (value == null || value.isEmpty()) {
            throw Errors.invalid("1 validation error detected: Value null at '" + field
                    + "' failed to satisfy constraint: Member must not be null");
        }
        return value;
    }

    private static String requireName(@Nullable String value, String field) {
        String name = require(value, field);
        if (!name.matches(NAME)) {
            throw Errors.invalid("The specified value for " + field
                    + " is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-");
        }
        return name;
    }

    private static void refuse(@Nullable String value, String parameter) {
        if (value != null) {
            throw new UnsupportedOperationException("the sandbox does not know " + parameter);
        }
    }

    private String roleArn(String path, String name) {
        return "arn:aws:iam::" + caller.account() + ":role" + path + name;
    }

    private software.amazon.awssdk.services.iam.model.Role shown(Role role) {
        return software.amazon.awssdk.services.iam.model.Role.builder()
                .path(role.path())
                .roleName(role.name())
                .roleId(role.id())
                .arn(role.arn())
                .createDate(role.created())
                .description(role.description())
                .maxSessionDuration(role.maxSessionSeconds())
                .tags(role.tags().entrySet().stream()
                        .map(tag -> Tag.builder()
                                .key(tag.getKey())
                                .value(tag.getValue())
                                .build())
                        .toList())
                .assumeRolePolicyDocument(
                        urlEncoded(roles.shown(role.trust().json()).toString()))
                .build();
    }

    /** Policies are percent-encoded (RFC 3986) in IAM's answers. */
    private static String urlEncoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
