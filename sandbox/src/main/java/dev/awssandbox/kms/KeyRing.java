package dev.awssandbox.kms;

import dev.awssandbox.iam.PolicyDocument;
import dev.awssandbox.kernel.Kernel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import software.amazon.awssdk.services.kms.model.KmsException;

/** All keys and aliases of all accounts and Regions, and the names by which they are found. */
final class KeyRing {
    static final String EBS_ALIAS = "alias/aws/ebs";

    private final Kernel kernel;
    private final Map<Place, Map<String, Key>> keys = new HashMap<>();
    private final Map<Place, Map<String, Alias>> aliases = new HashMap<>();

    record Alias(String name, String keyId, Instant created, Instant updated) {}

    KeyRing(Kernel kernel) {
        this.kernel = kernel;
    }

    void add(Key key) {
        keys.computeIfAbsent(key.place(), place -> new LinkedHashMap<>()).put(key.id(), key);
    }

    /** The keys that are there; those whose time has come are gone for good, their aliases with them. */
    Collection<Key> keys(Place place) {
        aliases(place);
        return byId(place).values();
    }

    private Map<String, Key> byId(Place place) {
        Map<String, Key> here = keys.computeIfAbsent(place, p -> new LinkedHashMap<>());
        if (here.values().removeIf(key -> key.isGone(kernel.now()))) {
            aliases.getOrDefault(place, Map.of()).values().removeIf(alias -> !here.containsKey(alias.keyId()));
        }
        return here;
    }

    /** All aliases of a place by name. That of EBS is there as soon as somebody looks, and its key with it. */
    Map<String, Alias> aliases(Place place) {
        byId(place);
        Map<String, Alias> here = aliases.computeIfAbsent(place, p -> new TreeMap<>());
        if (!here.containsKey(EBS_ALIAS)) {
            Key key = ebsKey(place);
            add(key);
            here.put(EBS_ALIAS, new Alias(EBS_ALIAS, key.id(), key.created(), key.created()));
        }
        return here;
    }

    List<String> aliasesOf(Key key) {
        return aliases(key.place()).values().stream()
                .filter(alias -> alias.keyId().equals(key.id()))
                .map(Alias::name)
                .toList();
    }

    Key ebsKeyOf(Place place) {
        return find(place, EBS_ALIAS).orElseThrow();
    }

    /** The key that an id, an alias or an ARN of either names to somebody who asks at {@code asked}. */
    Optional<Key> find(Place asked, String name) {
        if (!name.startsWith("arn:")) {
            return findHere(asked, name);
        }
        String[] parts = name.split(":", 6);
        return parts.length == 6
                        && name.startsWith("arn:aws:kms:")
                        && parts[3].equals(asked.region())
                        && parts[5].matches("(key|alias)/.+")
                ? findHere(
                        new Place(parts[4], parts[3]),
                        parts[5].startsWith("key/") ? parts[5].substring("key/".length()) : parts[5])
                : Optional.empty();
    }

    private Optional<Key> findHere(Place place, String name) {
        if (!place.account().matches("\\d{12}")) {
            return Optional.empty();
        }
        if (name.startsWith("alias/")) {
            Alias alias = aliases(place).get(name);
            return alias == null ? Optional.empty() : findHere(place, alias.keyId());
        }
        aliases(place);
        return Optional.ofNullable(byId(place).get(name));
    }

    /** As {@link #find}, with the service's error for what is not found. */
    Key require(Place asked, String name) {
        return find(asked, name).orElseThrow(() -> unknown(asked, name));
    }

    /** As {@link #require}, for the many actions that take the id or the ARN of a key, but no alias. */
    Key requireByKeyId(Place asked, String name) {
        if (name.startsWith("alias/") || name.contains(":alias/")) {
            throw Errors.notFound("Invalid keyId '" + name + "'");
        }
        return require(asked, name);
    }

    private static KmsException unknown(Place asked, String name) {
        if (!name.startsWith("arn:")) {
            return Errors.notFound(
                    name.startsWith("alias/")
                            ? "Alias " + asked.arn(name) + " is not found."
                            : "Key '" + asked.arn("key/" + name) + "' does not exist");
        }
        String[] parts = name.split(":", 6);
        if (parts.length < 6 || !name.startsWith("arn:aws:kms:") || !parts[5].matches("(key|alias)/.+")) {
            return Errors.invalidArn("Invalid arn " + name);
        }
        if (!parts[3].equals(asked.region())) {
            return Errors.notFound("Invalid arn " + parts[3]);
        }
        return Errors.notFound(
                parts[5].startsWith("alias/")
                        ? "Alias " + name + " is not found."
                        : "Key '" + name + "' does not exist");
    }

    /** The key that AWS manages for EBS. Its id follows from its place, so that making it draws nothing from the seed. */
    private Key ebsKey(Place place) {
        String id = UUID.nameUUIDFromBytes(place.arn(EBS_ALIAS).getBytes(StandardCharsets.UTF_8))
                .toString();
        Key key = new Key(
                place,
                id,
                kernel.now(),
                Key.Shape.SYMMETRIC,
                true,
                "Default key that protects my EBS volumes when no other key is defined");
        key.policy(PolicyDocument.parse(PolicyDocument.Kind.KEY, ebsPolicy(place)), Instant.MIN, kernel.now());
        return key;
    }

    /** As AWS writes it: usable through EC2, and only for principals of the account; nobody may change it. */
    private static String ebsPolicy(Place place) {
        return """
                {
                  "Version": "2012-10-17",
                  "Id": "auto-ebs-2",
                  "Statement": [
                    {
                      "Sid": "Allow access through EBS for all principals in the account that are authorized to use EBS",
                      "Effect": "Allow",
                      "Principal": {"AWS": "*"},
                      "Action": ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey"],
                      "Resource": "*",
                      "Condition": {"StringEquals": {"kms:CallerAccount": "ACCOUNT", "kms:ViaService": "ec2.REGION.amazonaws.com"}}
                    },
                    {
                      "Sid": "Allow direct access to key metadata to the account",
                      "Effect": "Allow",
                      "Principal": {"AWS": "arn:aws:iam::ACCOUNT:root"},
                      "Action": ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"],
                      "Resource": "*"
                    }
                  ]
                }"""
                .replace("ACCOUNT", place.account())
                .replace("REGION", place.region());
    }
}
