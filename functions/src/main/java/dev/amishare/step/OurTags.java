package dev.amishare.step;

import dev.amishare.ami.ManagedTags;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.SharedSnapshot;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Tag;

/**
 * The tags of ours that a resource must bear which the ledger has committed, for whoever has cleaned them off. The rights to write them
 * need no tag of ours on the resource, so they are limited to these keys, and the steps to ids of the ledger.
 *
 * @param wanted what must stand there as it is
 * @param unlessPresent what must stand there in some form: who made it, the ledger does not keep, only who committed it last
 */
record OurTags(Map<String, String> wanted, Map<String, String> unlessPresent) {
    static OurTags ofImage(Committed committed) {
        return new OurTags(
                Map.of(ManagedTags.MANAGED, "true", ManagedTags.SOURCE_IMAGE, committed.sourceImageId()),
                Map.of(ManagedTags.EXECUTION, committed.execution()));
    }

    static OurTags ofSnapshot(String sourceImageId, SharedSnapshot snapshot) {
        return new OurTags(
                Map.of(
                        ManagedTags.MANAGED,
                        "true",
                        ManagedTags.SOURCE_IMAGE,
                        sourceImageId,
                        ManagedTags.SOURCE_SNAPSHOT,
                        snapshot.sourceSnapshotId()),
                Map.of());
    }

    /** Writes what is missing; gives its keys. */
    List<String> putBack(Ec2Client ec2, String resourceId, Collection<Tag> present) {
        Map<String, String> missing = new LinkedHashMap<>();
        wanted.forEach((key, value) -> {
            if (!Images.has(present, key, value)) {
                missing.put(key, value);
            }
        });
        unlessPresent.forEach((key, value) -> {
            if (present.stream().noneMatch(tag -> tag.key().equals(key))) {
                missing.put(key, value);
            }
        });
        put(ec2, resourceId, missing);
        return List.copyOf(missing.keySet());
    }

    static void put(Ec2Client ec2, String resourceId, Map<String, String> tags) {
        if (!tags.isEmpty()) {
            ec2.createTags(r -> r.resources(resourceId)
                    .tags(tags.entrySet().stream()
                            .map(tag -> Tag.builder()
                                    .key(tag.getKey())
                                    .value(tag.getValue())
                                    .build())
                            .toList()));
        }
    }
}
