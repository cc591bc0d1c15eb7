package dev.amishare.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.amishare.ami.ManagedTags;
import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.json.Json;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.OwnRights;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.TestLedger;
import dev.amishare.plan.Deployment;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.Tag;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterType;

/** The account that shares, in simulated time, and the forward steps of an execution in it, up to the registered image. */
final class SourceAccount implements AutoCloseable {
    static final String ACCOUNT = "111111111111";
    static final String HOME = "us-east-1";
    static final String EXECUTION = "arn:aws:states:us-east-1:111111111111:execution:ShareAmi:mine";
    static final String TOKEN = "9f0c3f0e-5a43-4d0c-8d2f-1c6a2b7e4d11";
    static final String GOLDEN = "ami-0123456789abcdef0";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GOLDEN_IMAGE =
            """
            {"Images": [{"ImageId": "ami-0123456789abcdef0", "Name": "golden", "State": "available", "Architecture": "x86_64",
              "ImageType": "machine", "VirtualizationType": "hvm", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
              "EnaSupport": true, "Hypervisor": "xen", "PlatformDetails": "Linux/UNIX", "UsageOperation": "RunInstances",
              "Tags": [{"Key": "os", "Value": "linux"}],
              "BlockDeviceMappings": [
                {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-0aaaaaaaaaaaaaaa1", "VolumeSize": 8,
                  "VolumeType": "gp3", "Iops": 3000, "Throughput": 125, "DeleteOnTermination": true, "Encrypted": false}},
                {"DeviceName": "/dev/sdb", "Ebs": {"SnapshotId": "snap-0aaaaaaaaaaaaaaa2", "VolumeSize": 20,
                  "VolumeType": "gp3", "Iops": 3000, "Throughput": 125, "DeleteOnTermination": false, "Encrypted": false}}]}]}""";

    final Cloud cloud;
    final Ledger ledger;
    final String key;
    private Boundary boundary = Boundary.unlimited();
    private int mostPrincipals = 100;

    private SourceAccount(Settings settings) {
        cloud = new Cloud(Kernel.simulated(3), settings);
        ledger = new Ledger(TestLedger.table(cloud), "Ledger");
        key = key(HOME, "alias/ami-share");
    }

    /** With a share key in its home Region, and no image. */
    static SourceAccount empty() {
        return new SourceAccount(Settings.defaults());
    }

    /** With a share key and an image of two volumes, {@link #GOLDEN}. */
    static SourceAccount withGolden() {
        return withGolden(Settings.defaults());
    }

    static SourceAccount withGolden(Settings settings) {
        SourceAccount account = new SourceAccount(settings);
        account.load(GOLDEN_IMAGE);
        return account;
    }

    /** As deployed for requests that themselves name more targets than others may. */
    SourceAccount lettingName(int principals) {
        mostPrincipals = principals;
        return this;
    }

    SourceAccount within(Boundary other) {
        boundary = other;
        return this;
    }

    Ec2Client ec2(String region) {
        return cloud.ec2().client(Caller.administrator(ACCOUNT), region);
    }

    KmsClient kms(String region) {
        return cloud.kms().client(Caller.administrator(ACCOUNT), region);
    }

    SsmClient ssm() {
        return cloud.ssm().client(Caller.administrator(ACCOUNT), HOME);
    }

    /** Makes a key that may be shared under, and gives its ARN. */
    String key(String region, String alias) {
        String arn = kms(region)
                .createKey(create -> create.tags(Tag.builder()
                        .tagKey(ManagedTags.MANAGED)
                        .tagValue("true")
                        .build()))
                .keyMetadata()
                .arn();
        kms(region).createAlias(create -> create.aliasName(alias).targetKeyId(arn));
        return arn;
    }

    void profile(String name, String json) {
        ssm().putParameter(put ->
                put.name("/ami-share/profiles/" + name).value(json).type(ParameterType.STRING));
    }

    /** Loads images as {@code aws ec2 describe-images} prints them, and gives the first one's id. */
    String load(String document) {
        return load(ACCOUNT, document);
    }

    String load(String account, String document) {
        try {
            JsonNode images = JSON.readTree(document);
            cloud.ec2().load(account, HOME, images);
            return images.path("Images").path(0).path("ImageId").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A recorded image. */
    static String recorded(String slug) {
        try (InputStream in = SourceAccount.class.getResourceAsStream("/real-amis/" + slug + ".json")) {
            return JSON.readTree(in).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static final String LEDGER = "arn:aws:dynamodb:us-east-1:111111111111:table/Ledger";

    PlanShare.Output plan(String request) {
        Deployment deployment = new Deployment(
                ACCOUNT,
                HOME,
                "alias/ami-share",
                boundary,
                List.of("t2.micro", "t3.micro", "t4g.micro"),
                mostPrincipals,
                new OwnRights.Roles(Optional.empty(), List.of()),
                Optional.of(LEDGER));
        return new PlanShare(deployment, this::ec2, this::kms, ssm(), ledger)
                .run(new PlanShare.Input(Json.parse(request), EXECUTION, now()));
    }

    /** What is planned for sharing this image with one account in the home Region. */
    RegionPlan planOf(String imageId) {
        return plan("""
                {"sourceImageId": "%s", "targets": {"accounts": ["222222222222"]}}"""
                        .formatted(imageId))
                .regions()
                .get(0);
    }

    void claim(RegionPlan plan) {
        ledger.claim(
                id(plan),
                new Claim.Request(
                        EXECUTION,
                        TOKEN,
                        now(),
                        plan.sourceImageId(),
                        plan.source().snapshots(),
                        plan.way(),
                        Principals.parse(plan.targets().principals())));
    }

    static ShareId id(RegionPlan plan) {
        return new ShareId(plan.keyArn(), plan.imageName());
    }

    CopySnapshot.Output copySnapshot(RegionPlan plan, int volume) {
        return new CopySnapshot(this::ec2, ledger)
                .run(new CopySnapshot.Input(plan, plan.volumes().get(volume), EXECUTION, now()));
    }

    CopyImage.Output copyImage(RegionPlan plan) {
        return new CopyImage(this::ec2, ledger).run(new CopyImage.Input(plan, EXECUTION));
    }

    WaitForCompletion.Output look(
            RegionPlan plan,
            List<WaitForCompletion.Copy> copies,
            CopyImage.@Nullable Output image,
            WaitForCompletion.@Nullable Output previous) {
        return new WaitForCompletion(this::ec2)
                .run(new WaitForCompletion.Input(
                        plan,
                        copies,
                        image == null ? null : new WaitForCompletion.CopiedImage(image.imageId(), image.snapshots()),
                        previous,
                        now()));
    }

    /** Looks and waits, as the state machine does, until the copies are done; gives the number of looks. */
    int await(RegionPlan plan, List<WaitForCompletion.Copy> copies, CopyImage.@Nullable Output image) {
        int looks = 1;
        WaitForCompletion.Output output = look(plan, copies, image, null);
        while (!output.done()) {
            pass(Duration.ofSeconds(output.waitSeconds()));
            output = look(plan, copies, image, output);
            looks++;
        }
        return looks;
    }

    /** Registers, and again while EC2 does not show yet what it has made, as the state machine does. */
    RegisterAmi.Output register(RegionPlan plan, List<WaitForCompletion.Copy> copies) {
        while (true) {
            try {
                return new RegisterAmi(this::ec2, ledger).run(new RegisterAmi.Input(plan, copies, EXECUTION));
            } catch (Ec2Exception e) {
                if (!e.awsErrorDetails().errorCode().equals("InvalidAMIID.NotFound")) {
                    throw e;
                }
                pass(Duration.ofSeconds(1));
            }
        }
    }

    /** The whole way to the registered image. */
    RegisterAmi.Output make(RegionPlan plan) {
        claim(plan);
        List<WaitForCompletion.Copy> copies = new ArrayList<>();
        CopyImage.Output image = null;
        if (plan.way() == Way.COPY_IMAGE) {
            image = copyImage(plan);
        } else if (plan.way() == Way.SNAPSHOTS) {
            for (int i = 0; i < plan.volumes().size(); i++) {
                copies.add(copy(copySnapshot(plan, i)));
            }
        }
        pass(Duration.ofSeconds(1));
        await(plan, copies, image);
        return register(plan, copies);
    }

    /** The whole way to the committed share, verified by nobody. */
    RegisterAmi.Output share(RegionPlan plan) {
        RegisterAmi.Output made = make(plan);
        ledger.commit(
                id(plan),
                EXECUTION,
                made.imageId(),
                made.snapshots(),
                Principals.parse(plan.targets().principals()),
                now());
        untilAvailable(made.imageId());
        return made;
    }

    static WaitForCompletion.Copy copy(CopySnapshot.Output started) {
        return new WaitForCompletion.Copy(started.sourceSnapshotId(), started.snapshotId(), null, null);
    }

    Image image(String region, String imageId) {
        return ec2(region)
                .describeImages(describe -> describe.imageIds(imageId))
                .images()
                .get(0);
    }

    void untilAvailable(String imageId) {
        cloud.kernel().runUntil(() -> image("us-east-1", imageId).state() == ImageState.AVAILABLE);
    }

    Instant now() {
        return cloud.kernel().now();
    }

    void pass(Duration duration) {
        boolean[] passed = {false};
        cloud.kernel().after(duration, () -> passed[0] = true);
        cloud.kernel().runUntil(() -> passed[0]);
    }

    @Override
    public void close() {
        cloud.close();
    }
}
