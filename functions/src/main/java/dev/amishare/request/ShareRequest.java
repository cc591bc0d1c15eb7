package dev.amishare.request;

import dev.amishare.ami.Targets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is asked for, as far as it was said and well formed; {@code null} and empty lists are what was not said. A profile is the same
 * without an image.
 *
 * @param profile the profile's name
 */
public record ShareRequest(
        @Nullable String sourceImageId,
        @Nullable String profile,
        @Nullable String kmsKeyId,
        Targets targets,
        List<RegionChoice> regions,
        @Nullable String name,
        Map<String, String> tags,
        @Nullable Boolean shareSnapshots,
        List<String> instanceTypes,
        @Nullable Boolean requireProof) {
    /** A Region to share in, and the key to use there. */
    public record RegionChoice(String region, @Nullable String kmsKeyId) {}

    /** Nothing said. */
    public static final ShareRequest NOTHING =
            new ShareRequest(null, null, null, Targets.NONE, List.of(), null, Map.of(), null, List.of(), null);

    /** This request, completed by a profile: targets and tags of both; of what only one can hold, the request's. */
    public ShareRequest completedBy(ShareRequest other) {
        Map<String, String> bothTags = new LinkedHashMap<>(other.tags);
        bothTags.putAll(tags);
        return new ShareRequest(
                sourceImageId,
                profile,
                kmsKeyId == null ? other.kmsKeyId : kmsKeyId,
                new Targets(
                        both(targets.accounts(), other.targets.accounts()),
                        both(targets.roles(), other.targets.roles()),
                        both(targets.organizations(), other.targets.organizations()),
                        both(targets.organizationalUnits(), other.targets.organizationalUnits())),
                regions.isEmpty() ? other.regions : regions,
                name == null ? other.name : name,
                bothTags,
                shareSnapshots == null ? other.shareSnapshots : shareSnapshots,
                instanceTypes.isEmpty() ? other.instanceTypes : instanceTypes,
                requireProof == null ? other.requireProof : requireProof);
    }

    /** Whether it names a key that would be used nowhere, since each Region has another one of its own. */
    public boolean namesKeyInVain() {
        return kmsKeyId != null
                && !regions.isEmpty()
                && regions.stream()
                        .allMatch(r -> r.kmsKeyId() != null && !r.kmsKeyId().equals(kmsKeyId));
    }

    private static List<String> both(List<String> mine, List<String> others) {
        Set<String> all = new LinkedHashSet<>(mine);
        all.addAll(others);
        return List.copyOf(all);
    }
}
