package dev.amishare.ami;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.Tag;

/** The tags of what AMI Share makes: its own first, then the request's, then the source's, as many as AWS takes. */
public final class Tags {
    /** How many tags a resource of EC2 can bear. */
    private static final int MOST = 50;
    /** What whoever an image is shared with can read of its tags begins so; AWS knows it on images alone. */
    private static final String SHARED = "ec2:SharedTag/";
    /** Managed, source image, source snapshot, execution. */
    private static final int OURS = 4;

    private Tags() {}

    /** The tags that a resource shall bear beside ours, and the keys of those for which there is no room. */
    public record Merged(Map<String, String> tags, List<String> leftOut) {}

    /** Puts together what the request asks for and what the source bears; where both name a key, the request's value counts. */
    public static Merged merge(Map<String, String> requested, Map<String, String> source) {
        Map<String, String> wanted = new LinkedHashMap<>(requested);
        source.forEach((key, value) -> {
            if (!isReserved(key)) {
                wanted.putIfAbsent(key, value);
            }
        });
        Map<String, String> tags = new LinkedHashMap<>();
        List<String> leftOut = new ArrayList<>();
        wanted.forEach((key, value) -> {
            if (tags.size() < MOST - OURS) {
                tags.put(key, value);
            } else {
                leftOut.add(key);
            }
        });
        return new Merged(tags, leftOut);
    }

    /** Of these tags, those that a snapshot can bear. */
    public static Map<String, String> ofSnapshots(Map<String, String> tags) {
        Map<String, String> own = new LinkedHashMap<>(tags);
        own.keySet().removeIf(key -> key.startsWith(SHARED));
        return own;
    }

    /** Whether nobody may ask for this tag: AWS's own, and ours. */
    public static boolean isReserved(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        return lower.startsWith("aws:") || lower.startsWith(ManagedTags.PREFIX);
    }

    /** All tags of the shared image. */
    public static List<Tag> ofImage(RegionPlan plan, String execution) {
        return list(ours(plan, execution), plan.tags());
    }

    /** All tags of the copy of a source snapshot. */
    public static List<Tag> ofSnapshot(RegionPlan plan, String sourceSnapshotId, String execution) {
        Map<String, String> ours = ours(plan, execution);
        ours.put(ManagedTags.SOURCE_SNAPSHOT, sourceSnapshotId);
        return list(ours, ofSnapshots(plan.snapshotTags().getOrDefault(sourceSnapshotId, plan.tags())));
    }

    /** All tags of the snapshots that CopyImage makes: which one is of which, it cannot be told. */
    public static List<Tag> ofSnapshots(RegionPlan plan, String execution) {
        return list(ours(plan, execution), ofSnapshots(plan.tags()));
    }

    private static Map<String, String> ours(RegionPlan plan, String execution) {
        Map<String, String> ours = new LinkedHashMap<>();
        ours.put(ManagedTags.MANAGED, "true");
        ours.put(ManagedTags.SOURCE_IMAGE, plan.sourceImageId());
        ours.put(ManagedTags.EXECUTION, execution);
        return ours;
    }

    private static List<Tag> list(Map<String, String> ours, Map<String, String> others) {
        Map<String, String> all = new LinkedHashMap<>(ours);
        others.forEach(all::putIfAbsent);
        return all.entrySet().stream()
                .map(tag ->
                        Tag.builder().key(tag.getKey()).value(tag.getValue()).build())
                .toList();
    }
}
