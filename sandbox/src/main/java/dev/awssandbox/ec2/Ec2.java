package dev.awssandbox.ec2;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.Ec2Client;

/** EC2: images, snapshots, volumes and instances of all accounts and Regions. */
public final class Ec2 {
    private final Cloud cloud;
    private final Map<String, RegionStore> stores = new LinkedHashMap<>();
    private final Map<String, String> keysOfDocuments = new LinkedHashMap<>();
    private final Keys keys;
    private final CopyQueue copies;
    private final Notices notices;
    private final Visibility visibility;

    public Ec2(Cloud cloud) {
        this.cloud = cloud;
        this.keys = new Keys(cloud, this);
        this.copies = new CopyQueue(cloud, this);
        this.notices = new Notices(cloud);
        this.visibility = new Visibility(cloud);
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public Ec2Client client(Caller caller, String region) {
        return new Ec2Calls(new Call(this, cloud, caller, region));
    }

    /**
     * Makes the images of a describe-images document, with their snapshots, private images of {@code account}.
     *
     * @throws IllegalArgumentException if it is not such a document; it names the field
     */
    public void load(String account, String region, JsonNode describeImagesDocument) {
        cloud.kernel().locked(() -> new ImageLoader(cloud, store(region), account, region, keysOfDocuments)
                .load(describeImagesDocument));
    }

    /**
     * From now on images registered from this snapshot, or from copies made of it, come out as plain Linux, whatever licences they
     * hold: what AWS warns of.
     *
     * @throws IllegalArgumentException if there is no such snapshot
     */
    public void loseBillingCodes(String snapshotId) {
        cloud.kernel().locked(() -> stores.values().stream()
                .map(store -> store.snapshots().get(snapshotId))
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no snapshot " + snapshotId))
                .losesBillingCodes(true));
    }

    /** The largest number of copies under way at once into one Region of one account, so far. */
    public int mostCopiesInFlight() {
        return cloud.kernel().locked(copies::mostInFlight);
    }

    /**
     * What {@code account} owns in {@code region}, in the shapes of the describe calls; with {@code LaunchPermissions} and
     * {@code UefiData} of images and {@code CreateVolumePermissions} of snapshots.
     */
    public ObjectNode state(String account, String region) {
        return cloud.kernel().locked(() -> {
            Call call = new Call(this, cloud, Caller.administrator(account), region);
            RegionStore store = store(region);
            ObjectNode state = JsonNodeFactory.instance.objectNode();
            ArrayNode images = state.putArray("images");
            store.images().values().stream()
                    .filter(image -> image.ownedBy(account))
                    .forEach(image -> {
                        ObjectNode node = SdkJson.write(image.describedTo(account));
                        node.set("LaunchPermissions", SdkJson.write(List.copyOf(image.permissions())));
                        String uefiData = image.uefiData();
                        if (uefiData != null) {
                            node.put("UefiData", uefiData);
                        }
                        images.add(node);
                    });
            ArrayNode snapshots = state.putArray("snapshots");
            store.snapshots().values().stream()
                    .filter(snapshot -> snapshot.ownedBy(account))
                    .forEach(snapshot -> {
                        ObjectNode node = SdkJson.write(new Snapshots(call).described(snapshot));
                        node.set("CreateVolumePermissions", SdkJson.write(List.copyOf(snapshot.permissions())));
                        snapshots.add(node);
                    });
            ArrayNode instances = state.putArray("instances");
            store.machines().values().stream()
                    .filter(machine -> machine.ownedBy(account))
                    .forEach(machine -> instances.add(SdkJson.write(new Instances(call).described(machine))));
            ArrayNode volumes = state.putArray("volumes");
            store.volumes().values().stream()
                    .filter(volume -> volume.ownedBy(account))
                    .forEach(volume -> volumes.add(SdkJson.write(new Volumes(call).described(volume))));
            return state;
        });
    }

    RegionStore store(String region) {
        return stores.computeIfAbsent(region, name -> new RegionStore());
    }

    Keys keys() {
        return keys;
    }

    CopyQueue copies() {
        return copies;
    }

    Notices notices() {
        return notices;
    }

    Visibility visibility() {
        return visibility;
    }

    boolean accountExists(String account) {
        return cloud.iam().principalExists("arn:aws:iam::" + account + ":root");
    }

    String newId(String prefix) {
        return String.format("%s-0%016x", prefix, cloud.kernel().random().nextLong());
    }

    /** The owner of a shared snapshot finds its use in his trail. */
    void recordUse(String event, EbsSnapshot snapshot, String consumer) {
        ObjectNode record = JsonNodeFactory.instance.objectNode();
        record.put("eventType", "AwsServiceEvent");
        record.put("eventSource", "ec2.amazonaws.com");
        record.put("eventName", event);
        record.put("awsRegion", snapshot.region());
        record.putObject("userIdentity")
                .put("type", "AWSAccount")
                .put("accountId", consumer)
                .put("invokedBy", "ec2.amazonaws.com");
        record.putObject("serviceEventDetails").put("snapshotId", snapshot.id());
        cloud.trail().add(snapshot.owner(), record);
    }
}
