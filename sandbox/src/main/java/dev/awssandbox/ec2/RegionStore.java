package dev.awssandbox.ec2;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Everything that EC2 keeps in one Region, of all accounts, in the order in which it came. */
final class RegionStore {
    private final Map<String, Ami> images = new LinkedHashMap<>();
    private final Map<String, EbsSnapshot> snapshots = new LinkedHashMap<>();
    private final Map<String, EbsVolume> volumes = new LinkedHashMap<>();
    private final Map<String, Machine> machines = new LinkedHashMap<>();
    private final Map<String, AccountSettings.State> settings = new LinkedHashMap<>();
    private final Map<String, Answered> answered = new LinkedHashMap<>();

    /** A request with a client token, and what it was answered with. */
    record Answered(Object request, Object response) {}

    Map<String, Ami> images() {
        return images;
    }

    Map<String, EbsSnapshot> snapshots() {
        return snapshots;
    }

    Map<String, EbsVolume> volumes() {
        return volumes;
    }

    Map<String, Machine> machines() {
        return machines;
    }

    /** What {@code account} has set for itself here. */
    AccountSettings.State settings(String account) {
        return settings.computeIfAbsent(account, key -> new AccountSettings.State());
    }

    /** The answers to requests with client tokens, by account, action and token. */
    Map<String, Answered> answered() {
        return answered;
    }

    /** The images that keep {@code snapshotId} from being deleted. */
    Stream<Ami> holdersOf(String snapshotId) {
        return images.values().stream().filter(Ami::holdsSnapshots).filter(image -> image.snapshotIds()
                .contains(snapshotId));
    }

    Optional<Resource> find(String id) {
        @Nullable Resource found = images.get(id);
        if (found == null) {
            found = snapshots.get(id);
        }
        if (found == null) {
            found = volumes.get(id);
        }
        if (found == null) {
            found = machines.get(id);
        }
        return Optional.ofNullable(found);
    }

    Stream<Resource> resources() {
        return Stream.of(images, snapshots, volumes, machines)
                .flatMap(map -> map.values().stream())
                .map(Resource.class::cast);
    }
}
