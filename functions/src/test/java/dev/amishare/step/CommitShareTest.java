package dev.amishare.step;

import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.SOURCE_IMAGE;
import static dev.amishare.step.ShareWorld.principals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.ManagedTags;
import dev.amishare.error.NotShareable;
import dev.amishare.ledger.SharedImage;
import dev.amishare.step.Verify.Verified;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

final class CommitShareTest {
    private static final Instant LATER = Instant.parse("2027-06-30T00:00:00Z");
    private static final Verify.Output VERIFIED = new Verify.Output(
            Verify.Next.COMMIT,
            1,
            0,
            List.of(),
            List.of(new Check("image-available", Check.Result.PASS, "it is")),
            List.of(new Verify.TargetResult("222222222222", Verified.GRANTED, List.of())));

    @Test
    void makesTheClaimTheShareAndTellsTheResult() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);

            CommitShare.Output output = commit(world, image, MINE, false);

            assertThat(output.image())
                    .isEqualTo(new CommitShare.Entry(
                            REGION,
                            image.imageId(),
                            world.key,
                            false,
                            image.snapshots(),
                            VERIFIED.checks(),
                            VERIFIED.targets(),
                            null));
            assertThat(world.ledger.read(world.id()).claim()).isEmpty();
            assertThat(world.ledger.read(world.id()).granted()).isEqualTo(principals("222222222222"));
        }
    }

    @Test
    void removesWhatThisExecutionCopiedTwiceAndNothingElse() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            String twice = world.copy(MINE, image.snapshots().get(0).sourceSnapshotId());
            String others = world.copy(OTHER, image.snapshots().get(0).sourceSnapshotId());
            world.passTime(Duration.ofMinutes(1));
            List<String> before = world.snapshotIds();

            commit(world, image, MINE, false);

            assertThat(before).contains(twice, others);
            List<String> expected = new ArrayList<>(before);
            expected.remove(twice);
            assertThat(world.snapshotIds()).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void tellsWhatItHasRemovedAsCopiedTwice() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            String source = image.snapshots().get(0).sourceSnapshotId();
            String twice = world.copy(MINE, source);
            world.passTime(Duration.ofMinutes(1));

            assertThat(commit(world, image, MINE, false).image().checks())
                    .filteredOn(check -> check.result() == Check.Result.WARN)
                    .singleElement()
                    .extracting(Check::detail)
                    .asString()
                    .contains(twice, source);
        }
    }

    @Test
    void removesNothingThatSomebodyHasTaggedAsItsExecutions() {
        try (ShareWorld world = new ShareWorld()) {
            String backup = world.copy("nobody's", ShareWorld.SOURCE_SNAPSHOTS.get(0));
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ec2.createTags(r -> r.resources(backup)
                    .tags(ShareWorld.tag(ManagedTags.MANAGED, "true"), ShareWorld.tag(ManagedTags.EXECUTION, MINE)));

            commit(world, image, MINE, false);

            assertThat(world.snapshotIds()).contains(backup);
        }
    }

    @Test
    void commitsNoImageThatItsClaimDoesNotHold() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage others = world.make(OTHER);
            world.claim(MINE, "222222222222");

            assertThatThrownBy(() -> commit(world, others, MINE, false))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining(others.imageId());
            assertThat(world.ledger.read(world.id()).committed()).isEmpty();
        }
    }

    @Test
    void namesWhoeverElseHoldsAReusedImage() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage shared = world.shared("222222222222", "444444444444");
            world.claim(MINE, "222222222222");

            assertThat(commit(world, shared, MINE, true).image().alsoSharedWith())
                    .containsExactly("444444444444");
        }
    }

    @Test
    void namesTheSnapshotsThatAFormerImageOfTheSameSourceHasLeft() {
        try (ShareWorld world = new ShareWorld()) {
            SharedImage former = world.shared("444444444444");
            world.ec2.deregisterImage(r -> r.imageId(former.imageId()));
            world.ledger.close(world.id(), former.imageId(), ShareWorld.NOON);
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);

            CommitShare.Output output = commit(world, image, MINE, false);

            assertThat(output.image().checks().stream()
                            .filter(check -> check.name().equals("former-snapshots"))
                            .map(Check::detail)
                            .toList())
                    .hasSize(2)
                    .anyMatch(
                            detail -> detail.contains(former.snapshots().get(0).snapshotId()));
            assertThat(output.image().alsoSharedWith()).isNull();
        }
    }

    @Test
    void leavesAProtectionThatSomebodyElseHasSetAsItIs() {
        try (ShareWorld world = new ShareWorld()) {
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(SOURCE_IMAGE).withCooldown(false));
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(image.imageId()).withCooldown(false));
            RecordedCalls calls = new RecordedCalls();

            commit(world, calls.of(world.ec2), image, MINE, false);

            assertThat(calls.names).doesNotContain("enableImageDeregistrationProtection");
        }
    }

    @Test
    void writesDownThatItProtectsTheImageBeforeItDoes() {
        try (ShareWorld world = new ShareWorld()) {
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(SOURCE_IMAGE).withCooldown(false));
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            Ec2Client failing = new RecordedCalls().of(world.ec2, "enableImageDeregistrationProtection");

            assertThatThrownBy(() -> commit(world, failing, image, MINE, false)).isInstanceOf(Ec2Exception.class);

            assertThat(world.ledger
                            .read(world.id())
                            .claim()
                            .orElseThrow()
                            .made()
                            .isProtected())
                    .isTrue();
        }
    }

    @Test
    void answersTheSameWhenRepeated() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            CommitShare.Output output = commit(world, image, MINE, false);

            assertThat(commit(world, image, MINE, false)).isEqualTo(output);
        }
    }

    @Test
    void carriesDeprecationAndProtectionOverAndNotToAnImageThatWasSharedBefore() {
        try (ShareWorld world = new ShareWorld()) {
            world.ec2.enableImageDeprecation(r -> r.imageId(SOURCE_IMAGE).deprecateAt(LATER));
            world.ec2.enableImageDeregistrationProtection(
                    r -> r.imageId(SOURCE_IMAGE).withCooldown(true));
            SharedImage shared = world.shared("444444444444");
            world.claim(MINE, "222222222222");
            commit(world, shared, MINE, true);
            assertThat(world.image(shared.imageId()).deprecationTime()).isNull();
            world.ec2.deregisterImage(r -> r.imageId(shared.imageId()));
            world.ledger.close(world.id(), shared.imageId(), ShareWorld.NOON);

            world.claim(OTHER, "222222222222");
            SharedImage made = world.make(OTHER);
            commit(world, made, OTHER, false);

            assertThat(world.image(made.imageId()).deprecationTime()).isEqualTo("2027-06-30T00:00:00.000Z");
            assertThat(world.image(made.imageId()).deregistrationProtection()).isEqualTo("enabled-with-cooldown");
        }
    }

    @Test
    void doesNotDeprecateWhatIsPast() {
        try (ShareWorld world = new ShareWorld()) {
            world.ec2.enableImageDeprecation(r -> r.imageId(SOURCE_IMAGE).deprecateAt(LATER));
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);

            new CommitShare(world.ledger, region -> world.ec2)
                    .run(new CommitShare.Input(
                            world.plan("222222222222"), image, VERIFIED, MINE, LATER.plusSeconds(1), false));

            assertThat(world.image(image.imageId()).deprecationTime()).isNull();
        }
    }

    @Test
    void commitsNothingThatIsBeingUndone() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            SharedImage image = world.make(MINE);
            world.ledger.beginUndo(world.id(), MINE, MINE);

            assertThatThrownBy(() -> commit(world, image, MINE, false)).isInstanceOf(NotShareable.class);
            assertThat(world.ledger.read(world.id()).committed()).isEmpty();
        }
    }

    private static CommitShare.Output commit(ShareWorld world, SharedImage image, String execution, boolean reused) {
        return commit(world, world.ec2, image, execution, reused);
    }

    private static CommitShare.Output commit(
            ShareWorld world, Ec2Client ec2, SharedImage image, String execution, boolean reused) {
        return new CommitShare(world.ledger, region -> ec2)
                .run(new CommitShare.Input(
                        world.plan("222222222222"), image, VERIFIED, execution, ShareWorld.NOON, reused));
    }
}
