package dev.awssandbox.kms;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.iam.InvalidPrincipal;
import dev.awssandbox.iam.PolicyDocument;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.AliasListEntry;
import software.amazon.awssdk.services.kms.model.CancelKeyDeletionRequest;
import software.amazon.awssdk.services.kms.model.CancelKeyDeletionResponse;
import software.amazon.awssdk.services.kms.model.CreateAliasRequest;
import software.amazon.awssdk.services.kms.model.CreateAliasResponse;
import software.amazon.awssdk.services.kms.model.CreateGrantRequest;
import software.amazon.awssdk.services.kms.model.CreateGrantResponse;
import software.amazon.awssdk.services.kms.model.CreateKeyRequest;
import software.amazon.awssdk.services.kms.model.CreateKeyResponse;
import software.amazon.awssdk.services.kms.model.DecryptRequest;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.DeleteAliasRequest;
import software.amazon.awssdk.services.kms.model.DeleteAliasResponse;
import software.amazon.awssdk.services.kms.model.DescribeKeyRequest;
import software.amazon.awssdk.services.kms.model.DescribeKeyResponse;
import software.amazon.awssdk.services.kms.model.DisableKeyRequest;
import software.amazon.awssdk.services.kms.model.DisableKeyResponse;
import software.amazon.awssdk.services.kms.model.DisableKeyRotationRequest;
import software.amazon.awssdk.services.kms.model.DisableKeyRotationResponse;
import software.amazon.awssdk.services.kms.model.EnableKeyRequest;
import software.amazon.awssdk.services.kms.model.EnableKeyResponse;
import software.amazon.awssdk.services.kms.model.EnableKeyRotationRequest;
import software.amazon.awssdk.services.kms.model.EnableKeyRotationResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.EncryptionAlgorithmSpec;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyWithoutPlaintextRequest;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyWithoutPlaintextResponse;
import software.amazon.awssdk.services.kms.model.GetKeyPolicyRequest;
import software.amazon.awssdk.services.kms.model.GetKeyPolicyResponse;
import software.amazon.awssdk.services.kms.model.GetKeyRotationStatusRequest;
import software.amazon.awssdk.services.kms.model.GetKeyRotationStatusResponse;
import software.amazon.awssdk.services.kms.model.GrantConstraints;
import software.amazon.awssdk.services.kms.model.GrantListEntry;
import software.amazon.awssdk.services.kms.model.GrantOperation;
import software.amazon.awssdk.services.kms.model.KeyListEntry;
import software.amazon.awssdk.services.kms.model.KeyManagerType;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.ListAliasesRequest;
import software.amazon.awssdk.services.kms.model.ListAliasesResponse;
import software.amazon.awssdk.services.kms.model.ListGrantsRequest;
import software.amazon.awssdk.services.kms.model.ListGrantsResponse;
import software.amazon.awssdk.services.kms.model.ListKeyPoliciesRequest;
import software.amazon.awssdk.services.kms.model.ListKeyPoliciesResponse;
import software.amazon.awssdk.services.kms.model.ListKeysRequest;
import software.amazon.awssdk.services.kms.model.ListKeysResponse;
import software.amazon.awssdk.services.kms.model.ListResourceTagsRequest;
import software.amazon.awssdk.services.kms.model.ListResourceTagsResponse;
import software.amazon.awssdk.services.kms.model.OriginType;
import software.amazon.awssdk.services.kms.model.PutKeyPolicyRequest;
import software.amazon.awssdk.services.kms.model.PutKeyPolicyResponse;
import software.amazon.awssdk.services.kms.model.RevokeGrantRequest;
import software.amazon.awssdk.services.kms.model.RevokeGrantResponse;
import software.amazon.awssdk.services.kms.model.ScheduleKeyDeletionRequest;
import software.amazon.awssdk.services.kms.model.ScheduleKeyDeletionResponse;
import software.amazon.awssdk.services.kms.model.Tag;
import software.amazon.awssdk.services.kms.model.TagResourceRequest;
import software.amazon.awssdk.services.kms.model.TagResourceResponse;
import software.amazon.awssdk.services.kms.model.UntagResourceRequest;
import software.amazon.awssdk.services.kms.model.UntagResourceResponse;
import software.amazon.awssdk.services.kms.model.UpdateAliasRequest;
import software.amazon.awssdk.services.kms.model.UpdateAliasResponse;

/** The actions of KMS as one caller sees them in one Region. */
final class KmsActions implements KmsClient {
    private static final String DEFAULT_POLICY = "default";
    private static final String RAM_POLICY = "AWS_RAM";
    private static final int MOST_TAGS = 50;
    private static final int DEFAULT_PAGE = 50;
    private static final int LEAST_ROTATION_DAYS = 90;
    private static final int DEFAULT_ROTATION_DAYS = 365;
    private static final int MOST_ROTATION_DAYS = 2_560;
    private static final int LEAST_WINDOW_DAYS = 7;
    private static final int MOST_WINDOW_DAYS = 30;

    private final Cloud cloud;
    private final KeyRing ring;
    private final Authority authority;
    private final KeyPolicyRules rules;
    private final Quota policyWrites;
    private final Caller caller;
    private final Place place;

    KmsActions(
            Cloud cloud,
            KeyRing ring,
            Authority authority,
            KeyPolicyRules rules,
            Quota policyWrites,
            Caller caller,
            Place place) {
        this.cloud = cloud;
        this.ring = ring;
        this.authority = authority;
        this.rules = rules;
        this.policyWrites = policyWrites;
        this.caller = caller;
        this.place = place;
    }

    // Keys

    @Override
    public CreateKeyResponse createKey(CreateKeyRequest request) {
        return locked(() -> {
            Map<String, String> tags = tags(request.tags());
            Key.Shape shape = shape(request);
            permitCreation(request, shape, tags);
            if (request.customKeyStoreId() != null || request.xksKeyId() != null) {
                throw new UnsupportedOperationException("the sandbox knows no custom key stores");
            }
            String id = (shape.multiRegion() ? "mrk-" + hex(cloud, 32) : uuid());
            String description = request.description() == null ? "" : request.description();
            Key key = new Key(place, id, now(), shape, false, description);
            requireTags(key, tags);
            key.tags().putAll(tags);
            String policy = request.policy() == null ? KeyPolicyRules.standard(place.account()) : request.policy();
            boolean bypass = Boolean.TRUE.equals(request.bypassPolicyLockoutSafetyCheck()) || request.policy() == null;
            key.policy(rules.accepted(policy, key, caller, bypass), now(), now());
            ring.add(key);
            return CreateKeyResponse.builder().keyMetadata(metadata(key)).build();
        });
    }

    private void permitCreation(CreateKeyRequest request, Key.Shape shape, Map<String, String> tags) {
        Map<String, List<String>> keys = new LinkedHashMap<>(requestTags(tags));
        keys.put("kms:KeySpec", List.of(shape.spec().toString()));
        keys.put("kms:KeyUsage", List.of(shape.usage().toString()));
        keys.put("kms:KeyOrigin", List.of(shape.origin().toString()));
        keys.put("kms:MultiRegion", List.of(Boolean.toString(shape.multiRegion())));
        keys.put(
                "kms:BypassPolicyLockoutSafetyCheck",
                List.of(Boolean.toString(Boolean.TRUE.equals(request.bypassPolicyLockoutSafetyCheck()))));
        permit("kms:CreateKey", "*", keys);
        if (!tags.isEmpty()) {
            permit("kms:TagResource", "*", keys);
        }
    }

    private static Key.Shape shape(CreateKeyRequest request) {
        String older =
                request.getValueForField("CustomerMasterKeySpec", String.class).orElse("SYMMETRIC_DEFAULT");
        KeySpec spec = request.keySpec() == null ? KeySpec.fromValue(older) : request.keySpec();
        OriginType origin = request.origin() == null ? OriginType.AWS_KMS : request.origin();
        if (spec == KeySpec.UNKNOWN_TO_SDK_VERSION || origin == OriginType.UNKNOWN_TO_SDK_VERSION) {
            throw Errors.validation("KeySpec or Origin is not one that KMS knows.");
        }
        boolean symmetric = spec == KeySpec.SYMMETRIC_DEFAULT;
        KeyUsageType usage = request.keyUsage();
        if (usage == null && !symmetric) {
            throw Errors.validation(
                    "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.");
        }
        boolean mac = spec.toString().startsWith("HMAC");
        if (usage != null
                && ((symmetric && usage != KeyUsageType.ENCRYPT_DECRYPT)
                        || mac != (usage == KeyUsageType.GENERATE_VERIFY_MAC))) {
            throw Errors.validation("KeyUsage " + usage + " is not compatible with KeySpec " + spec);
        }
        return new Key.Shape(
                spec,
                usage == null ? KeyUsageType.ENCRYPT_DECRYPT : usage,
                origin,
                Boolean.TRUE.equals(request.multiRegion()));
    }

    @Override
    public DescribeKeyResponse describeKey(DescribeKeyRequest request) {
        return locked(() -> DescribeKeyResponse.builder()
                .keyMetadata(metadata(
                        permitted("DescribeKey", ring.require(place, required(request.keyId(), "keyId")), Map.of())))
                .build());
    }

    @Override
    public ListKeysResponse listKeys(ListKeysRequest request) {
        return locked(() -> {
            permit("kms:ListKeys", "*", Map.of());
            Page<Key> page = Page.of(List.copyOf(ring.keys(place)), request.marker(), request.limit(), 100);
            return ListKeysResponse.builder()
                    .keys(page.items().stream()
                            .map(key -> KeyListEntry.builder()
                                    .keyId(key.id())
                                    .keyArn(key.arn())
                                    .build())
                            .toList())
                    .truncated(page.next() != null)
                    .nextMarker(page.next())
                    .build();
        });
    }

    @Override
    public EnableKeyResponse enableKey(EnableKeyRequest request) {
        return locked(() -> {
            notPendingDeletion(permitted("EnableKey", request.keyId())).enable(true);
            return EnableKeyResponse.builder().build();
        });
    }

    @Override
    public DisableKeyResponse disableKey(DisableKeyRequest request) {
        return locked(() -> {
            notPendingDeletion(permitted("DisableKey", request.keyId())).enable(false);
            return DisableKeyResponse.builder().build();
        });
    }

    @Override
    public ScheduleKeyDeletionResponse scheduleKeyDeletion(ScheduleKeyDeletionRequest request) {
        return locked(() -> {
            int days = request.pendingWindowInDays() == null ? MOST_WINDOW_DAYS : request.pendingWindowInDays();
            Key key = permitted("ScheduleKeyDeletion", request.keyId());
            requireBetween(days, LEAST_WINDOW_DAYS, MOST_WINDOW_DAYS, "pendingWindowInDays");
            Instant date = now().plus(Duration.ofDays(days));
            notPendingDeletion(key).delete(new Key.Deletion(date, days));
            return ScheduleKeyDeletionResponse.builder()
                    .keyId(key.arn())
                    .deletionDate(date)
                    .keyState(key.state())
                    .pendingWindowInDays(days)
                    .build();
        });
    }

    @Override
    public CancelKeyDeletionResponse cancelKeyDeletion(CancelKeyDeletionRequest request) {
        return locked(() -> {
            Key key = permitted("CancelKeyDeletion", request.keyId());
            if (key.deletion() == null) {
                throw Errors.invalidState(key.arn() + " is not pending deletion.");
            }
            key.delete(null);
            return CancelKeyDeletionResponse.builder().keyId(key.arn()).build();
        });
    }

    @Override
    public EnableKeyRotationResponse enableKeyRotation(EnableKeyRotationRequest request) {
        return locked(() -> {
            Key key = rotatable(permitted("EnableKeyRotation", request.keyId()));
            int days = request.rotationPeriodInDays() == null ? DEFAULT_ROTATION_DAYS : request.rotationPeriodInDays();
            requireBetween(days, LEAST_ROTATION_DAYS, MOST_ROTATION_DAYS, "rotationPeriodInDays");
            key.rotate(new Key.Rotation(days, now()));
            return EnableKeyRotationResponse.builder().build();
        });
    }

    @Override
    public DisableKeyRotationResponse disableKeyRotation(DisableKeyRotationRequest request) {
        return locked(() -> {
            rotatable(permitted("DisableKeyRotation", request.keyId())).rotate(null);
            return DisableKeyRotationResponse.builder().build();
        });
    }

    private static Key rotatable(Key key) {
        if (!key.shape().isSymmetric() || key.shape().origin() != OriginType.AWS_KMS) {
            throw Errors.unsupported("Only symmetric encryption keys with key material of KMS rotate: " + key.arn());
        }
        if (notPendingDeletion(key).state() == KeyState.DISABLED) {
            throw Errors.disabled(key.arn() + " is disabled.");
        }
        return key;
    }

    @Override
    public GetKeyRotationStatusResponse getKeyRotationStatus(GetKeyRotationStatusRequest request) {
        return locked(() -> {
            Key key = permitted("GetKeyRotationStatus", request.keyId());
            Key.Rotation rotation =
                    key.isAwsManaged() ? new Key.Rotation(DEFAULT_ROTATION_DAYS, key.created()) : key.rotation();
            GetKeyRotationStatusResponse.Builder response = GetKeyRotationStatusResponse.builder()
                    .keyId(key.arn())
                    .keyRotationEnabled(rotation != null && key.deletion() == null);
            if (rotation != null && key.deletion() == null) {
                response.rotationPeriodInDays(rotation.periodInDays()).nextRotationDate(rotation.next());
            }
            return response.build();
        });
    }

    // Aliases

    @Override
    public CreateAliasResponse createAlias(CreateAliasRequest request) {
        return locked(() -> {
            String name = ownAlias(request.aliasName());
            Key key = aliasTarget("CreateAlias", name, request.targetKeyId());
            notPendingDeletion(key);
            if (ring.aliases(place).containsKey(name)) {
                throw Errors.alreadyExists("An alias with the name " + place.arn(name) + " already exists");
            }
            ring.aliases(place).put(name, new KeyRing.Alias(name, key.id(), now(), now()));
            return CreateAliasResponse.builder().build();
        });
    }

    @Override
    public UpdateAliasResponse updateAlias(UpdateAliasRequest request) {
        return locked(() -> {
            String name = ownAlias(request.aliasName());
            KeyRing.Alias alias = alias(name);
            Key key = aliasTarget("UpdateAlias", name, request.targetKeyId());
            Key before = ring.require(place, alias.keyId());
            permitted("UpdateAlias", before, Map.of());
            if (!before.shape().usage().equals(key.shape().usage())
                    || before.shape().isSymmetric() != key.shape().isSymmetric()) {
                throw Errors.validation("Alias " + place.arn(name) + " cannot point to a key of another kind.");
            }
            ring.aliases(place).put(name, new KeyRing.Alias(name, key.id(), alias.created(), now()));
            return UpdateAliasResponse.builder().build();
        });
    }

    @Override
    public DeleteAliasResponse deleteAlias(DeleteAliasRequest request) {
        return locked(() -> {
            String name = ownAlias(request.aliasName());
            permit("kms:DeleteAlias", place.arn(name), Map.of());
            permitted("DeleteAlias", ring.require(place, alias(name).keyId()), Map.of());
            ring.aliases(place).remove(name);
            return DeleteAliasResponse.builder().build();
        });
    }

    private Key aliasTarget(String operation, String alias, @Nullable String targetKeyId) {
        String target = required(targetKeyId, "targetKeyId");
        permit("kms:" + operation, place.arn(alias), Map.of());
        return permitted(operation, ring.requireByKeyId(place, target), Map.of("kms:RequestAlias", List.of(alias)));
    }

    private KeyRing.Alias alias(String name) {
        KeyRing.Alias alias = ring.aliases(place).get(name);
        if (alias == null) {
            throw Errors.notFound("Alias " + place.arn(name) + " is not found.");
        }
        return alias;
    }

    private static String ownAlias(@Nullable String given) {
        String name = required(given, "aliasName");
        if (!name.startsWith("alias/")) {
            throw Errors.validation("Invalid identifier");
        }
        if (!name.matches("alias/[a-zA-Z0-9/_-]{1,250}")) {
            throw Errors.invalidAliasName("Alias contains invalid characters: " + name);
        }
        if (name.startsWith("alias/aws/")) {
            throw Errors.invalidAliasName("Aliases that begin with alias/aws/ are reserved for AWS.");
        }
        return name;
    }

    @Override
    public ListAliasesResponse listAliases(ListAliasesRequest request) {
        return locked(() -> {
            permit("kms:ListAliases", "*", Map.of());
            String onlyOf = request.keyId() == null
                    ? null
                    : ring.requireByKeyId(place, request.keyId()).id();
            List<KeyRing.Alias> all = ring.aliases(place).values().stream()
                    .filter(alias -> onlyOf == null || alias.keyId().equals(onlyOf))
                    .toList();
            Page<KeyRing.Alias> page = Page.of(all, request.marker(), request.limit(), DEFAULT_PAGE);
            return ListAliasesResponse.builder()
                    .aliases(page.items().stream()
                            .map(alias -> AliasListEntry.builder()
                                    .aliasName(alias.name())
                                    .aliasArn(place.arn(alias.name()))
                                    .targetKeyId(alias.keyId())
                                    .creationDate(alias.created())
                                    .lastUpdatedDate(alias.updated())
                                    .build())
                            .toList())
                    .truncated(page.next() != null)
                    .nextMarker(page.next())
                    .build();
        });
    }

    // Policies

    @Override
    public GetKeyPolicyResponse getKeyPolicy(GetKeyPolicyRequest request) {
        return locked(() -> {
            String name = request.policyName() == null ? DEFAULT_POLICY : request.policyName();
            Key key = permitted(
                    "GetKeyPolicy",
                    ring.requireByKeyId(place, required(request.keyId(), "keyId")),
                    Map.of("kms:PolicyName", List.of(name)));
            return GetKeyPolicyResponse.builder()
                    .policy(PolicyDocument.print(
                            cloud.iam().shownPolicy(named(key, name).json())))
                    .policyName(name)
                    .build();
        });
    }

    @Override
    public ListKeyPoliciesResponse listKeyPolicies(ListKeyPoliciesRequest request) {
        return locked(() -> {
            Key key = permitted("ListKeyPolicies", request.keyId());
            return ListKeyPoliciesResponse.builder()
                    .policyNames(
                            key.ramPolicy() == null ? List.of(DEFAULT_POLICY) : List.of(DEFAULT_POLICY, RAM_POLICY))
                    .truncated(false)
                    .build();
        });
    }

    @Override
    public PutKeyPolicyResponse putKeyPolicy(PutKeyPolicyRequest request) {
        return locked(() -> {
            if (!policyWrites.take(now())) {
                // The words of "Throttling AWS KMS requests" in its Developer Guide.
                throw Errors.throttled(
                        "You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.");
            }
            boolean bypass = Boolean.TRUE.equals(request.bypassPolicyLockoutSafetyCheck());
            String name = request.policyName() == null ? DEFAULT_POLICY : request.policyName();
            Key key = permitted(
                    "PutKeyPolicy",
                    ring.requireByKeyId(place, required(request.keyId(), "keyId")),
                    Map.of(
                            "kms:BypassPolicyLockoutSafetyCheck",
                            List.of(Boolean.toString(bypass)),
                            "kms:PolicyName",
                            List.of(name)));
            if (name.equals(RAM_POLICY)) {
                // Words from the facts; the code is not in them.
                throw Errors.validation("The AWS_RAM policy can only be managed by the RAM service");
            }
            if (!name.equals(DEFAULT_POLICY)) {
                throw noSuchPolicy();
            }
            PolicyDocument policy = rules.accepted(request.policy(), key, caller, bypass);
            key.policy(policy, now().plus(cloud.settings().keyPolicyDelay()), now());
            return PutKeyPolicyResponse.builder().build();
        });
    }

    private PolicyDocument named(Key key, String policyName) {
        if (policyName.equals(DEFAULT_POLICY)) {
            return key.policy(now());
        }
        PolicyDocument byRam = key.ramPolicy();
        if (byRam == null || !policyName.equals(RAM_POLICY)) {
            throw noSuchPolicy();
        }
        return byRam;
    }

    private static RuntimeException noSuchPolicy() {
        return Errors.notFound("No such policy exists");
    }

    // Tags

    @Override
    public ListResourceTagsResponse listResourceTags(ListResourceTagsRequest request) {
        return locked(() -> {
            Key key = permitted("ListResourceTags", request.keyId());
            Page<Map.Entry<String, String>> page =
                    Page.of(List.copyOf(key.tags().entrySet()), request.marker(), request.limit(), DEFAULT_PAGE);
            return ListResourceTagsResponse.builder()
                    .tags(page.items().stream()
                            .map(tag -> Tag.builder()
                                    .tagKey(tag.getKey())
                                    .tagValue(tag.getValue())
                                    .build())
                            .toList())
                    .truncated(page.next() != null)
                    .nextMarker(page.next())
                    .build();
        });
    }

    @Override
    public TagResourceResponse tagResource(TagResourceRequest request) {
        return locked(() -> {
            Map<String, String> tags = tags(request.tags());
            Key key = permitted(
                    "TagResource", ring.requireByKeyId(place, required(request.keyId(), "keyId")), requestTags(tags));
            notPendingDeletion(key);
            requireTags(key, tags);
            key.tags().putAll(tags);
            return TagResourceResponse.builder().build();
        });
    }

    @Override
    public UntagResourceResponse untagResource(UntagResourceRequest request) {
        return locked(() -> {
            Key key = permitted(
                    "UntagResource",
                    ring.requireByKeyId(place, required(request.keyId(), "keyId")),
                    Map.of("aws:TagKeys", request.tagKeys()));
            notPendingDeletion(key);
            request.tagKeys().forEach(key.tags()::remove);
            return UntagResourceResponse.builder().build();
        });
    }

    private static Map<String, String> tags(List<Tag> given) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Tag tag : given) {
            String name = required(tag.tagKey(), "tagKey");
            if (name.startsWith("aws:")) {
                throw Errors.tag("Tag keys that begin with aws: are reserved for AWS: " + name);
            }
            if (tags.put(name, required(tag.tagValue(), "tagValue", true)) != null) {
                throw Errors.tag("Duplicate tag keys: " + name);
            }
        }
        return tags;
    }

    private static void requireTags(Key key, Map<String, String> added) {
        Set<String> all = new TreeSet<>(key.tags().keySet());
        all.addAll(added.keySet());
        if (all.size() > MOST_TAGS) {
            throw Errors.tag("A key may have " + MOST_TAGS + " tags, not " + all.size() + ".");
        }
    }

    private static Map<String, List<String>> requestTags(Map<String, String> tags) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        tags.forEach((name, value) -> keys.put("aws:RequestTag/" + name, List.of(value)));
        keys.put("aws:TagKeys", List.copyOf(tags.keySet()));
        return keys;
    }

    // Grants

    @Override
    public CreateGrantResponse createGrant(CreateGrantRequest request) {
        return locked(() -> {
            Grant grant = newGrant(request);
            Key key = permitted(
                    "CreateGrant",
                    ring.requireByKeyId(place, required(request.keyId(), "keyId")),
                    grantKeys(request, grant));
            requireNoDryRun(request.dryRun());
            // A name makes CreateGrant repeatable: the same grant again is the same grant.
            Grant existing = key.grants().values().stream()
                    .filter(other -> grant.name() != null && grant.isLike(other))
                    .findFirst()
                    .orElse(grant);
            key.grants().put(existing.id(), existing);
            return CreateGrantResponse.builder()
                    .grantId(existing.id())
                    .grantToken(hex(cloud, 64))
                    .build();
        });
    }

    private Grant newGrant(CreateGrantRequest request) {
        String grantee = required(request.granteePrincipal(), "granteePrincipal");
        Set<String> operations = new TreeSet<>();
        for (GrantOperation operation : request.operations()) {
            if (operation == GrantOperation.UNKNOWN_TO_SDK_VERSION) {
                throw Errors.validation("Operations must be such as grants know, not " + request.operationsAsStrings());
            }
            operations.add(operation.toString());
        }
        if (operations.isEmpty()) {
            throw Errors.validation(
                    "1 validation error detected: Value null at 'operations' failed to satisfy constraint:"
                            + " Member must not be null");
        }
        GrantConstraints constraints = request.constraints();
        return new Grant(
                hex(cloud, 64),
                request.name(),
                now(),
                caller.account(),
                storedPrincipal(grantee),
                request.retiringPrincipal() == null ? null : storedPrincipal(request.retiringPrincipal()),
                operations,
                constraints != null && constraints.hasEncryptionContextSubset()
                        ? Map.copyOf(constraints.encryptionContextSubset())
                        : null,
                constraints != null && constraints.hasEncryptionContextEquals()
                        ? Map.copyOf(constraints.encryptionContextEquals())
                        : null);
    }

    private String storedPrincipal(String arn) {
        try {
            if (arn.startsWith("arn:")) {
                return cloud.iam().storedPrincipal(arn);
            }
        } catch (InvalidPrincipal e) {
            throw Errors.invalidArn("ARN does not refer to a valid principal: " + arn);
        }
        throw Errors.invalidArn("ARN does not refer to a valid principal: " + arn);
    }

    private static Map<String, List<String>> grantKeys(CreateGrantRequest request, Grant grant) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("kms:GranteePrincipal", List.of(request.granteePrincipal()));
        keys.put("kms:GrantOperations", List.copyOf(grant.operations()));
        if (request.retiringPrincipal() != null) {
            keys.put("kms:RetiringPrincipal", List.of(request.retiringPrincipal()));
        }
        if (grant.exact() != null) {
            keys.put("kms:GrantConstraintType", List.of("EncryptionContextEquals"));
        } else if (grant.subset() != null) {
            keys.put("kms:GrantConstraintType", List.of("EncryptionContextSubset"));
        }
        return keys;
    }

    @Override
    public ListGrantsResponse listGrants(ListGrantsRequest request) {
        return locked(() -> {
            Key key = permitted("ListGrants", request.keyId());
            List<Grant> all = key.grants().values().stream()
                    .filter(grant -> request.grantId() == null || grant.id().equals(request.grantId()))
                    .filter(grant -> request.granteePrincipal() == null
                            || cloud.iam().shownPrincipal(grant.grantee()).equals(request.granteePrincipal()))
                    .toList();
            Page<Grant> page = Page.of(all, request.marker(), request.limit(), DEFAULT_PAGE);
            return ListGrantsResponse.builder()
                    .grants(page.items().stream()
                            .map(grant -> shown(key, grant))
                            .toList())
                    .truncated(page.next() != null)
                    .nextMarker(page.next())
                    .build();
        });
    }

    private GrantListEntry shown(Key key, Grant grant) {
        GrantListEntry.Builder entry = GrantListEntry.builder()
                .keyId(key.arn())
                .grantId(grant.id())
                .name(grant.name() == null ? "" : grant.name())
                .creationDate(grant.created())
                .granteePrincipal(cloud.iam().shownPrincipal(grant.grantee()))
                .issuingAccount("arn:aws:iam::" + grant.issuingAccount() + ":root")
                .operationsWithStrings(new TreeSet<>(grant.operations()));
        if (grant.retiring() != null) {
            entry.retiringPrincipal(cloud.iam().shownPrincipal(grant.retiring()));
        }
        if (grant.exact() != null) {
            entry.constraints(GrantConstraints.builder()
                    .encryptionContextEquals(grant.exact())
                    .build());
        } else if (grant.subset() != null) {
            entry.constraints(GrantConstraints.builder()
                    .encryptionContextSubset(grant.subset())
                    .build());
        }
        return entry.build();
    }

    @Override
    public RevokeGrantResponse revokeGrant(RevokeGrantRequest request) {
        return locked(() -> {
            Key key = permitted("RevokeGrant", request.keyId());
            String id = required(request.grantId(), "grantId");
            if (!key.grants().containsKey(id)) {
                throw Errors.notFound("Grant ID " + id + " not found");
            }
            requireNoDryRun(request.dryRun());
            key.grants().remove(id);
            return RevokeGrantResponse.builder().build();
        });
    }

    // Cryptography: whether it would be allowed, never the thing itself

    @Override
    public EncryptResponse encrypt(EncryptRequest request) {
        throw judged("Encrypt", request.keyId(), request.encryptionContext(), request.dryRun());
    }

    @Override
    public DecryptResponse decrypt(DecryptRequest request) {
        throw judged("Decrypt", request.keyId(), request.encryptionContext(), request.dryRun());
    }

    @Override
    public GenerateDataKeyResponse generateDataKey(GenerateDataKeyRequest request) {
        throw judged("GenerateDataKey", request.keyId(), request.encryptionContext(), request.dryRun());
    }

    @Override
    public GenerateDataKeyWithoutPlaintextResponse generateDataKeyWithoutPlaintext(
            GenerateDataKeyWithoutPlaintextRequest request) {
        throw judged("GenerateDataKeyWithoutPlaintext", request.keyId(), request.encryptionContext(), request.dryRun());
    }

    private RuntimeException judged(
            String operation, @Nullable String keyId, Map<String, String> encryptionContext, @Nullable Boolean dryRun) {
        return locked(() -> {
            if (!Boolean.TRUE.equals(dryRun) || keyId == null) {
                throw new UnsupportedOperationException(
                        "the sandbox encrypts nothing: " + operation + " is answered with DryRun and KeyId only");
            }
            Key key = ring.require(place, keyId);
            KeyUse use = new KeyUse(caller, place.region(), key.arn(), operation, null, false, encryptionContext);
            authority.refusal(use, key, Map.of()).ifPresent(refusal -> {
                throw refusal;
            });
            return Errors.dryRun();
        });
    }

    // What all of them need

    private <T> T locked(Supplier<T> body) {
        return cloud.kernel().locked(body);
    }

    private Instant now() {
        return cloud.kernel().now();
    }

    /** For what concerns no key: the caller's identity policies decide. */
    private void permit(String action, String resource, Map<String, List<String>> keys) {
        Map<String, List<String>> all = new LinkedHashMap<>(keys);
        all.put("aws:RequestedRegion", List.of(place.region()));
        Access access = new Access(action, resource, all);
        Decision decision = cloud.iam().decide(caller, access);
        if (!decision.allowed()) {
            throw Errors.accessDenied(decision.refusal(caller, access));
        }
    }

    private Key permitted(String operation, @Nullable String keyId) {
        return permitted(operation, ring.requireByKeyId(place, required(keyId, "keyId")), Map.of());
    }

    private Key permitted(String operation, Key key, Map<String, List<String>> more) {
        authority.refusal(Authority.direct(caller, key, operation), key, more).ifPresent(refusal -> {
            throw refusal;
        });
        return key;
    }

    private static Key notPendingDeletion(Key key) {
        if (key.state() == KeyState.PENDING_DELETION) {
            throw Errors.invalidState(key.arn() + " is pending deletion.");
        }
        return key;
    }

    private static void requireNoDryRun(@Nullable Boolean dryRun) {
        if (Boolean.TRUE.equals(dryRun)) {
            throw Errors.dryRun();
        }
    }

    private static String required(@Nullable String value, String field) {
        return required(value, field, false);
    }

    private static String required(@Nullable String value, String field, boolean mayBeEmpty) {
        if (value == null || (value.isEmpty() && !mayBeEmpty)) {
            throw Errors.validation("1 validation error detected: Value null at '" + field
                    + "' failed to satisfy constraint: Member must not be null");
        }
        return value;
    }

    private static void requireBetween(int value, int least, int most, String field) {
        if (value < least || value > most) {
            throw Errors.validation("1 validation error detected: Value '" + value + "' at '" + field
                    + "' failed to satisfy constraint: Member must have value between " + least + " and " + most);
        }
    }

    private static KeyMetadata metadata(Key key) {
        KeyMetadata.Builder metadata = KeyMetadata.builder()
                .awsAccountId(key.account())
                .keyId(key.id())
                .arn(key.arn())
                .creationDate(key.created())
                .enabled(key.state() == KeyState.ENABLED)
                .description(key.description())
                .keyUsage(key.shape().usage())
                .keyState(key.state())
                .origin(key.shape().origin())
                .keyManager(key.isAwsManaged() ? KeyManagerType.AWS : KeyManagerType.CUSTOMER)
                .keySpec(key.shape().spec())
                .multiRegion(key.shape().multiRegion());
        if (key.shape().isSymmetric()) {
            metadata.encryptionAlgorithms(EncryptionAlgorithmSpec.SYMMETRIC_DEFAULT);
        }
        Key.Deletion deletion = key.deletion();
        if (deletion != null) {
            metadata.deletionDate(deletion.at());
        }
        return metadata.build();
    }

    private String uuid() {
        return String.join("-", hex(cloud, 8), hex(cloud, 4), hex(cloud, 4), hex(cloud, 4), hex(cloud, 12));
    }

    /** Hexadecimal digits from the kernel's seed. */
    static String hex(Cloud cloud, int digits) {
        StringBuilder text = new StringBuilder(digits);
        for (int i = 0; i < digits; i++) {
            text.append(Character.forDigit(cloud.kernel().random().nextInt(16), 16));
        }
        return text.toString();
    }

    /** A part of a list, and the marker of what follows it; null at the end. */
    private record Page<T>(List<T> items, @Nullable String next) {
        private static <T> Page<T> of(List<T> all, @Nullable String marker, @Nullable Integer limit, int standard) {
            int from = marker == null ? 0 : position(marker, all.size());
            int to = Math.min(all.size(), from + (limit == null ? standard : limit));
            return new Page<>(new ArrayList<>(all.subList(from, to)), to < all.size() ? Integer.toString(to) : null);
        }

        private static int position(String marker, int size) {
            if (!marker.matches("\\d{1,6}") || Integer.parseInt(marker) > size) {
                throw Errors.invalidMarker("Invalid marker");
            }
            return Integer.parseInt(marker);
        }
    }

    @Override
    public String serviceName() {
        return SERVICE_NAME;
    }

    @Override
    public void close() {}
}
