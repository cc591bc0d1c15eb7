package dev.awssandbox.kms;

import dev.awssandbox.iam.PolicyDocument;
import java.time.Instant;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KeyUsageType;
import software.amazon.awssdk.services.kms.model.OriginType;

/** A key with all that belongs to it. */
final class Key {
    private final Place place;
    private final String id;
    private final Instant created;
    private final Shape shape;
    private final boolean awsManaged;
    private final Map<String, String> tags = new TreeMap<>();
    private final Map<String, Grant> grants = new LinkedHashMap<>();
    private final List<PolicyVersion> policies = new ArrayList<>();
    private String description;
    private boolean enabled = true;
    private @Nullable Deletion deletion;
    private @Nullable PolicyDocument ramPolicy;
    private @Nullable Rotation rotation;

    /** What a key is for; fixed when it is made. */
    record Shape(KeySpec spec, KeyUsageType usage, OriginType origin, boolean multiRegion) {
        static final Shape SYMMETRIC =
                new Shape(KeySpec.SYMMETRIC_DEFAULT, KeyUsageType.ENCRYPT_DECRYPT, OriginType.AWS_KMS, false);

        boolean isSymmetric() {
            return spec == KeySpec.SYMMETRIC_DEFAULT;
        }
    }

    record Deletion(Instant at, int windowInDays) {}

    record Rotation(int periodInDays, Instant since) {
        Instant next() {
            return since.atOffset(ZoneOffset.UTC)
                    .plus(Period.ofDays(periodInDays))
                    .toInstant();
        }
    }

    private record PolicyVersion(Instant from, PolicyDocument policy) {}

    Key(Place place, String id, Instant created, Shape shape, boolean awsManaged, String description) {
        this.place = place;
        this.id = id;
        this.created = created;
        this.shape = shape;
        this.awsManaged = awsManaged;
        this.description = description;
    }

    String arn() {
        return place.arn("key/" + id);
    }

    Place place() {
        return place;
    }

    String account() {
        return place.account();
    }

    String id() {
        return id;
    }

    Instant created() {
        return created;
    }

    Shape shape() {
        return shape;
    }

    boolean isAwsManaged() {
        return awsManaged;
    }

    Map<String, String> tags() {
        return tags;
    }

    Map<String, Grant> grants() {
        return grants;
    }

    String description() {
        return description;
    }

    void describe(String text) {
        description = text;
    }

    /** The policy in force: the last one written that has become visible. */
    PolicyDocument policy(Instant now) {
        PolicyDocument current = policies.get(0).policy();
        for (PolicyVersion version : policies) {
            if (!version.from().isAfter(now)) {
                current = version.policy();
            }
        }
        return current;
    }

    /** From {@code from} on, this policy decides and is read back. */
    void policy(PolicyDocument stored, Instant from, Instant now) {
        PolicyDocument current = policies.isEmpty() ? stored : policy(now);
        policies.removeIf(version -> !version.from().isAfter(now));
        policies.add(0, new PolicyVersion(Instant.MIN, current));
        policies.add(new PolicyVersion(from, stored));
    }

    /** The second policy, {@code AWS_RAM}, which a key shared through Resource Access Manager has beside its own; null without one. */
    @Nullable
    PolicyDocument ramPolicy() {
        return ramPolicy;
    }

    void ramPolicy(@Nullable PolicyDocument stored) {
        ramPolicy = stored;
    }

    /** What both policies say together: each may allow, each may deny. */
    PolicyDocument allPolicies(Instant now) {
        return ramPolicy == null ? policy(now) : policy(now).and(ramPolicy);
    }

    KeyState state() {
        if (deletion != null) {
            return KeyState.PENDING_DELETION;
        }
        if (shape.origin() == OriginType.EXTERNAL) {
            return KeyState.PENDING_IMPORT;
        }
        return enabled ? KeyState.ENABLED : KeyState.DISABLED;
    }

    void enable(boolean on) {
        enabled = on;
    }

    @Nullable
    Deletion deletion() {
        return deletion;
    }

    /** Schedules the deletion, or takes it back; a key that comes back is disabled. */
    void delete(@Nullable Deletion when) {
        deletion = when;
        enabled = false;
    }

    boolean isGone(Instant now) {
        return deletion != null && !now.isBefore(deletion.at());
    }

    @Nullable
    Rotation rotation() {
        return rotation;
    }

    void rotate(@Nullable Rotation how) {
        rotation = how;
    }

    KeyView view() {
        return new KeyView(arn(), id, account(), place.region(), awsManaged, state().toString(), shape.isSymmetric());
    }
}
