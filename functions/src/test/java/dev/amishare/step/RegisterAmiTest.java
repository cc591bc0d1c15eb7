package dev.amishare.step;

import static dev.amishare.step.SourceAccount.EXECUTION;
import static dev.amishare.step.SourceAccount.GOLDEN;
import static dev.amishare.step.SourceAccount.HOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Registration;
import dev.amishare.ami.Tags;
import dev.amishare.ami.Way;
import dev.amishare.error.AttributesLost;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Made;
import dev.amishare.ledger.SharedSnapshot;
import dev.amishare.step.WaitForCompletion.Copy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.ArchitectureValues;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageAttributeName;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

final class RegisterAmiTest {
    @Test
    void registersTheImageUnderItsNameAndSaysOfWhatItIsACopy() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);

            RegisterAmi.Output made = account.make(plan);

            Image image = account.image(HOME, made.imageId());
            assertThat(image.name()).isEqualTo(plan.imageName());
            assertThat(image.description()).isEqualTo("Encrypted copy of ami-0123456789abcdef0 from us-east-1");
            assertThat(image.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value)))
                    .isEqualTo(Map.of(
                            "ami-share:managed",
                            "true",
                            "ami-share:source-image",
                            GOLDEN,
                            "ami-share:execution",
                            EXECUTION,
                            "os",
                            "linux"));
            assertThat(made.snapshots())
                    .extracting(SharedSnapshot::deviceName, SharedSnapshot::sourceSnapshotId)
                    .containsExactly(
                            tuple("/dev/xvda", "snap-0aaaaaaaaaaaaaaa1"), tuple("/dev/sdb", "snap-0aaaaaaaaaaaaaaa2"));
        }
    }

    @Test
    void adoptsTheImageThatAnEarlierTryHasRegistered() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            List<Copy> copies = copies(account, plan);
            RegisterAmi.Output first = account.register(plan, copies);
            assertThat(account.register(plan, copies)).isEqualTo(first);
        }
    }

    @Test
    void adoptsTheImageWhoseAnswerNeverCame() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            List<Copy> copies = copies(account, plan);
            String unanswered = register(account, plan, copies);
            account.pass(Duration.ofSeconds(10));

            assertThat(account.register(plan, copies).imageId()).isEqualTo(unanswered);
            assertThat(account.ledger
                            .read(SourceAccount.id(plan))
                            .claim()
                            .orElseThrow()
                            .made()
                            .imageId())
                    .contains(unanswered);
        }
    }

    @Test
    void neverTakesAnImageOfTheSourcesOwnSnapshotsWhoseIdIsNotRecorded() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = Plans.with(account.planOf(GOLDEN), Way.SAME_SNAPSHOTS);
            account.claim(plan);
            List<Copy> same = plan.source().snapshots().stream()
                    .map(id -> new Copy(id, id, null, null))
                    .toList();
            String doubtful = register(account, plan, same);
            account.pass(Duration.ofSeconds(10));

            assertThatThrownBy(() -> account.register(plan, List.of()))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(doubtful, plan.imageName(), HOME, "nothing tells which", "Deregister it");
            assertThat(made(account, plan).imageId()).isEmpty();
        }
    }

    @Test
    void neverTakesAnImageOfAFormerOnesSnapshotsWhoseIdIsNotRecorded() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            RegisterAmi.Output former = account.make(plan);
            account.ledger.commit(
                    SourceAccount.id(plan),
                    EXECUTION,
                    former.imageId(),
                    former.snapshots(),
                    Principals.none(),
                    account.now());
            account.pass(Duration.ofSeconds(10));
            account.ec2(HOME).deregisterImage(deregister -> deregister.imageId(former.imageId()));
            account.ledger.close(SourceAccount.id(plan), former.imageId(), account.now());
            account.claim(plan);
            List<Copy> copies = former.snapshots().stream()
                    .map(s -> new Copy(s.sourceSnapshotId(), s.snapshotId(), null, null))
                    .toList();
            String doubtful = register(account, plan, copies);
            account.pass(Duration.ofSeconds(10));

            assertThatThrownBy(() -> account.register(plan, copies))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(doubtful, "nothing tells which", "Deregister it");
            assertThat(made(account, plan).imageId()).isEmpty();
        }
    }

    @Test
    void registersNothingThatItsClaimHasNotCopied() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            copies(account, plan);
            List<Copy> others = List.of(
                    new Copy("snap-0aaaaaaaaaaaaaaa1", "snap-0aaaaaaaaaaaaaaa2", null, null),
                    new Copy("snap-0aaaaaaaaaaaaaaa2", "snap-0aaaaaaaaaaaaaaa1", null, null));
            assertThatThrownBy(() -> account.register(plan, others))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining("not in the ledger");
            assertThat(account.ec2(HOME).describeImages(r -> r.owners("self")).images())
                    .extracting(Image::imageId)
                    .containsExactly(GOLDEN);
        }
    }

    @Test
    void takesTheCopyOfAWholeImageByItsIdAndNotAnImageOfItsName() {
        try (SourceAccount account = SourceAccount.empty()) {
            RegionPlan plan = account.planOf(account.load(SourceAccount.recorded("rhel-8-hourly-0010")));
            account.claim(plan);
            String others = account.ec2(HOME)
                    .copyImage(copy -> copy.name(plan.imageName())
                            .sourceImageId(plan.sourceImageId())
                            .sourceRegion(HOME)
                            .encrypted(true)
                            .kmsKeyId(account.key)
                            .tagSpecifications(TagSpecification.builder()
                                    .resourceType("image")
                                    .tags(Tags.ofImage(plan, EXECUTION))
                                    .build()))
                    .imageId();
            account.pass(Duration.ofMinutes(10));

            assertThatThrownBy(() -> account.register(plan, List.of()))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining("holds no image")
                    .hasMessageNotContaining(others);
        }
    }

    @Test
    void registersAgainFromTheSnapshotsOfAFormerImageAndLetsNobodyCopyThem() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            RegisterAmi.Output former = account.make(plan);
            String snapshot = former.snapshots().get(0).snapshotId();
            account.ledger.commit(
                    SourceAccount.id(plan),
                    EXECUTION,
                    former.imageId(),
                    former.snapshots(),
                    Principals.none(),
                    account.now());
            account.ec2(HOME).modifySnapshotAttribute(modify -> modify.snapshotId(snapshot)
                    .attribute("createVolumePermission")
                    .operationType("add")
                    .userIds("444444444444"));
            account.ec2(HOME).deleteTags(delete -> delete.resources(snapshot));
            account.pass(Duration.ofSeconds(10));
            account.ec2(HOME).deregisterImage(deregister -> deregister.imageId(former.imageId()));
            account.ledger.close(SourceAccount.id(plan), former.imageId(), account.now());
            account.claim(plan);

            RegisterAmi.Output again = account.register(
                    plan,
                    former.snapshots().stream()
                            .map(s -> new Copy(s.sourceSnapshotId(), s.snapshotId(), null, null))
                            .toList());

            assertThat(again.imageId()).isNotEqualTo(former.imageId());
            assertThat(again.snapshots()).isEqualTo(former.snapshots());
            assertThat(account.ec2(HOME)
                            .describeSnapshotAttribute(
                                    describe -> describe.snapshotId(snapshot).attribute("createVolumePermission"))
                            .createVolumePermissions())
                    .isEmpty();
            assertThat(account.ec2(HOME)
                            .describeSnapshots(describe -> describe.snapshotIds(snapshot))
                            .snapshots()
                            .get(0)
                            .tags())
                    .extracting(Tag::key)
                    .containsExactlyInAnyOrder(
                            "ami-share:managed", "ami-share:source-image", "ami-share:source-snapshot");
        }
    }

    @Test
    void doesNotTouchAnImageOfThatNameThatItDidNotMake() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            List<Copy> copies = copies(account, plan);
            String other = account.ec2(HOME)
                    .registerImage(register -> register.name(plan.imageName())
                            .architecture(ArchitectureValues.ARM64)
                            .virtualizationType("hvm")
                            .rootDeviceName("/dev/xvda")
                            .blockDeviceMappings(BlockDeviceMapping.builder()
                                    .deviceName("/dev/xvda")
                                    .ebs(ebs -> ebs.snapshotId("snap-0aaaaaaaaaaaaaaa1"))
                                    .build()))
                    .imageId();
            account.pass(Duration.ofSeconds(10));
            assertThatThrownBy(() -> account.register(plan, copies))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(plan.imageName(), other, HOME, "another name");
        }
    }

    @Test
    void theSameSnapshotInTwoMappingsIsCopiedOnce() {
        try (SourceAccount account = SourceAccount.empty()) {
            String id = account.load(SourceAccount.recorded("bottlerocket-two-snapshots")
                    .replaceAll("snap-[0-9a-f]{17}", "snap-0aaaaaaaaaaaaaaa1")
                    .replaceAll("\"VolumeSize\":\\d+", "\"VolumeSize\":20"));
            RegionPlan plan = account.planOf(id);
            RegisterAmi.Output made = account.make(plan);
            assertThat(plan.volumes()).hasSize(1);
            assertThat(made.snapshots())
                    .hasSize(2)
                    .extracting(SharedSnapshot::snapshotId)
                    .containsOnly(made.snapshots().get(0).snapshotId());
        }
    }

    @Test
    void uefiVariablesSurvive() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String source = account.ec2(HOME)
                    .registerImage(register -> register.name("with-uefi-data")
                            .architecture(ArchitectureValues.X86_64)
                            .virtualizationType("hvm")
                            .bootMode("uefi")
                            .uefiData("QU1aTlVFRkk=")
                            .rootDeviceName("/dev/xvda")
                            .blockDeviceMappings(BlockDeviceMapping.builder()
                                    .deviceName("/dev/xvda")
                                    .ebs(ebs -> ebs.snapshotId("snap-0aaaaaaaaaaaaaaa1"))
                                    .build()))
                    .imageId();
            account.pass(Duration.ofSeconds(10));
            RegisterAmi.Output made = account.make(account.planOf(source));
            assertThat(account.ec2(HOME)
                            .describeImageAttribute(describe ->
                                    describe.imageId(made.imageId()).attribute(ImageAttributeName.UEFI_DATA))
                            .uefiData()
                            .value())
                    .isEqualTo("QU1aTlVFRkk=");
        }
    }

    @Test
    void aLicenceThatGotLostIsAttributesLost() {
        try (SourceAccount account = SourceAccount.empty()) {
            String id = account.load(SourceAccount.recorded("windows-2022-full-base"));
            RegionPlan plan = Plans.with(account.planOf(id), Way.SNAPSHOTS);
            account.cloud.ec2().loseBillingCodes(plan.volumes().get(0).snapshotId());
            List<Copy> copies = copies(account, plan);
            assertThatThrownBy(() -> account.register(plan, copies))
                    .isInstanceOf(AttributesLost.class)
                    .hasMessageContainingAll(
                            id,
                            "platform: windows → none",
                            "platformDetails: Windows → Linux/UNIX",
                            "usageOperation: RunInstances:0002 → RunInstances");
        }
    }

    @Test
    void snapshotsOfACopiedImageAreTaggedLikeTheOthers() {
        try (SourceAccount account = SourceAccount.empty()) {
            RegionPlan plan = account.planOf(account.load(SourceAccount.recorded("custom-rhel-three-volumes")));
            assertThat(plan.way()).isEqualTo(Way.COPY_IMAGE);
            RegisterAmi.Output made = account.make(plan);
            assertThat(made.snapshots()).hasSize(3);
            for (SharedSnapshot shared : made.snapshots()) {
                Map<String, String> tags = account
                        .ec2(HOME)
                        .describeSnapshots(describe -> describe.snapshotIds(shared.snapshotId()))
                        .snapshots()
                        .get(0)
                        .tags()
                        .stream()
                        .collect(Collectors.toMap(Tag::key, Tag::value));
                assertThat(tags)
                        .containsEntry("ami-share:managed", "true")
                        .containsEntry("ami-share:execution", EXECUTION)
                        .containsEntry("ami-share:source-snapshot", shared.sourceSnapshotId());
            }
        }
    }

    @Test
    void copyingAnImageTwiceInOneExecutionGivesOneImage() {
        try (SourceAccount account = SourceAccount.empty()) {
            RegionPlan plan = account.planOf(account.load(SourceAccount.recorded("rhel-8-hourly-0010")));
            account.claim(plan);
            assertThat(account.copyImage(plan)).isEqualTo(account.copyImage(plan));
        }
    }

    private static Made made(SourceAccount account, RegionPlan plan) {
        return account.ledger.read(SourceAccount.id(plan)).claim().orElseThrow().made();
    }

    private static String register(SourceAccount account, RegionPlan plan, List<Copy> copies) {
        Map<String, String> sources = copies.stream()
                .collect(Collectors.toMap(
                        copy -> Objects.requireNonNull(copy.sourceSnapshotId()),
                        copy -> Objects.requireNonNull(copy.snapshotId())));
        return account.ec2(HOME)
                .registerImage(Registration.request(plan, sources, null, EXECUTION))
                .imageId();
    }

    private static List<Copy> copies(SourceAccount account, RegionPlan plan) {
        account.claim(plan);
        List<Copy> copies = new ArrayList<>();
        for (int i = 0; i < plan.volumes().size(); i++) {
            copies.add(SourceAccount.copy(account.copySnapshot(plan, i)));
        }
        account.await(plan, copies, null);
        assertThat(copies).allMatch(copy -> Objects.nonNull(copy.snapshotId()));
        return copies;
    }
}
