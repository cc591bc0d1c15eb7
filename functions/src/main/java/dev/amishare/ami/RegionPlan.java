package dev.amishare.ami;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All that is to be done in one Region, decided by PlanShare and carried through the state machine: the steps only carry out.
 *
 * @param region where the shared image will be
 * @param sourceRegion where the source image is
 * @param imageName the shared image's name; with the key, the share's identity
 * @param keyArn the share key, in {@code region}
 * @param source the source image's attributes
 * @param volumes the snapshots to copy, each once, however many mappings name it
 * @param tags the tags of the shared image beside those that AMI Share sets itself
 * @param requestedTags the keys of those of {@code tags} that the request itself names: set on an image that is reused, too
 * @param snapshotTags source snapshot id → the tags that its copy gets beside those that AMI Share sets itself
 * @param notes what the result must tell: tags left out, a deprecation that is past
 * @param resultBytes how large the Region's part of the result may be, as JSON in UTF-8
 */
public record RegionPlan(
        String region,
        String sourceRegion,
        String sourceImageId,
        String imageName,
        String keyArn,
        Way way,
        ImageAttributes source,
        List<SourceVolume> volumes,
        Targets targets,
        Map<String, String> tags,
        List<String> requestedTags,
        Map<String, Map<String, String>> snapshotTags,
        boolean shareSnapshots,
        VerifyOptions verify,
        List<String> notes,
        int resultBytes) {
    public RegionPlan {
        volumes = List.copyOf(volumes);
        tags = Collections.unmodifiableMap(new LinkedHashMap<>(tags));
        requestedTags = List.copyOf(requestedTags);
        snapshotTags = Collections.unmodifiableMap(new LinkedHashMap<>(snapshotTags));
        notes = List.copyOf(notes);
    }

    /** The same, whose result may be so large. */
    public RegionPlan withResultBytes(int bytes) {
        return new RegionPlan(
                region,
                sourceRegion,
                sourceImageId,
                imageName,
                keyArn,
                way,
                source,
                volumes,
                targets,
                tags,
                requestedTags,
                snapshotTags,
                shareSnapshots,
                verify,
                notes,
                bytes);
    }

    /**
     * A snapshot of the source image.
     *
     * @param deviceName the first mapping that names it
     */
    public record SourceVolume(String deviceName, String snapshotId, int sizeGiB) {}

    /**
     * How the share is to be proved.
     *
     * @param instanceTypes what a target's DryRun asks for
     * @param requireProof whether less than {@code LAUNCHABLE} is a failure
     */
    public record VerifyOptions(List<String> instanceTypes, boolean requireProof) {
        public VerifyOptions {
            instanceTypes = List.copyOf(instanceTypes);
        }
    }
}
