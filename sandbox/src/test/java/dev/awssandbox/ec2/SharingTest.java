package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.AMI;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.STRANGER;
import static dev.awssandbox.ec2.World.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.LaunchPermissionModifications;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;

final class SharingTest {
    @ParameterizedTest
    @ValueSource(strings = {"aws-us-gov", "aws-cn"})
    void refusesOrganizationsOfAnotherPartition(String partition) {
        try (World world = World.withImage()) {
            String prefix = "arn:" + partition + ":organizations::111111111111:";
            assertRefused(
                    () -> world.owner().modifyImageAttribute(request -> request.imageId(AMI)
                            .launchPermission(permission -> permission.add(LaunchPermission.builder()
                                    .organizationArn(prefix + "organization/o-example1234")
                                    .build()))),
                    "InvalidAMIAttributeItemValue");
            assertRefused(
                    () -> world.owner().modifyImageAttribute(request -> request.imageId(AMI)
                            .launchPermission(permission -> permission.add(LaunchPermission.builder()
                                    .organizationalUnitArn(prefix + "ou/o-example1234/ou-ab12-cdefgh34")
                                    .build()))),
                    "InvalidAMIAttributeItemValue");
            assertThat(world.owner()
                            .describeImageAttribute(
                                    request -> request.imageId(AMI).attribute("launchPermission"))
                            .launchPermissions())
                    .isEmpty();
        }
    }

    private static final String ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-example1234";

    @Test
    void addsAndRemovesInOneCallAndMindsNoRepetition() {
        try (World world = World.withImage()) {
            modify(world, change -> change.add(user(FRIEND), user(FRIEND)));
            modify(world, change -> change.add(user(FRIEND), user(STRANGER)));
            modify(world, change -> change.add(organization(ORGANIZATION))
                    .remove(user(STRANGER), user("444444444444")));

            assertThat(permissions(world)).containsExactly(user(FRIEND), organization(ORGANIZATION));
        }
    }

    @Test
    void takesTheFlatFormToo() {
        try (World world = World.withImage()) {
            world.owner()
                    .modifyImageAttribute(ModifyImageAttributeRequest.builder()
                            .imageId(AMI)
                            .attribute("launchPermission")
                            .operationType("add")
                            .userIds(FRIEND, STRANGER)
                            .organizationArns(ORGANIZATION)
                            .build());
            world.owner()
                    .modifyImageAttribute(ModifyImageAttributeRequest.builder()
                            .imageId(AMI)
                            .operationType("remove")
                            .userIds(STRANGER)
                            .build());

            assertThat(permissions(world)).containsExactly(user(FRIEND), organization(ORGANIZATION));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"12345678901", "22222222222x", "999912345678"})
    void refusesAnAccountThatIsMalformedOrNotThere(String account) {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> modify(world, change -> change.add(user(account))),
                    "InvalidAMIAttributeItemValue",
                    "Invalid attribute item value \"" + account + "\" for userId item type.");
            assertThat(permissions(world)).isEmpty();
        }
    }

    @Test
    void refusesAGroupButAllAndAnOrganizationByItsBareId() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> modify(world, change -> change.add(group("some"))),
                    "InvalidAMIAttributeItemValue",
                    "Invalid attribute item value \"some\" for UserGroup item type.");
            assertRefused(
                    () -> modify(world, change -> change.add(organization("o-example1234"))),
                    "InvalidAMIAttributeItemValue");
        }
    }

    @Test
    void refusesToChangeNothingOrTwoThings() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.owner().modifyImageAttribute(request -> request.imageId(AMI)),
                    "InvalidParameterCombination",
                    "No attributes specified.");
            assertRefused(() -> modify(world, change -> {}), "InvalidParameterCombination", "No attributes specified.");
            assertRefused(
                    () -> world.owner().modifyImageAttribute(request -> request.imageId(AMI)
                            .userIds(FRIEND)
                            .description(description -> description.value("new"))),
                    "InvalidParameterCombination");
        }
    }

    @Test
    void refusesToShareWhatIsUnderTheManagedKey() {
        try (World world = World.withImage()) {
            world.load(
                    """
                    {"Images": [{"ImageId": "ami-00000001", "Name": "managed", "State": "available",
                      "CreationDate": "2025-06-01T10:00:00.000Z", "RootDeviceName": "/dev/xvda",
                      "BlockDeviceMappings": [
                        {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-00000001", "VolumeSize": 8, "Encrypted": true}}]}]}
                    """);

            assertRefused(
                    () -> world.shareImage("ami-00000001", FRIEND),
                    "InvalidParameter",
                    "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.");
            assertRefused(
                    () -> world.shareSnapshot("snap-00000001", FRIEND),
                    "OperationNotPermitted",
                    "Encrypted snapshots with EBS default key cannot be shared");
        }
    }

    @Test
    void refusesMoreThanAThousandEntities() {
        try (World world = World.withImage()) {
            modify(world, change -> change.add(users(100_000_000_000L, 999)));
            world.shareImage(AMI, FRIEND);

            assertRefused(() -> world.shareImage(AMI, STRANGER), "ResourceLimitExceeded");
            modify(world, change -> change.remove(user(FRIEND)));
            world.shareImage(AMI, STRANGER);
            assertThat(permissions(world)).hasSize(1_000).contains(user(STRANGER));
        }
    }

    @Test
    void blocksPublicImagesFromTheStartAndAgainSomeMinutesAfterBeingAsked() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> modify(world, change -> change.add(group("all"))),
                    "OperationNotPermitted",
                    "You can't publicly share this image because block public access for AMIs is enabled for this"
                            + " account.");

            world.owner().disableImageBlockPublicAccess(request -> {});
            modify(world, change -> change.add(group("all")));
            assertThat(world.image(AMI).publicLaunchPermissions()).isTrue();

            world.owner()
                    .enableImageBlockPublicAccess(request -> request.imageBlockPublicAccessState("block-new-sharing"));
            assertThat(blockState(world)).isEqualTo("unblocked");
            world.pass(Duration.ofMinutes(10));
            assertThat(blockState(world)).isEqualTo("block-new-sharing");
            assertThat(world.image(AMI).publicLaunchPermissions()).isTrue();
        }
    }

    private static String blockState(World world) {
        return world.owner().getImageBlockPublicAccessState(request -> {}).imageBlockPublicAccessState();
    }

    @Test
    void isTheOwnersAlone() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            assertRefused(
                    () -> world.friend().modifyImageAttribute(request -> request.imageId(AMI)
                            .userIds(STRANGER)),
                    "AuthFailure");
            assertRefused(
                    () -> world.friend().describeImageAttribute(request -> request.imageId(AMI)
                            .attribute("launchPermission")),
                    "AuthFailure");
        }
    }

    @Test
    void endsWhenReset() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            world.owner().resetImageAttribute(request -> request.imageId(AMI).attribute("launchPermission"));

            assertThat(permissions(world)).isEmpty();
        }
    }

    @Test
    void endsWhenTheConsumerWantsNoMoreOfIt() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            world.friend().cancelImageLaunchPermission(request -> request.imageId(AMI));

            assertThat(permissions(world)).isEmpty();
        }
    }

    @Test
    void doesNotComeBackWhenADisabledImageIsEnabled() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);

            world.owner().disableImage(request -> request.imageId(AMI));
            world.owner().enableImage(request -> request.imageId(AMI));

            assertThat(permissions(world)).isEmpty();
            assertThat(world.image(AMI).stateAsString()).isEqualTo("available");
        }
    }

    @Test
    void ofSnapshotsTakesFiveHundredChangesAndOneDirectionAtATime() {
        try (World world = World.withImage()) {
            List<CreateVolumePermission> many = IntStream.range(0, 501)
                    .mapToObj(i -> creator(String.valueOf(100_000_000_000L + i)))
                    .toList();

            assertRefused(
                    () -> world.owner()
                            .modifySnapshotAttribute(ModifySnapshotAttributeRequest.builder()
                                    .snapshotId(ROOT)
                                    .createVolumePermission(change -> change.add(many))
                                    .build()),
                    "InvalidParameterValue");
            assertRefused(
                    () -> world.owner()
                            .modifySnapshotAttribute(ModifySnapshotAttributeRequest.builder()
                                    .snapshotId(ROOT)
                                    .createVolumePermission(change ->
                                            change.add(creator(FRIEND)).remove(creator(STRANGER)))
                                    .build()),
                    "InvalidParameterCombination");
        }
    }

    @Test
    void ofSnapshotsShowsThemToWhoMayRestoreThem() {
        try (World world = World.withImage()) {
            world.shareSnapshot(ROOT, FRIEND);

            assertThat(world.friend()
                            .describeSnapshots(request -> request.restorableByUserIds("self"))
                            .snapshots())
                    .extracting("snapshotId")
                    .containsExactly(ROOT);
            assertThat(world.stranger().describeSnapshots(request -> {}).snapshots())
                    .isEmpty();
            assertThat(world.owner()
                            .describeSnapshotAttribute(
                                    request -> request.snapshotId(ROOT).attribute("createVolumePermission"))
                            .createVolumePermissions())
                    .containsExactly(creator(FRIEND));
        }
    }

    @Test
    void appearsInTheStateOfTheOwner() {
        try (World world = World.withImage()) {
            world.shareImage(AMI, FRIEND);
            world.shareSnapshot(ROOT, STRANGER);

            var state = world.cloud.ec2().state(OWNER, World.REGION);

            assertThat(state.at("/images/0/LaunchPermissions/0/UserId").asText())
                    .isEqualTo(FRIEND);
            assertThat(state.at("/snapshots/0/CreateVolumePermissions/0/UserId").asText())
                    .isEqualTo(STRANGER);
        }
    }

    private static void modify(World world, Consumer<LaunchPermissionModifications.Builder> change) {
        world.owner().modifyImageAttribute(request -> request.imageId(AMI).launchPermission(change));
    }

    private static List<LaunchPermission> permissions(World world) {
        return world.owner()
                .describeImageAttribute(request -> request.imageId(AMI).attribute("launchPermission"))
                .launchPermissions();
    }

    private static LaunchPermission user(String account) {
        return LaunchPermission.builder().userId(account).build();
    }

    private static List<LaunchPermission> users(long first, int count) {
        List<LaunchPermission> users = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            users.add(user(String.valueOf(first + i)));
        }
        return users;
    }

    private static LaunchPermission group(String group) {
        return LaunchPermission.builder().group(group).build();
    }

    private static LaunchPermission organization(String arn) {
        return LaunchPermission.builder().organizationArn(arn).build();
    }

    private static CreateVolumePermission creator(String account) {
        return CreateVolumePermission.builder().userId(account).build();
    }
}
