package dev.amishare.ledger;

import dev.amishare.ami.Way;
import dev.amishare.keypolicy.Principals;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The ledger's records as DynamoDB stores them. An empty list is not stored. */
final class Items {
    static final String KEY_ARN = "keyArn";
    static final String IMAGE_NAME = "imageName";
    static final String COMMITTED = "committed";
    static final String CLAIM = "claim";
    static final String FORMER = "former";
    private static final String EXECUTION = "execution";
    private static final String SOURCE_IMAGE = "sourceImageId";
    private static final String SNAPSHOTS = "snapshots";

    private Items() {}

    static Map<String, AttributeValue> key(ShareId id) {
        return Map.of(KEY_ARN, text(id.keyArn()), IMAGE_NAME, text(id.imageName()));
    }

    static Share share(Map<String, AttributeValue> item) {
        return new Share(
                new ShareId(required(item, KEY_ARN), required(item, IMAGE_NAME)),
                Optional.ofNullable(item.get(COMMITTED)).map(AttributeValue::m).map(Items::committed),
                Optional.ofNullable(item.get(CLAIM)).map(AttributeValue::m).map(Items::claim),
                maps(item, FORMER).map(Items::former).toList());
    }

    static Map<String, AttributeValue> of(Share share) {
        Map<String, AttributeValue> item = new LinkedHashMap<>(key(share.id()));
        share.committed().ifPresent(committed -> item.put(COMMITTED, of(committed)));
        share.claim().ifPresent(claim -> item.put(CLAIM, of(claim)));
        putMaps(item, FORMER, share.former().stream().map(Items::of).toList());
        return item;
    }

    private static Committed committed(Map<String, AttributeValue> map) {
        return new Committed(
                required(map, SOURCE_IMAGE),
                required(map, "imageId"),
                maps(map, SNAPSHOTS).map(Items::snapshot).toList(),
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
        map.put(SOURCE_IMAGE, text(committed.sourceImageId()));
        map.put("imageId", text(committed.imageId()));
        putMaps(map, SNAPSHOTS, snapshots(committed.snapshots()));
        putTexts(map, "principals", committed.principals().values());
        putTexts(map, "orphaned", committed.orphaned().values());
        putTexts(map, "copiers", committed.copiers());
        map.put("at", text(committed.at().toString()));
        map.put(EXECUTION, text(committed.execution()));
        return AttributeValue.fromM(map);
    }

    private static FormerImage former(Map<String, AttributeValue> map) {
        return new FormerImage(
                required(map, SOURCE_IMAGE),
                required(map, "imageId"),
                maps(map, SNAPSHOTS).map(Items::snapshot).toList(),
                Instant.parse(required(map, "closedAt")));
    }

    private static Map<String, AttributeValue> of(FormerImage former) {
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        map.put(SOURCE_IMAGE, text(former.sourceImageId()));
        map.put("imageId", text(former.imageId()));
        putMaps(map, SNAPSHOTS, snapshots(former.snapshots()));
        map.put("closedAt", text(former.closedAt().toString()));
        return map;
    }

    private static List<Map<String, AttributeValue>> snapshots(List<SharedSnapshot> snapshots) {
        return snapshots.stream()
                .map(s -> Map.of(
                        "deviceName",
                        text(s.deviceName()),
                        "sourceSnapshotId",
                        text(s.sourceSnapshotId()),
                        "snapshotId",
                        text(s.snapshotId())))
                .toList();
    }

    private static Claim claim(Map<String, AttributeValue> map) {
        return new Claim(
                required(map, EXECUTION),
                required(map, "token"),
                Instant.parse(required(map, "at")),
                required(map, SOURCE_IMAGE),
                texts(map, "sourceSnapshots"),
                Way.valueOf(required(map, "way")),
                Claim.Phase.valueOf(required(map, "phase")),
                principals(map, "adding"),
                principals(map, "proven"),
                texts(map, "permissions"),
                texts(map, "copiers"),
                new Made(
                        maps(map, "copies").map(Items::copy).toList(),
                        optional(map, "imageId"),
                        map.containsKey("isProtected")),
                optional(map, "undoneBy"),
                texts(map, "left"));
    }

    private static Made.Copy copy(Map<String, AttributeValue> map) {
        return new Made.Copy(required(map, "snapshotId"), optional(map, "sourceSnapshotId"));
    }

    private static AttributeValue of(Claim claim) {
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        map.put(EXECUTION, text(claim.execution()));
        map.put("token", text(claim.token()));
        map.put("at", text(claim.at().toString()));
        map.put(SOURCE_IMAGE, text(claim.sourceImageId()));
        putTexts(map, "sourceSnapshots", claim.sourceSnapshots());
        map.put("way", text(claim.way().name()));
        map.put("phase", text(claim.phase().name()));
        putTexts(map, "adding", claim.adding().values());
        putTexts(map, "proven", claim.proven().values());
        putTexts(map, "permissions", claim.permissions());
        putTexts(map, "copiers", claim.copiers());
        putMaps(map, "copies", claim.made().copies().stream().map(Items::of).toList());
        claim.made().imageId().ifPresent(id -> map.put("imageId", text(id)));
        if (claim.made().isProtected()) {
            map.put("isProtected", AttributeValue.fromBool(true));
        }
        claim.undoneBy().ifPresent(by -> map.put("undoneBy", text(by)));
        putTexts(map, "left", claim.left());
        return AttributeValue.fromM(map);
    }

    private static Map<String, AttributeValue> of(Made.Copy copy) {
        Map<String, AttributeValue> map = new LinkedHashMap<>();
        map.put("snapshotId", text(copy.snapshotId()));
        copy.sourceSnapshotId().ifPresent(id -> map.put("sourceSnapshotId", text(id)));
        return map;
    }

    static AttributeValue text(String value) {
        return AttributeValue.fromS(value);
    }

    private static void putTexts(Map<String, AttributeValue> map, String name, Collection<String> values) {
        if (!values.isEmpty()) {
            map.put(name, AttributeValue.fromL(values.stream().map(Items::text).toList()));
        }
    }

    private static void putMaps(
            Map<String, AttributeValue> map, String name, List<Map<String, AttributeValue>> values) {
        if (!values.isEmpty()) {
            map.put(
                    name,
                    AttributeValue.fromL(
                            values.stream().map(AttributeValue::fromM).toList()));
        }
    }

    private static Stream<Map<String, AttributeValue>> maps(Map<String, AttributeValue> map, String name) {
        AttributeValue list = map.get(name);
        return list == null ? Stream.of() : list.l().stream().map(AttributeValue::m);
    }

    private static Optional<String> optional(Map<String, AttributeValue> map, String name) {
        return Optional.ofNullable(map.get(name)).map(AttributeValue::s);
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
