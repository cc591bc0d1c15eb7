package dev.awssandbox.ec2;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;

/** An image: what DescribeImages gives of it, and what it does not give. */
final class Ami extends Resource {
    private static final String SHARED_TAG = "ec2:SharedTag/";

    private Image image;
    private @Nullable String uefiData;
    private final Set<LaunchPermission> permissions = new LinkedHashSet<>();
    private final Instant visibleFrom;
    private Instant protectedUntil = Instant.MIN;

    Ami(Image image, String region, Instant visibleFrom) {
        super(image.imageId(), "image", image.ownerId(), region);
        this.image = image;
        this.visibleFrom = visibleFrom;
    }

    /** Without tags and without {@code Public}, which depend on who looks and on the launch permissions. */
    Image image() {
        return image;
    }

    void change(Image changed) {
        this.image = changed;
    }

    void become(ImageState state) {
        change(image.toBuilder().state(state).build());
    }

    boolean is(ImageState state) {
        return image.state() == state;
    }

    /** The image as {@code account} is shown it. */
    Image describedTo(String account) {
        return image.toBuilder()
                .publicLaunchPermissions(isPublic())
                .tags(tagList(visibleTags(account)))
                .build();
    }

    /** The account's own tags, and those that the owner shares with whomever the image is shared with (aws-facts 0). */
    Map<String, String> visibleTags(String account) {
        Map<String, String> visible = new LinkedHashMap<>(tags(account));
        if (!ownedBy(account)) {
            tags(owner()).forEach((key, value) -> {
                if (key.startsWith(SHARED_TAG)) {
                    visible.put(key, value);
                }
            });
        }
        return visible;
    }

    @Nullable
    String uefiData() {
        return uefiData;
    }

    void uefiData(@Nullable String data) {
        this.uefiData = data;
    }

    Set<LaunchPermission> permissions() {
        return permissions;
    }

    boolean isPublic() {
        return permissions.stream().anyMatch(permission -> Objects.equals(permission.groupAsString(), "all"));
    }

    /** From when on EC2's readers have heard of it. */
    Instant visibleFrom() {
        return visibleFrom;
    }

    /** Until when a protection taken away with a cooldown goes on protecting. */
    Instant protectedUntil() {
        return protectedUntil;
    }

    void protectedUntil(Instant time) {
        this.protectedUntil = time;
    }

    boolean isDeprecated(Instant now) {
        String time = image.deprecationTime();
        return time != null && !Instant.parse(time).isAfter(now);
    }

    /** The mappings that make EBS volumes, in their order. */
    Stream<BlockDeviceMapping> volumes() {
        return image.blockDeviceMappings().stream().filter(mapping -> mapping.ebs() != null);
    }

    /** The snapshots of its volumes, each once, in their order. */
    List<String> snapshotIds() {
        return new ArrayList<>(new LinkedHashSet<>(volumes()
                .map(BlockDeviceMapping::ebs)
                .map(EbsBlockDevice::snapshotId)
                .filter(Objects::nonNull)
                .toList()));
    }

    /** Whether it keeps its snapshots from being deleted: images that are gone or never came to be do not. */
    boolean holdsSnapshots() {
        return !is(ImageState.DEREGISTERED) && !is(ImageState.FAILED) && !is(ImageState.INVALID);
    }

    @Override
    String arn() {
        return "arn:aws:ec2:" + region() + "::image/" + id();
    }

    @Override
    Map<String, List<String>> conditionKeys() {
        return Map.of(
                "ec2:ImageID", List.of(id()),
                "ec2:ImageType", List.of(image.imageTypeAsString() == null ? "machine" : image.imageTypeAsString()),
                "ec2:Owner", List.of(owner()),
                "ec2:Public", List.of(Boolean.toString(isPublic())),
                "ec2:RootDeviceType",
                        List.of(image.rootDeviceTypeAsString() == null ? "ebs" : image.rootDeviceTypeAsString()));
    }
}
