package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.ManagedTags;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.ledger.SharedImage;
import dev.amishare.ledger.SharedSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

final class AddLaunchPermissionTest {
    private static final String ROLE = "arn:aws:iam::333333333333:role/Launcher";
    private static final String UNIT = "arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34";

    @Test
    void namesAccountsTheAccountsOfRolesAndUnits() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222", ROLE, UNIT);
            SharedImage image = world.make(MINE);

            world.addLaunchPermission(MINE, image, world.plan("222222222222", ROLE, UNIT));

            assertThat(world.launchPermissions(image.imageId()))
                    .containsExactlyInAnyOrder("222222222222", "333333333333", UNIT);
            assertThat(copiers(world, image)).isEmpty();
        }
    }

    @Test
    void addsWhatIsMissingOnlyAndWritesThatDownBefore() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222");
            world.ec2.modifyImageAttribute(r -> r.imageId(image.imageId())
                    .launchPermission(l -> l.add(LaunchPermissions.named(List.of("555555555555")))));
            world.claim(MINE, "222222222222", "444444444444", "555555555555");

            AddLaunchPermission.Output output =
                    world.addLaunchPermission(MINE, image, world.plan("222222222222", "444444444444", "555555555555"));

            assertThat(output.added()).containsExactly("444444444444");
            assertThat(world.ledger.held(world.id(), MINE).claim().orElseThrow().permissions())
                    .containsExactly("444444444444");
            assertThat(world.addLaunchPermission(MINE, image, world.plan("444444444444"))
                            .added())
                    .isEmpty();
        }
    }

    @Test
    void givesAnImageThatWasMadeAnewThePermissionsOfTheOneThatIsGone() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage gone = world.shared("222222222222");
            world.ec2.deregisterImage(r -> r.imageId(gone.imageId()));
            world.claim(MINE, "444444444444");
            SharedImage image = world.make(MINE);

            world.addLaunchPermission(MINE, image, world.plan("444444444444"));

            assertThat(world.launchPermissions(image.imageId()))
                    .containsExactlyInAnyOrder("222222222222", "444444444444");
        }
    }

    @Test
    void givesNothingToWhomTheBoundaryHoldsNoMore() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222", "444444444444");
            world.ec2.resetImageAttribute(r -> r.imageId(image.imageId()).attribute("launchPermission"));
            world.claim(MINE, "222222222222");
            Boundary onlyB = new Boundary(false, new TreeSet<>(List.of("222222222222")), new TreeSet<>());

            AddLaunchPermission.Output output =
                    world.addLaunchPermission(MINE, image, world.plan(true, "222222222222", "444444444444"), onlyB);

            assertThat(output.added()).containsExactly("222222222222");
            assertThat(world.launchPermissions(image.imageId())).containsExactly("222222222222");
            assertThat(copiers(world, image)).containsExactly("222222222222");
        }
    }

    /** Whoever may only be a member was proved by the execution that names him, and by no other. */
    @Test
    void givesACommittedMemberNothingAnewUnlessHeIsAskedFor() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage image = world.shared("222222222222", "444444444444");
            world.ec2.resetImageAttribute(r -> r.imageId(image.imageId()).attribute("launchPermission"));
            world.claim(MINE, "222222222222");
            Boundary organization = new Boundary(false, new TreeSet<>(), new TreeSet<>(List.of("o-example1234")));

            world.addLaunchPermission(MINE, image, world.plan("222222222222"), organization);

            assertThat(world.launchPermissions(image.imageId())).containsExactly("222222222222");
        }
    }

    @Test
    void sharesSnapshotsWithAccountsWhereItWasAskedForInBatches() {
        try (ShareWorld world = new ShareWorld()) {
            String[] accounts = IntStream.range(0, 501)
                    .mapToObj(i -> String.format("2%011d", i))
                    .toArray(String[]::new);
            world.claim(MINE, accounts);
            SharedImage image = world.make(MINE);

            AddLaunchPermission.Output output = world.addLaunchPermission(MINE, image, world.plan(true, accounts));

            assertThat(output.snapshots()).hasSize(2);
            assertThat(copiers(world, image)).containsExactlyInAnyOrder(accounts);
            assertThat(world.ledger.held(world.id(), MINE).claim().orElseThrow().copiers())
                    .hasSize(501);
        }
    }

    @Test
    void neverSharesTheSourcesOwnSnapshotsWhateverTheirTagsSay() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            String own = ShareWorld.SOURCE_SNAPSHOTS.get(0);
            String imageId = world.ec2
                    .registerImage(r -> r.name("of-the-sources-own")
                            .rootDeviceName("/dev/xvda")
                            .architecture("x86_64")
                            .virtualizationType("hvm")
                            .blockDeviceMappings(BlockDeviceMapping.builder()
                                    .deviceName("/dev/xvda")
                                    .ebs(e -> e.snapshotId(own))
                                    .build()))
                    .imageId();
            world.passTime(Duration.ofMinutes(1));
            world.ec2.createTags(r -> r.resources(imageId, own).tags(ShareWorld.tag(ManagedTags.MANAGED, "true")));
            SharedImage image = new SharedImage(imageId, List.of(new SharedSnapshot("/dev/xvda", own, own)));

            assertThatThrownBy(() -> world.addLaunchPermission(MINE, image, world.plan(true, "222222222222")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(own, "Leave shareSnapshots out");
            assertThat(CopyPermissions.of(world.ec2, own).accounts()).isEmpty();
            assertThat(world.launchPermissions(imageId)).isEmpty();
        }
    }

    @Test
    void doesNothingForAnExecutionWhoseClaimIsBeingUndone() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ledger.beginUndo(world.id(), MINE, MINE);

            assertThatThrownBy(() -> world.addLaunchPermission(MINE, image, world.plan("222222222222")))
                    .isInstanceOf(NotShareable.class);
            assertThatThrownBy(() -> world.addLaunchPermission(OTHER, image, world.plan("222222222222")))
                    .isInstanceOf(NotShareable.class);
            assertThat(world.launchPermissions(image.imageId())).isEmpty();
        }
    }

    @Test
    void neverChangesAnImageThatIsNotManaged() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ec2.deleteTags(r -> r.resources(image.imageId()).tags(ShareWorld.tag(ManagedTags.MANAGED, "true")));

            assertThatThrownBy(() -> world.addLaunchPermission(MINE, image, world.plan("222222222222")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining(ManagedTags.MANAGED);
            assertThat(world.launchPermissions(image.imageId())).isEmpty();
        }
    }

    private static List<String> copiers(ShareWorld world, SharedImage image) {
        return world
                .ec2
                .describeSnapshotAttribute(
                        r -> r.snapshotId(image.snapshots().get(1).snapshotId())
                                .attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION))
                .createVolumePermissions()
                .stream()
                .map(CreateVolumePermission::userId)
                .toList();
    }
}
