package dev.amishare.step;

import dev.amishare.aws.Regional;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.Surplus;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.FormerImage;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Filter;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.kms.KmsClient;

/**
 * Finds who has been let in beside the targets since shares were verified: launch permissions of committed images, copy permissions of
 * their snapshots, names under our Sids in the key's policy. It tells and removes nothing; what stands under our Sids, the state after it
 * takes out. A step of its own, since it needs to read what FindAbandonedClaims need not.
 *
 * <p>A few shares at a time, however many there are under the key. Safe to repeat: it only reads. Executions are at work meanwhile, so the
 * ledger is read before and after, and a policy counts only at a second look.
 */
public final class FindStrangers {
    /** So that the slowest of them, with 26 volumes each, are looked at within a minute. */
    private static final int SHARES_AT_ONCE = 10;

    /** As many ids as go into one filter. */
    private static final int BATCH = 200;

    /** So many are told, so that the keys of a large deployment fit into the sweep's output; when they are removed, the next are. */
    private static final int MOST_TOLD = 20;

    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;
    private final Regional<KmsClient> kms;
    private final Boundary boundary;

    /**
     * Where to look.
     *
     * @param execution the sweep's own
     * @param previous what the turn before has put out
     */
    public record Input(String keyArn, String region, String execution, @Nullable Output previous) {}

    /**
     * How far it has come.
     *
     * @param done whether all was looked at
     * @param waitSeconds before the next turn
     * @param after the last share that was looked at; none once all were
     * @param suspects what was found in the policy once
     * @param strangers those of all turns so far
     * @param more how many were found beside those
     */
    public record Output(
            boolean done,
            int waitSeconds,
            @Nullable String after,
            List<String> suspects,
            List<Stranger> strangers,
            int more) {
        public Output {
            suspects = List.copyOf(suspects);
            strangers = List.copyOf(strangers);
        }
    }

    public FindStrangers(Ledger ledger, Regional<Ec2Client> ec2, Regional<KmsClient> kms, Boundary boundary) {
        this.ledger = ledger;
        this.ec2 = ec2;
        this.kms = kms;
        this.boundary = boundary;
    }

    public Output run(Input input) {
        Output previous = input.previous();
        List<Stranger> found = new ArrayList<>(previous == null ? List.of() : previous.strangers());
        int before = found.size();
        List<String> suspects = List.of();
        if (previous == null) {
            suspects = surplus(input);
        } else if (!previous.suspects().isEmpty()) {
            List<String> again = new ArrayList<>(surplus(input));
            again.retainAll(previous.suspects());
            again.forEach(name -> found.add(ofPolicy(input, name)));
        }
        String after = null;
        if (previous == null || previous.after() != null) {
            String from = previous == null || previous.after() == null ? "" : previous.after();
            List<Share> shares = ledger.someUnder(input.keyArn(), from, SHARES_AT_ONCE);
            found.addAll(ofShares(input, from, shares));
            after = shares.size() < SHARES_AT_ONCE
                    ? null
                    : shares.get(shares.size() - 1).id().imageName();
        }
        int told = Math.max(before, Math.min(found.size(), MOST_TOLD));
        return new Output(
                after == null && suspects.isEmpty(),
                suspects.isEmpty() ? 1 : 5,
                after,
                suspects,
                found.subList(0, told),
                (previous == null ? 0 : previous.more()) + found.size() - told);
    }

    private List<String> surplus(Input input) {
        List<Share> before = ledger.sharesUnder(input.keyArn());
        KeyPolicy policy = KeyPolicy.parse(kms.in(input.region())
                .getKeyPolicy(r -> r.keyId(input.keyArn()).policyName("default"))
                .policy());
        List<String> surplus = Surplus.in(policy, Verify.explained(before), boundary, input.keyArn());
        return surplus.isEmpty()
                ? surplus
                : Surplus.in(
                        policy,
                        Verify.explained(before).plus(Verify.explained(ledger.sharesUnder(input.keyArn()))),
                        boundary,
                        input.keyArn());
    }

    private static Stranger ofPolicy(Input input, String name) {
        return new Stranger(
                input.keyArn(),
                input.region(),
                name,
                "none, this sweep writes the statement anew; find out who wrote it (PutKeyPolicy in CloudTrail)");
    }

    /** What EC2 says of a share's image and snapshots. */
    private record Seen(
            Share share,
            @Nullable Image image,
            @Nullable LaunchPermissions launchers,
            Map<Snapshot, CopyPermissions> copiers,
            List<Stranger> untold) {}

    private List<Stranger> ofShares(Input input, String from, List<Share> shares) {
        Ec2Client client = ec2.in(input.region());
        Map<String, Image> images = images(client, shares);
        Map<String, Snapshot> snapshots = snapshots(client, shares, images.values());
        List<Seen> suspicious = new ArrayList<>();
        for (Share share : shares) {
            Seen seen = look(client, input.region(), share, images, snapshots);
            if (!strangers(input.region(), seen, share).isEmpty()) {
                suspicious.add(seen);
            }
        }
        if (suspicious.isEmpty()) {
            return List.of();
        }
        Map<ShareId, Share> now = new HashMap<>();
        ledger.someUnder(input.keyArn(), from, SHARES_AT_ONCE).forEach(share -> now.put(share.id(), share));
        List<Stranger> strangers = new ArrayList<>();
        for (Seen seen : suspicious) {
            List<Stranger> still = strangers(input.region(), seen, seen.share());
            Share after = now.get(seen.share().id());
            if (after != null) {
                still.retainAll(strangers(input.region(), seen, after));
                strangers.addAll(still);
            }
        }
        return strangers;
    }

    private static Map<String, Image> images(Ec2Client client, List<Share> shares) {
        List<String> ids = shares.stream()
                .flatMap(share -> share.committed().stream())
                .map(Committed::imageId)
                .toList();
        Map<String, Image> images = new HashMap<>();
        if (!ids.isEmpty()) {
            client.describeImages(r -> r.owners("self").includeDisabled(true).filters(filter("image-id", ids)))
                    .images()
                    .forEach(image -> images.put(image.imageId(), image));
        }
        return images;
    }

    /** By a filter, since an id that is gone would make a request for it fail. */
    private static Map<String, Snapshot> snapshots(Ec2Client client, List<Share> shares, Collection<Image> images) {
        Set<String> ids = new LinkedHashSet<>();
        images.forEach(image -> ids.addAll(Images.snapshotIds(image)));
        shares.forEach(share -> {
            share.committed().map(Committed::snapshots).stream()
                    .flatMap(List::stream)
                    .map(SharedSnapshot::snapshotId)
                    .forEach(ids::add);
            share.former().stream()
                    .flatMap(former -> former.snapshots().stream())
                    .map(SharedSnapshot::snapshotId)
                    .forEach(ids::add);
        });
        Map<String, Snapshot> snapshots = new HashMap<>();
        List<String> all = List.copyOf(ids);
        for (int i = 0; i < all.size(); i += BATCH) {
            List<String> batch = all.subList(i, Math.min(i + BATCH, all.size()));
            client.describeSnapshots(r -> r.ownerIds("self").filters(filter("snapshot-id", batch)))
                    .snapshots()
                    .forEach(snapshot -> snapshots.put(snapshot.snapshotId(), snapshot));
        }
        return snapshots;
    }

    private static Filter filter(String name, List<String> values) {
        return Filter.builder().name(name).values(values).build();
    }

    /** What is gone lets nobody in; and who may copy the source's own snapshots was never ours to say. */
    private static Seen look(
            Ec2Client client, String region, Share share, Map<String, Image> images, Map<String, Snapshot> snapshots) {
        Image image = share.committed().map(Committed::imageId).map(images::get).orElse(null);
        List<Stranger> untold = new ArrayList<>();
        LaunchPermissions launchers = null;
        if (image != null && Images.isManaged(image.tags())) {
            launchers = LaunchPermissions.of(client, image.imageId());
        } else if (image != null) {
            untold.add(Stranger.untold(image.imageId(), region));
        }
        Map<Snapshot, CopyPermissions> copiers = new HashMap<>();
        for (String id : ours(share, image)) {
            Snapshot snapshot = snapshots.get(id);
            if (snapshot != null && Images.isManaged(snapshot.tags())) {
                copiers.put(snapshot, CopyPermissions.of(client, id));
            } else if (snapshot != null) {
                untold.add(Stranger.untold(id, region));
            }
        }
        return new Seen(share, image, launchers, copiers, untold);
    }

    private static Set<String> ours(Share share, @Nullable Image image) {
        Set<String> ids = new LinkedHashSet<>(image == null ? List.of() : Images.snapshotIds(image));
        List<SharedSnapshot> recorded =
                new ArrayList<>(share.committed().map(Committed::snapshots).orElse(List.of()));
        share.former().stream().map(FormerImage::snapshots).forEach(recorded::addAll);
        recorded.forEach(snapshot -> ids.add(snapshot.snapshotId()));
        recorded.stream().map(SharedSnapshot::sourceSnapshotId).forEach(ids::remove);
        return ids;
    }

    /** Of what was seen, those whom {@code share} does not name. */
    private List<Stranger> strangers(String region, Seen seen, Share share) {
        List<Stranger> strangers = new ArrayList<>(seen.untold());
        Image image = seen.image();
        LaunchPermissions launchers = seen.launchers();
        if (image != null && launchers != null) {
            strangers.addAll(Stranger.launching(image.imageId(), region, image.ownerId(), launchers, share, boundary));
        }
        Set<String> closed = new LinkedHashSet<>();
        share.former().forEach(former -> former.snapshots().forEach(s -> closed.add(s.snapshotId())));
        seen.copiers()
                .forEach((snapshot, copiers) -> strangers.addAll(
                        closed.contains(snapshot.snapshotId())
                                ? Stranger.copying(
                                        snapshot.snapshotId(), region, snapshot.ownerId(), copiers, List.of())
                                : Stranger.copying(
                                        snapshot.snapshotId(), region, snapshot.ownerId(), copiers, share, boundary)));
        return strangers;
    }
}
