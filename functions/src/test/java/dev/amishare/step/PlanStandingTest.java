package dev.amishare.step;

import static dev.amishare.step.SourceAccount.GOLDEN;
import static dev.amishare.step.SourceAccount.HOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;
import dev.amishare.error.InvalidRequest;
import dev.amishare.error.NotShareable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Tag;

/** A share has a life of its own: what is planned when it stands, whatever became of its source, its names and its tags. */
final class PlanStandingTest {
    private static final String OTHER = "ami-00000000000000abc";

    @Test
    void aTargetIsAddedToTheImageThatStandsWhenItsSourceIsGone() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.planOf(GOLDEN));
            deregister(account, GOLDEN);

            PlanShare.Output output = account.plan(request(GOLDEN, ""));

            RegionPlan plan = output.regions().get(0);
            assertThat(output.sourceImageId()).isEqualTo(GOLDEN);
            assertThat(plan.way()).isEqualTo(Way.STANDING);
            assertThat(plan.imageName()).matches("golden-encrypted-[0-9a-f]{16}");
            assertThat(plan.volumes()).isEmpty();
            assertThat(plan.source().snapshots())
                    .containsExactlyElementsOf(shared.snapshots().stream()
                            .map(snapshot -> snapshot.snapshotId())
                            .toList());
            assertThat(plan.notes())
                    .singleElement()
                    .asString()
                    .contains(shared.imageId(), GOLDEN + " does not exist in us-east-1");
        }
    }

    @Test
    void theSharedImagesOwnIdMeansItsShareAndNeverASecondImage() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan first = account.plan(request(GOLDEN, ", \"name\": \"nightly\""))
                    .regions()
                    .get(0);
            RegisterAmi.Output shared = account.share(first);

            PlanShare.Output whileTheSourceStands = account.plan(request(shared.imageId(), ""));
            deregister(account, GOLDEN);
            PlanShare.Output whenItIsGone = account.plan(request(shared.imageId(), ""));

            assertThat(whileTheSourceStands.sourceImageId()).isEqualTo(GOLDEN);
            assertThat(whileTheSourceStands.regions().get(0)).isEqualTo(first);
            assertThat(whenItIsGone.sourceImageId()).isEqualTo(GOLDEN);
            assertThat(whenItIsGone.regions().get(0).imageName()).isEqualTo("nightly");
            assertThat(whenItIsGone.regions().get(0).way()).isEqualTo(Way.STANDING);
        }
    }

    @Test
    void underAnotherKeyTheSharedImageIsASourceLikeAnyOther() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.key(HOME, "alias/other");
            RegisterAmi.Output shared = account.share(account.planOf(GOLDEN));

            RegionPlan plan = account.plan(request(shared.imageId(), ", \"kmsKeyId\": \"alias/other\""))
                    .regions()
                    .get(0);

            assertThat(plan.sourceImageId()).isEqualTo(shared.imageId());
            assertThat(plan.way()).isEqualTo(Way.SNAPSHOTS);
        }
    }

    @Test
    void withoutANameTheOnlyOneThatStandsIsMeant() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.share(account.plan(request(GOLDEN, ", \"name\": \"nightly\""))
                    .regions()
                    .get(0));

            RegionPlan plan = account.planOf(GOLDEN);

            assertThat(plan.imageName()).isEqualTo("nightly");
            assertThat(plan.notes()).isEmpty();
        }
    }

    @Test
    void ofSeveralWithoutANameTheDerivedOneIsMeantOrNone() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan derived = account.planOf(GOLDEN);
            RegisterAmi.Output one = account.share(account.plan(request(GOLDEN, ", \"name\": \"one\""))
                    .regions()
                    .get(0));
            RegisterAmi.Output two = account.share(account.plan(request(GOLDEN, ", \"name\": \"two\""))
                    .regions()
                    .get(0));

            assertThatThrownBy(() -> account.planOf(GOLDEN))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessage(
                            "name: missing: " + GOLDEN + " is shared in us-east-1 under " + account.key + " as 'one' ("
                                    + one.imageId() + "), 'two' (" + two.imageId()
                                    + "): name one of them, to add the targets to it");

            account.share(derived);
            assertThat(account.planOf(GOLDEN)).isEqualTo(derived);
        }
    }

    @Test
    void aSecondNameIsASecondCopyAndSaidToBeOne() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.planOf(GOLDEN));

            RegionPlan plan = account.plan(request(GOLDEN, ", \"name\": \"second\""))
                    .regions()
                    .get(0);

            assertThat(plan.imageName()).isEqualTo("second");
            assertThat(plan.way()).isEqualTo(Way.SNAPSHOTS);
            assertThat(plan.notes())
                    .singleElement()
                    .asString()
                    .contains(shared.imageId(), "'second' asks for an encrypted copy of its own");
        }
    }

    @Test
    void refusesASecondNameWhenThereIsNothingLeftToCopyAndNamesWhatStands() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.planOf(GOLDEN));
            deregister(account, GOLDEN);

            assertThatThrownBy(() -> account.plan(request(GOLDEN, ", \"name\": \"second\"")))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContainingAll(
                            GOLDEN + " does not exist",
                            shared.imageId(),
                            "leave name out, or name that one, to add the targets to it");
        }
    }

    @Test
    void refusesANameThatTheShareOfAnotherSourceHasAndLetsItStand() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.plan(request(GOLDEN, ", \"name\": \"nightly\""))
                    .regions()
                    .get(0));
            loadOther(account);

            assertThatThrownBy(() -> account.plan(request(OTHER, ", \"name\": \"nightly\"")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("name: 'nightly' is taken in us-east-1 by " + shared.imageId()
                            + ", the shared image of " + GOLDEN + " under " + account.key + ": ask for another name");
        }
    }

    @Test
    void tagsThatSomebodyForgedMakeNoImageOurs() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            loadOther(account);
            account.ec2(HOME).createTags(create -> create.resources(OTHER)
                    .tags(tag("ami-share:managed", "true"), tag("ami-share:source-image", GOLDEN)));

            assertThatThrownBy(() -> account.plan(request(GOLDEN, ", \"name\": \"other\"")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("name: 'other' is taken in us-east-1 by " + OTHER
                            + ", which AMI Share has not committed: ask for another name");
        }
    }

    @Test
    void theNameOfASharedImageThatIsGoneIsFreeForAnySource() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.plan(request(GOLDEN, ", \"name\": \"nightly\""))
                    .regions()
                    .get(0));
            deregister(account, shared.imageId());
            loadOther(account);

            RegionPlan plan = account.plan(request(OTHER, ", \"name\": \"nightly\""))
                    .regions()
                    .get(0);

            assertThat(plan.sourceImageId()).isEqualTo(OTHER);
            assertThat(plan.imageName()).isEqualTo("nightly");
        }
    }

    @Test
    void theSameSourceTakesUpTheNameOfItsImageThatIsGone() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.plan(request(GOLDEN, ", \"name\": \"nightly\""))
                    .regions()
                    .get(0));
            deregister(account, shared.imageId());

            assertThat(account.planOf(GOLDEN).imageName()).isEqualTo("nightly");
        }
    }

    @Test
    void refusesWhatIsGoneWithItsSharedImageAndNamesTheSnapshotsThatStand() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.share(account.planOf(GOLDEN));
            deregister(account, GOLDEN);
            deregister(account, shared.imageId());

            assertThatThrownBy(() -> account.planOf(GOLDEN))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageContainingAll(
                            GOLDEN + " does not exist in us-east-1",
                            shared.snapshots().get(0).snapshotId(),
                            shared.snapshots().get(1).snapshotId(),
                            "aws ec2 register-image");
        }
    }

    @Test
    void aDisabledSourceIsNoObstacleWhereItsImageStands() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.share(account.planOf(GOLDEN));
            account.ec2(HOME).disableImage(disable -> disable.imageId(GOLDEN));

            RegionPlan plan = account.planOf(GOLDEN);

            assertThat(plan.way()).isEqualTo(Way.STANDING);
            assertThat(plan.notes()).singleElement().asString().contains(GOLDEN + " is disabled");
        }
    }

    @Test
    void aRegionWhereNothingStandsIsRefusedWhenTheSourceIsGone() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.key("eu-west-1", "alias/ami-share");
            account.share(account.planOf(GOLDEN));
            deregister(account, GOLDEN);

            assertThatThrownBy(() -> account.plan(request(
                            GOLDEN, ", \"regions\": [{\"region\": \"us-east-1\"}, {\"region\": \"eu-west-1\"}]")))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageStartingWith("sourceImageId: " + GOLDEN + " does not exist");
        }
    }

    private static void deregister(SourceAccount account, String imageId) {
        account.ec2(HOME).deregisterImage(deregister -> deregister.imageId(imageId));
    }

    private static void loadOther(SourceAccount account) {
        account.load(
                """
                {"Images": [{"ImageId": "ami-00000000000000abc", "Name": "other", "State": "available", "Architecture": "x86_64",
                  "ImageType": "machine", "VirtualizationType": "hvm", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
                  "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-0bbbbbbbbbbbbbbb1",
                    "VolumeSize": 8, "VolumeType": "gp3", "DeleteOnTermination": true, "Encrypted": false}}]}]}""");
    }

    private static Tag tag(String key, String value) {
        return Tag.builder().key(key).value(value).build();
    }

    private static String request(String imageId, String more) {
        return "{\"sourceImageId\": \"" + imageId + "\", \"targets\": {\"accounts\": [\"222222222222\"]}" + more + "}";
    }
}
