package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.aws.Regional;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.OperationType;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

/**
 * Lets everybody whom the share is for launch from the image, and where it was asked for, the accounts make volumes of its snapshots. A
 * step of its own, since it comes after the key policy: an image that one sees can be decrypted.
 *
 * <p>Only whom the boundary holds: a share of a boundary that was wider may name others. Whom only an organization of the boundary may
 * hold is given something by the execution that has proved it, and that is the one that names it.
 *
 * <p>Safe to repeat: only what is missing is added. What it will add is written into the claim before, so that undo takes back that and
 * nothing that stood there already.
 */
public final class AddLaunchPermission {
    /** More changes ModifySnapshotAttribute does not take in a call. */
    private static final int SNAPSHOT_BATCH = 500;

    private final Ledger ledger;
    private final Regional<Ec2Client> ec2;
    private final Boundary boundary;

    /** The image, and for whom. */
    public record Input(RegionPlan plan, SharedImage image, String execution) {}

    /**
     * What was missing and is there now.
     *
     * @param added launch permissions
     * @param snapshots of which at least one account may now make volumes
     */
    public record Output(List<String> added, List<String> snapshots) {}

    public AddLaunchPermission(Ledger ledger, Regional<Ec2Client> ec2, Boundary boundary) {
        this.ledger = ledger;
        this.ec2 = ec2;
        this.boundary = boundary;
    }

    public Output run(Input input) {
        RegionPlan plan = input.plan();
        ShareId id = new ShareId(plan.keyArn(), plan.imageName());
        Share share = ledger.held(id, input.execution());
        Ec2Client client = ec2.in(plan.region());
        Images images = new Images(client, plan.region());
        Image image = images.managed(input.image().imageId());

        Principals asked = Principals.parse(plan.targets().principals());
        List<String> permissions = new ArrayList<>(share.granted()
                .where(p -> boundary.permits(p) && (asked.contains(p) || !boundary.onlyAsMember(p)))
                .launchPermissions());
        permissions.removeAll(LaunchPermissions.of(client, image.imageId()).entities());
        Map<String, List<String>> copiers =
                plan.shareSnapshots() ? missingCopiers(client, share, image, plan) : Map.of();
        Set<String> allCopiers = new TreeSet<>();
        copiers.values().forEach(allCopiers::addAll);
        if (permissions.isEmpty() && copiers.isEmpty()) {
            return new Output(List.of(), List.of());
        }
        ledger.intend(id, input.execution(), permissions, allCopiers);
        if (!permissions.isEmpty()) {
            client.modifyImageAttribute(
                    r -> r.imageId(image.imageId()).launchPermission(l -> l.add(LaunchPermissions.named(permissions))));
        }
        copiers.forEach((snapshotId, accounts) -> addCopiers(client, snapshotId, accounts));
        return new Output(List.copyOf(permissions), List.copyOf(copiers.keySet()));
    }

    /** Snapshot id → the account targets that may not make volumes of it yet. */
    private Map<String, List<String>> missingCopiers(Ec2Client client, Share share, Image image, RegionPlan plan) {
        List<String> snapshots = Images.snapshotIds(image);
        List<String> others = new ArrayList<>(snapshots);
        others.removeAll(ours(share));
        if (!others.isEmpty()) {
            throw new NotShareable("By the ledger, " + String.join(", ", others) + " in " + plan.region()
                    + ", of image " + image.imageId()
                    + ", is no copy that was made for this share, so it is not shared. Leave shareSnapshots out.");
        }
        Map<String, List<String>> missing = new LinkedHashMap<>();
        for (String snapshotId : snapshots) {
            List<String> accounts = new ArrayList<>(plan.targets().accounts());
            accounts.removeIf(account -> !boundary.permits(Principal.of(account)));
            accounts.removeAll(CopyPermissions.of(client, snapshotId).accounts());
            if (!accounts.isEmpty()) {
                missing.put(snapshotId, accounts);
            }
        }
        return missing;
    }

    /** The copies that were made for the share, as the ledger knows them: tags anybody can write. The source's own are never among them. */
    private static Set<String> ours(Share share) {
        Claim claim = share.claim().orElseThrow();
        Set<String> ours = new HashSet<>(claim.made().snapshotIds());
        Stream.concat(
                        share.committed().stream().flatMap(c -> c.snapshots().stream()),
                        share.formerOf(claim.sourceImageId()).stream().flatMap(f -> f.snapshots().stream()))
                .filter(SharedSnapshot::isCopy)
                .map(SharedSnapshot::snapshotId)
                .forEach(ours::add);
        claim.sourceSnapshots().forEach(ours::remove);
        return ours;
    }

    private static void addCopiers(Ec2Client client, String snapshotId, List<String> accounts) {
        for (List<String> batch : batches(accounts)) {
            client.modifySnapshotAttribute(r -> r.snapshotId(snapshotId)
                    .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION)
                    .operationType(OperationType.ADD)
                    .userIds(batch));
        }
    }

    /** The accounts in as many parts as ModifySnapshotAttribute wants. */
    static List<List<String>> batches(List<String> accounts) {
        List<List<String>> batches = new ArrayList<>();
        for (int from = 0; from < accounts.size(); from += SNAPSHOT_BATCH) {
            batches.add(accounts.subList(from, Math.min(from + SNAPSHOT_BATCH, accounts.size())));
        }
        return batches;
    }
}
