package dev.awssandbox.kms;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.InvalidPrincipal;
import dev.awssandbox.iam.MalformedPolicy;
import dev.awssandbox.iam.PolicyDocument;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.KmsClient;

/** KMS: keys, aliases, policies, grants; and, for other services, what their callers may do with a key. */
public final class Kms {
    /** PutKeyPolicy's quota in an account and Region (KMS Developer Guide, request quotas). */
    private static final int POLICY_WRITES_A_SECOND = 15;

    private final Cloud cloud;
    private final KeyRing ring;
    private final Authority authority;
    private final KeyPolicyRules rules;
    private final Map<Place, Quota> policyWrites = new HashMap<>();

    public Kms(Cloud cloud) {
        this.cloud = cloud;
        this.ring = new KeyRing(cloud.kernel());
        this.authority = new Authority(cloud, ring);
        this.rules = new KeyPolicyRules(cloud, authority);
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public KmsClient client(Caller caller, String region) {
        Place place = new Place(caller.account(), region);
        Quota writes = cloud.kernel()
                .locked(() -> policyWrites.computeIfAbsent(place, p -> new Quota(POLICY_WRITES_A_SECOND)));
        return new KmsActions(cloud, ring, authority, rules, writes, caller, place);
    }

    /** The key that an id, an alias ({@code alias/…}) or an ARN of either names to somebody of {@code account} in {@code region}. */
    public Optional<KeyView> find(String account, String region, String keyIdAliasOrArn) {
        return cloud.kernel().locked(() -> ring.find(new Place(account, region), keyIdAliasOrArn)
                .map(Key::view));
    }

    /**
     * Why this use of a key is refused; empty where it is allowed: the policies, grants and the state of the key are judged as for the
     * caller's own call, with the condition keys that acting through a service adds. Use across accounts is recorded in both trails.
     */
    public Optional<String> denial(KeyUse use) {
        return cloud.kernel().locked(() -> {
            Place asked = new Place(use.caller().account(), use.region());
            Optional<Key> key = ring.find(asked, use.keyArn());
            if (key.isEmpty()) {
                return Optional.of("Key '" + use.keyArn() + "' does not exist");
            }
            return authority.refusal(use, key.get(), Map.of()).map(error -> error.awsErrorDetails()
                    .errorMessage());
        });
    }

    /**
     * A grant that a service makes for its own resource, after {@link #denial} has allowed CreateGrant.
     *
     * @param grantee the service's principal, for example {@code arn:aws:sts::ACCOUNT:assumed-role/aws:ec2-infrastructure/i-…}
     * @param encryptionContext what every use must at least have; empty for no constraint
     * @return the grant's id
     */
    public String grantToService(
            KeyUse use, String grantee, Set<String> operations, Map<String, String> encryptionContext) {
        return cloud.kernel().locked(() -> {
            Key key = ring.require(new Place(use.caller().account(), use.region()), use.keyArn());
            Grant grant = new Grant(
                    newId(),
                    null,
                    cloud.kernel().now(),
                    use.caller().account(),
                    grantee,
                    null,
                    Set.copyOf(operations),
                    encryptionContext.isEmpty() ? null : Map.copyOf(encryptionContext),
                    null);
            key.grants().put(grant.id(), grant);
            return grant.id();
        });
    }

    /** A service retires a grant that it has made; nothing happens where that is gone already. */
    public void retireGrant(String keyArn, String grantId) {
        cloud.kernel().locked(() -> {
            String[] parts = keyArn.split(":", 6);
            ring.find(new Place(parts[4], parts[3]), keyArn)
                    .ifPresent(key -> key.grants().remove(grantId));
        });
    }

    /**
     * Gives a key the second policy that sharing it through Resource Access Manager makes, {@code AWS_RAM}, or takes it away. Which actions
     * RAM's own policies hold is UNVERIFIED (aws-facts 0), so this takes any.
     *
     * @param policy null to take it away
     * @throws IllegalArgumentException if there is no such key, or it is no policy
     */
    public void shareThroughRam(String keyArn, @Nullable ObjectNode policy) {
        cloud.kernel().locked(() -> key(keyArn).ramPolicy(policy == null ? null : before(policy)));
    }

    /**
     * Gives a key a policy that was written when KMS still took statements without actions or resources: it stands, and works, but can no
     * longer be written.
     *
     * @throws IllegalArgumentException if there is no such key, or it is no policy
     */
    public void hasOldPolicy(String keyArn, ObjectNode policy) {
        cloud.kernel().locked(() -> key(keyArn)
                .policy(before(policy), cloud.kernel().now(), cloud.kernel().now()));
    }

    private Key key(String arn) {
        String[] parts = arn.split(":", 6);
        Optional<Key> key = parts.length == 6 ? ring.find(new Place(parts[4], parts[3]), arn) : Optional.empty();
        return key.orElseThrow(() -> new IllegalArgumentException("there is no key " + arn));
    }

    private PolicyDocument before(ObjectNode policy) {
        try {
            return rules.takenBefore(policy.toString());
        } catch (MalformedPolicy | InvalidPrincipal e) {
            throw new IllegalArgumentException("not a policy that a key can have: " + e.getMessage(), e);
        }
    }

    /** The ARN of the key behind {@code alias/aws/ebs}. */
    public String ebsKey(String account, String region) {
        return cloud.kernel()
                .locked(() -> ring.ebsKeyOf(new Place(account, region)).arn());
    }

    /** The keys of an account and Region, as {@code /_sandbox/state} gives them. */
    public ArrayNode state(String account, String region) {
        return cloud.kernel().locked(() -> {
            ArrayNode keys = JsonNodeFactory.instance.arrayNode();
            ring.keys(new Place(account, region)).forEach(key -> keys.add(state(key)));
            return keys;
        });
    }

    private ObjectNode state(Key key) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("arn", key.arn());
        state.put("keyId", key.id());
        state.put("manager", key.isAwsManaged() ? "AWS" : "CUSTOMER");
        state.put("state", key.state().toString());
        state.put("description", key.description());
        state.set(
                "policy",
                cloud.iam().shownPolicy(key.policy(cloud.kernel().now()).json()));
        PolicyDocument byRam = key.ramPolicy();
        if (byRam != null) {
            state.set("ramPolicy", cloud.iam().shownPolicy(byRam.json()));
        }
        ArrayNode aliases = state.putArray("aliases");
        ring.aliasesOf(key).forEach(aliases::add);
        ObjectNode tags = state.putObject("tags");
        key.tags().forEach(tags::put);
        Key.Rotation rotation = key.rotation();
        if (rotation == null) {
            state.putNull("rotationPeriodInDays");
        } else {
            state.put("rotationPeriodInDays", rotation.periodInDays());
        }
        ArrayNode grants = state.putArray("grants");
        key.grants().values().forEach(grant -> grants.add(state(grant)));
        return state;
    }

    private ObjectNode state(Grant grant) {
        ObjectNode state = JsonNodeFactory.instance.objectNode();
        state.put("grantId", grant.id());
        state.put("issuingAccount", grant.issuingAccount());
        state.put("granteePrincipal", cloud.iam().shownPrincipal(grant.grantee()));
        ArrayNode operations = state.putArray("operations");
        new TreeSet<>(grant.operations()).forEach(operations::add);
        return state;
    }

    private String newId() {
        return KmsActions.hex(cloud, 64);
    }
}
