package dev.amishare.ledger;

import dev.amishare.keypolicy.Principals;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The ledger's records as DynamoDB stores them. An empty list is not stored. */
final class Items {
    static final String KEY_ARN = "keyArn";
    static final String IMAGE_NAME = "imageName";
    static final String COMMITTED = "committed";
    static final String CLAIM = "claim";
    static final String EXECUTION = "execution";

    private Items() {}

    static Map<String, AttributeValue> key(ShareId id) {
        return Map.of(KEY_ARN, text(id.keyArn()), IMAGE_NAME, text(id.imageName()));
    }

    static Share share(Map<String, AttributeValue> item) {
        return new Share(
                new ShareId(required(item, KEY_ARN), required(item, IMAGE_NAME)),
                Optional.ofNullable(item.get(COMMITTED)).map(AttributeValue::m).map(Items::committed),
                Optional.ofNullable(item.get(CLAIM)).map(AttributeValue::m).map(Items::claim));
    }

    static Map<String, AttributeValue> of(Share share) {
        Map<String, AttributeValue> item = new LinkedHashMap<>(key(share.id()));
        share.committed().ifPresent(committed -> item.put(COMMITTED, of(committed)));
        share.claim().ifPresent(claim -> item.put(CLAIM, of(claim)));
        return item;
    }

    private static Committed committed(Map<String, AttributeValue> map) {
        AttributeValue snapshots = map.get("snapshots");
        return new Committed(
                required(map, "imageId"),
                snapshots == null
                        ? List.of()
                        : snapshots.l().stream()
                                .map(AttributeValue::m)
                                .map(Items::snapshot)
                                .toList(),
                principals(map, "principals"),
                principals(map, "orphaned"),
                texts(map, "copiers"),
                Instant.parse(required(map, "at")),
                required(map, EXECUTION));
    }

    private static SharedSnapshot snapshot(Map<String, AttributeValue> map) {
        return new SharedSnapshot(
                required(map, "deviceName"), required(map, "sourceSnapshotId"), required(map, "snapshotId"));
    }

    private static AttributeValue of(Committed committed) {
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        map.put("imageId", text(committed.imageId()));
        map.put(
                "snapshots",
                AttributeValue.fromL(committed.snapshots().stream()
                        .map(s -> AttributeValue.fromM(Map.of(
                                "deviceName",
                                text(s.deviceName()),
                                "sourceSnapshotId",
                                text(s.sourceSnapshotId()),
                                "snapshotId",
                                text(s.snapshotId()))))
                        .toList()));
        putTexts(map, "principals", committed.principals().values());
        putTexts(map, "orphaned", committed.orphaned().values());
        putTexts(map, "copiers", committed.copiers());
        map.put("at", text(committed.at().toString()));
        map.put(EXECUTION, text(committed.execution()));
        return AttributeValue.fromM(map);
    }

    private static Claim claim(Map<String, AttributeValue> map) {
        return new Claim(
                required(map, EXECUTION),
                Claim.Phase.valueOf(required(map, "phase")),
                principals(map, "adding"),
                texts(map, "permissions"),
                texts(map, "copiers"),
                Optional.ofNullable(map.get("undoneBy")).map(AttributeValue::s),
                texts(map, "left"));
    }

    private static AttributeValue of(Claim claim) {
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        map.put(EXECUTION, text(claim.execution()));
        map.put("phase", text(claim.phase().name()));
        putTexts(map, "adding", claim.adding().values());
        putTexts(map, "permissions", claim.permissions());
        putTexts(map, "copiers", claim.copiers());
        claim.undoneBy().ifPresent(by -> map.put("undoneBy", text(by)));
        putTexts(map, "left", claim.left());
        return AttributeValue.fromM(map);
    }

    static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static void putTexts(Map<String, AttributeValue> map, String name, Collection<String> values) {
        if (!values.isEmpty()) {
            map.put(name, AttributeValue.fromL(values.stream().map(Items::text).toList()));
        }
    }

    private static Principals principals(Map<String, AttributeValue> map, String name) {
        return Principals.parse(texts(map, name));
    }

    private static List<String> texts(Map<String, AttributeValue> map, String name) {
        AttributeValue list = map.get(name);
        return list == null
                ? List.of()
                : list.l().stream().map(AttributeValue::s).toList();
    }

    private static String required(Map<String, AttributeValue> map, String name) {
        AttributeValue value = map.get(name);
        if (value == null || value.s() == null) {
            throw new IllegalStateException("an item of the ledger lacks " + name + ": " + map.keySet());
        }
        return value.s();
    }
}
