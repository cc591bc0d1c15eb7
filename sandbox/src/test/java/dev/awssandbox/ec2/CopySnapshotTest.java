package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.DATA;
import static dev.awssandbox.ec2.World.ELSEWHERE;
import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.ROOT;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.copying;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.KeyUsageType;

final class CopySnapshotTest {
    @Test
    void isPendingProgressesWithTimeAndCompletes() {
        try (World world = World.withImage()) {
            String copy = copied(world, encrypted(world, DATA));

            assertThat(world.snapshot(copy).state()).isEqualTo(SnapshotState.PENDING);
            assertThat(world.snapshot(copy).progress()).isEqualTo("0%");
            world.pass(Duration.ofSeconds(25));
            assertThat(world.snapshot(copy).progress()).isEqualTo("25%");
            world.pass(Duration.ofSeconds(74));
            assertThat(world.snapshot(copy).progress()).isEqualTo("99%");
            world.pass(Duration.ofSeconds(2));
            assertThat(world.snapshot(copy).state()).isEqualTo(SnapshotState.COMPLETED);
            assertThat(world.snapshot(copy).progress()).isEqualTo("100%");
        }
    }

    @Test
    void takesTimeInProportionToTheLargestVolumeOfTheImage() {
        try (World world = World.withImage()) {
            String copy = copied(world, encrypted(world, ROOT));

            world.pass(Duration.ofSeconds(10));

            assertThat(world.snapshot(copy).progress()).isEqualTo("50%");
        }
    }

    @Test
    void isEncryptedUnderTheKeyNamedByItsAlias() {
        try (World world = World.withImage()) {
            String key = key(world);
            kms(world).createAlias(request -> request.aliasName("alias/share").targetKeyId(key));

            Snapshot copy =
                    world.snapshot(copied(world, copying(ROOT).encrypted(true).kmsKeyId("alias/share")));

            assertThat(copy.encrypted()).isTrue();
            assertThat(copy.kmsKeyId()).isEqualTo(key);
            assertThat(copy.volumeId()).isEqualTo("vol-ffffffff");
            assertThat(copy.ownerId()).isEqualTo(OWNER);
            assertThat(copy.volumeSize()).isEqualTo(8);
        }
    }

    @Test
    void inheritsNoTags() {
        try (World world = World.withImage()) {
            world.owner().createTags(request -> request.resources(ROOT).tags(World.tag("old", "1")));

            String plain = copied(world, copying(ROOT));
            String tagged =
                    copied(world, copying(ROOT).tagSpecifications(World.tagging("snapshot", World.tag("new", "2"))));

            assertThat(world.snapshot(plain).tags()).isEmpty();
            assertThat(world.snapshot(tagged).tags()).extracting("key").containsExactly("new");
        }
    }

    @Test
    void endsInErrorWhenTheKeyIsMissingWhichShowsOnlyLater() {
        try (World world = World.withImage()) {
            String copy = copied(
                    world,
                    copying(ROOT).encrypted(true).kmsKeyId("arn:aws:kms:us-east-1:" + OWNER + ":key/no-such-key"));

            assertThat(world.snapshot(copy).state()).isEqualTo(SnapshotState.PENDING);
            world.settle();
            assertThat(world.snapshot(copy).state()).isEqualTo(SnapshotState.ERROR);
            assertThat(world.snapshot(copy).stateMessage()).isEqualTo("Given key ID is not accessible");
        }
    }

    @Test
    void endsInErrorUnderADisabledKeyAndUnderAnAsymmetricOne() {
        try (World world = World.withImage()) {
            String disabled = key(world);
            kms(world).disableKey(request -> request.keyId(disabled));
            String asymmetric = kms(world)
                    .createKey(request ->
                            request.keyUsage(KeyUsageType.SIGN_VERIFY).keySpec("RSA_2048"))
                    .keyMetadata()
                    .arn();

            String first = copied(world, copying(ROOT).encrypted(true).kmsKeyId(disabled));
            String second = copied(world, copying(DATA).encrypted(true).kmsKeyId(asymmetric));
            world.settle();

            assertThat(world.snapshot(first).state()).isEqualTo(SnapshotState.ERROR);
            assertThat(world.snapshot(second).state()).isEqualTo(SnapshotState.ERROR);
        }
    }

    @Test
    void refusesToDecrypt() {
        try (World world = World.withImage()) {
            assertRefused(() -> copied(world, copying(ROOT).encrypted(false)), "InvalidParameterValue");
            String encrypted = copied(world, encrypted(world, ROOT));
            world.settle();
            assertRefused(
                    () -> copied(world, copying(encrypted).encrypted(false)),
                    "InvalidRequest",
                    "Snapshot " + encrypted
                            + " is encrypted. Creating an unencrypted copy from an encrypted snapshot is not supported.");
        }
    }

    @Test
    void wantsEncryptedBesideAKey() {
        try (World world = World.withImage()) {
            assertRefused(() -> copied(world, copying(ROOT).kmsKeyId("alias/aws/ebs")), "InvalidParameterDependency");
        }
    }

    @Test
    void staysUnderTheKeyOfAnEncryptedSource() {
        try (World world = World.withImage()) {
            String key = key(world);
            String first = copied(world, copying(ROOT).encrypted(true).kmsKeyId(key));
            world.settle();

            Snapshot second = world.snapshot(copied(world, copying(first)));

            assertThat(second.kmsKeyId()).isEqualTo(key);
        }
    }

    @Test
    void encryptsByDefaultUnderTheAccountsDefaultKey() {
        try (World world = World.withImage()) {
            String key = key(world);
            world.owner().enableEbsEncryptionByDefault(request -> {});
            world.owner().modifyEbsDefaultKmsKeyId(request -> request.kmsKeyId(key));

            assertThat(world.snapshot(copied(world, copying(ROOT))).kmsKeyId()).isEqualTo(key);
        }
    }

    @Test
    void movesNoDataWithinAccountAndRegionUnderTheSameEncryption() {
        try (World world = World.withImage()) {
            String copy = copied(world, copying(DATA));

            world.pass(Duration.ofSeconds(1));

            assertThat(world.snapshot(copy).state()).isEqualTo(SnapshotState.COMPLETED);
        }
    }

    @Test
    void allowsOnlySoManyCopiesInFlight() {
        try (World world = World.withQuota(2)) {
            copied(world, encrypted(world, ROOT));
            copied(world, encrypted(world, DATA));

            assertRefused(
                    () -> copied(world, copying(ROOT)),
                    "ResourceLimitExceeded",
                    "Too many snapshot copies in progress. The limit is 2 for this destination region.");
            assertThat(world.as(OWNER, ELSEWHERE)
                            .copySnapshot(copying(ROOT).build())
                            .snapshotId())
                    .startsWith("snap-");
            world.settle();
            assertThat(copied(world, copying(ROOT))).startsWith("snap-");
            assertThat(world.cloud.ec2().mostCopiesInFlight()).isEqualTo(2);
        }
    }

    @Test
    void startsTheSecondCopyOfASnapshotAfterTheFirst() {
        try (World world = World.withImage()) {
            copied(world, encrypted(world, DATA));
            String second = copied(world, encrypted(world, DATA));

            world.pass(Duration.ofSeconds(100));
            assertThat(world.snapshot(second).progress()).isEqualTo("0%");
            world.pass(Duration.ofSeconds(50));
            assertThat(world.snapshot(second).progress()).isEqualTo("50%");
        }
    }

    @Test
    void reachesTheCallersRegionOnly() {
        try (World world = World.withImage()) {
            String copy = world.as(OWNER, ELSEWHERE)
                    .copySnapshot(copying(ROOT).build())
                    .snapshotId();

            assertRefused(() -> world.snapshot(copy), "InvalidSnapshot.NotFound");
            assertThat(world.as(OWNER, ELSEWHERE)
                            .describeSnapshots(request -> request.snapshotIds(copy))
                            .snapshots())
                    .hasSize(1);
        }
    }

    @Test
    void copiesWhatIsSharedAndTellsTheOwner() {
        try (World world = World.withImage()) {
            assertRefused(
                    () -> world.friend().copySnapshot(copying(ROOT).build()),
                    "InvalidSnapshot.NotFound",
                    "The snapshot '" + ROOT + "' does not exist.");

            world.shareSnapshot(ROOT, FRIEND);
            Snapshot copy = world.friend()
                    .describeSnapshots(request -> request.snapshotIds(
                            world.friend().copySnapshot(copying(ROOT).build()).snapshotId()))
                    .snapshots()
                    .get(0);

            assertThat(copy.ownerId()).isEqualTo(FRIEND);
            assertThat(world.cloud.trail().of(OWNER)).anySatisfy(record -> {
                assertThat(record.path("eventName").asText()).isEqualTo("SharedSnapshotCopyInitiated");
                assertThat(record.path("userIdentity").path("accountId").asText())
                        .isEqualTo(FRIEND);
                assertThat(record.path("serviceEventDetails").path("snapshotId").asText())
                        .isEqualTo(ROOT);
            });
        }
    }

    @Test
    void wantsACompletedSource() {
        try (World world = World.withImage()) {
            String pending = copied(world, encrypted(world, ROOT));

            assertRefused(() -> copied(world, copying(pending)), "IncorrectState");
        }
    }

    @Test
    void keepsAPromisedDuration() {
        try (World world = World.withImage()) {
            assertRefused(() -> copied(world, copying(ROOT).completionDurationMinutes(20)), "InvalidParameterValue");

            Snapshot copy = world.snapshot(copied(world, copying(ROOT).completionDurationMinutes(30)));

            assertThat(copy.transferTypeAsString()).isEqualTo("time-based");
            assertThat(copy.completionDurationMinutes()).isEqualTo(30);
        }
    }

    @Test
    void changesNothingInADryRun() {
        try (World world = World.withImage()) {
            assertRefused(() -> copied(world, copying(ROOT).dryRun(true)), "DryRunOperation");

            assertThat(world.owner().describeSnapshots(request -> {}).snapshots())
                    .hasSize(2);
        }
    }

    @Test
    void freesItsPlaceWhenItsSnapshotIsDeleted() {
        try (World world = World.withQuota(1)) {
            String copy = copied(world, encrypted(world, ROOT));

            world.owner().deleteSnapshot(request -> request.snapshotId(copy));

            assertThat(copied(world, copying(ROOT))).startsWith("snap-");
            world.settle();
            assertThat(world.owner().describeSnapshots(request -> {}).snapshots())
                    .extracting(Snapshot::stateAsString)
                    .isEqualTo(List.of("completed", "completed", "completed"));
        }
    }

    private static String copied(World world, CopySnapshotRequest.Builder request) {
        return world.owner().copySnapshot(request.build()).snapshotId();
    }

    private static CopySnapshotRequest.Builder encrypted(World world, String snapshot) {
        return copying(snapshot).encrypted(true).kmsKeyId(key(world));
    }

    private static String key(World world) {
        return kms(world).createKey(request -> {}).keyMetadata().arn();
    }

    private static KmsClient kms(World world) {
        return world.cloud.kms().client(Caller.administrator(OWNER), World.REGION);
    }
}
