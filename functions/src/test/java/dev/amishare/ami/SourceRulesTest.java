package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ProductCode;
import software.amazon.awssdk.services.ec2.model.Snapshot;

final class SourceRulesTest {
    private static final BlockDeviceMapping BLANK = BlockDeviceMapping.builder()
            .deviceName("/dev/sdb")
            .ebs(e -> e.volumeSize(1))
            .build();

    @Test
    void aPlainImageIsNotRefused() {
        assertThat(SourceRules.refusals(Sample.plain().build(), Sample.OWNER)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "pending, wait until it is",
        "transient, wait until it is",
        "disabled, 'enable it first (aws ec2 enable-image), or share another image'",
        "failed, share another image"
    })
    void anImageThatIsNotAvailableIsRefusedWithTheRemedy(String state, String remedy) {
        assertThat(SourceRules.refusals(Sample.plain().state(state).build(), Sample.OWNER))
                .containsExactly("sourceImageId: ami-0123456789abcdef0 is " + state + ", not available: " + remedy);
        assertThat(SourceRules.refusals(
                        Sample.plain()
                                .state(state)
                                .stateReason(r -> r.message("somebody did it"))
                                .build(),
                        Sample.OWNER))
                .singleElement()
                .asString()
                .contains(" is " + state + " (somebody did it), not available");
    }

    @Test
    void whatHasNothingToEncryptIsRefused() {
        assertThat(SourceRules.refusals(
                        Sample.plain().rootDeviceType("instance-store").build(), Sample.OWNER))
                .singleElement()
                .asString()
                .contains("is backed by instance store");
        assertThat(SourceRules.refusals(
                        Sample.plain().blockDeviceMappings(BLANK).build(), Sample.OWNER))
                .singleElement()
                .asString()
                .contains("has no volume that starts from a snapshot");
    }

    @ParameterizedTest
    @CsvSource({
        "marketplace, 999999999999, true",
        "devpay,      999999999999, false",
        "marketplace, 111111111111, false"
    })
    void aMarketplaceProductOfSomebodyElseIsRefused(String type, String owner, boolean refused) {
        Image image = Sample.plain()
                .ownerId(owner)
                .productCodes(ProductCode.builder()
                        .productCodeId("code")
                        .productCodeType(type)
                        .build())
                .build();

        List<String> lines = SourceRules.refusals(image, Sample.OWNER);

        assertThat(lines)
                .hasSize(refused ? 1 : 0)
                .allMatch(line -> line.contains("is a Marketplace product of account"));
    }

    @ParameterizedTest
    @CsvSource({"RunInstances:0010, 111111111111", "RunInstances, 999999999999", "RunInstances, 111111111111"})
    void aBlankVolumeIsNoObstacleSinceItHoldsNoData(String operation, String owner) {
        Image image = Sample.plain()
                .usageOperation(operation)
                .ownerId(owner)
                .blockDeviceMappings(Sample.volume("/dev/xvda", "snap-1"), BLANK)
                .build();

        assertThat(SourceRules.refusals(image, Sample.OWNER)).isEmpty();
    }

    @Test
    void whatIsOnAnOutpostOrInALocalZoneIsRefused() {
        String outpost = "arn:aws:outposts:us-east-1:111111111111:outpost/op-1";
        Image image = Sample.plain()
                .blockDeviceMappings(Sample.volume("/dev/xvda", "snap-1").toBuilder()
                        .ebs(e -> e.snapshotId("snap-1").outpostArn(outpost))
                        .build())
                .build();

        assertThat(SourceRules.refusals(image, Sample.OWNER))
                .singleElement()
                .asString()
                .contains("snap-1 is on the Outpost " + outpost);
        assertThat(SourceRules.refusals(List.of(
                        Sample.snapshot("snap-1").outpostArn(outpost).build(),
                        Sample.snapshot("snap-2")
                                .availabilityZone("us-west-2-lax-1a")
                                .build())))
                .satisfiesExactly(
                        line -> assertThat(line).contains("snap-1 is on the Outpost " + outpost),
                        line -> assertThat(line).contains("snap-2 is local to the zone us-west-2-lax-1a"));
    }

    @Test
    void aWatermarkedSourceIsCopiedWhole() {
        ImageAttributes source = ImageAttributes.of(Sample.plain()
                .imageWatermarks(mark -> mark.watermarkKey("111111111111:approved"))
                .build());

        assertThat(SourceRules.way(
                        source, true, List.of(Sample.snapshot("snap-1").build()), "eu-west-1", "eu-west-1", Sample.KEY))
                .isEqualTo(Way.COPY_IMAGE);
    }

    @Test
    void snapshotsMustBeCompletedAndAtHand() {
        assertThat(SourceRules.refusals(List.of(
                        Sample.snapshot("snap-1").build(),
                        Sample.snapshot("snap-2").state("pending").build(),
                        Sample.snapshot("snap-3").storageTier("archive").build())))
                .containsExactly(
                        "sourceImageId: its snapshot snap-2 is pending, not completed: wait until it is, or make the image anew",
                        "sourceImageId: its snapshot snap-3 is archived: restore it first (aws ec2 restore-snapshot-tier)");
    }

    @ParameterizedTest
    @CsvSource({
        "RunInstances,      true,  ,      us-east-1, false, SNAPSHOTS",
        "RunInstances,      true,  ,      eu-west-1, false, SNAPSHOTS",
        "RunInstances,      true,  ,      us-east-1, true,  SNAPSHOTS",
        "RunInstances,      true,  ,      eu-west-1, true,  SAME_SNAPSHOTS",
        "RunInstances,      true,  aki-1, eu-west-1, false, SNAPSHOTS",
        "RunInstances,      true,  aki-1, us-east-1, false, COPY_IMAGE",
        "RunInstances:0010, true,  ,      eu-west-1, true,  COPY_IMAGE",
        "RunInstances,      false, ,      eu-west-1, true,  COPY_IMAGE"
    })
    void theWayFollowsFromLicenceOwnerKernelAndKey(
            String operation, boolean own, String kernel, String region, boolean underTheKey, Way way) {
        ImageAttributes source = ImageAttributes.of(
                Sample.plain().usageOperation(operation).kernelId(kernel).build());
        List<Snapshot> snapshots = List.of(
                Sample.snapshot("snap-1").kmsKeyId(Sample.KEY).build(),
                Sample.snapshot("snap-2")
                        .kmsKeyId(underTheKey ? Sample.KEY : "another")
                        .build());

        assertThat(SourceRules.way(source, own, snapshots, "eu-west-1", region, Sample.KEY))
                .isEqualTo(way);
    }

    @Test
    void namesEachKeyOnce() {
        assertThat(SourceRules.keys(List.of(
                        Sample.snapshot("snap-1").kmsKeyId("b").build(),
                        Sample.snapshot("snap-2").build(),
                        Sample.snapshot("snap-3").kmsKeyId("a").build(),
                        Sample.snapshot("snap-4").kmsKeyId("b").build())))
                .containsExactly("a", "b");
    }

    @ParameterizedTest
    @CsvSource({
        ",                  ,        false, false",
        "RunInstances,      ,        false, false",
        "RunInstances,      windows, false, false",
        ",                  windows, false, true",
        "RunInstances:0010, ,        false, true",
        "RunInstances,      ,        true,  true"
    })
    void whatSomebodyChargesForIsLicensed(String operation, String platform, boolean code, boolean licensed) {
        Image image = Sample.plain()
                .usageOperation(operation)
                .platform(platform)
                .productCodes(
                        code
                                ? List.of(ProductCode.builder()
                                        .productCodeId("code")
                                        .build())
                                : List.of())
                .build();

        assertThat(ImageAttributes.of(image).isLicensed()).isEqualTo(licensed);
    }
}
