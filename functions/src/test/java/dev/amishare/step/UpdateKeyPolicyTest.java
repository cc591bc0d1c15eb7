package dev.amishare.step;

import static dev.amishare.step.ShareWorld.LEDGER;
import static dev.amishare.step.ShareWorld.MINE;
import static dev.amishare.step.ShareWorld.OTHER;
import static dev.amishare.step.ShareWorld.REGION;
import static dev.amishare.step.ShareWorld.principals;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.amishare.ami.ManagedTags;
import dev.amishare.error.KeyPolicyConflict;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.KeyPolicy;
import dev.amishare.keypolicy.LaunchRights;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.TestLedger;
import dev.awssandbox.Settings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kms.model.Tag;

final class UpdateKeyPolicyTest {
    private static final String FOREIGN =
            """
            { "Sid":"Auditors", "Effect":"Deny","Principal":"*","Action":"kms:Encrypt","Resource":"*",
              "Condition":{"Bool":{"aws:SecureTransport":false}} }""";

    @Test
    void writesWhatTheLedgerSaysOnceAndIsSettledAfterATurnOfWaiting() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            InterruptedKms kms = new InterruptedKms(world.kms);

            UpdateKeyPolicy.Output first = update(world, kms, MINE, null);
            UpdateKeyPolicy.Output second = update(world, kms, MINE, first);

            assertThat(first.settled()).isFalse();
            assertThat(first.waitSeconds()).isEqualTo(5);
            assertThat(second.settled()).isTrue();
            assertThat(second.digest()).isEqualTo(first.digest());
            assertThat(kms.writes).isEqualTo(1);
            assertThat(granted(world, "222222222222")).isTrue();
            assertThat(granted(world, "444444444444")).isFalse();
        }
    }

    @Test
    void writesNothingWhereThePolicySaysItAlready() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");
            world.claim(MINE, "222222222222");
            InterruptedKms kms = new InterruptedKms(world.kms);

            UpdateKeyPolicy.Output first = update(world, kms, MINE, null);

            assertThat(first.settled()).isFalse();
            assertThat(update(world, kms, MINE, first).settled()).isTrue();
            assertThat(kms.writes).isZero();
        }
    }

    @Test
    void keepsForeignStatementsAsTheyAre() {
        try (ShareWorld world = new ShareWorld()) {
            addForeign(world, FOREIGN);
            world.claim(MINE, "222222222222");

            world.settle(MINE);

            assertThat(world.policy().replace(" ", "")).contains("\"aws:SecureTransport\":false", "AmiShareUse");
        }
    }

    @Test
    void takesPrincipalsOutAgainOnceTheirClaimIsBeingUndone() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            world.claim(MINE, "222222222222");
            world.settle(MINE);
            world.ledger.beginUndo(world.id(), MINE, MINE);

            world.settle(MINE);

            assertThat(KeyPolicy.parse(world.policy()))
                    .hasToString(KeyPolicy.parse(before).text());
        }
    }

    @Test
    void namesWhomAllSharesOfTheKeyNeed() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");
            silver(world, "444444444444");
            settleSilver(world);
            world.claim(MINE, "555555555555");

            world.settle(MINE);

            assertThat(granted(world, "222222222222", "444444444444", "555555555555"))
                    .isTrue();
        }
    }

    @Test
    void writesAgainWhereKmsHasAcceptedAnotherExecutionsAdditionsMeanwhile() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            ShareId silver = silver(world, "444444444444");
            InterruptedKms kms = new InterruptedKms(world.kms)
                    .beforeWrite(() -> world.ledger.recordProven(silver, OTHER, principals("444444444444")));

            update(world, kms, MINE, null);

            assertThat(kms.writes).isEqualTo(2);
            assertThat(granted(world, "222222222222", "444444444444")).isTrue();
        }
    }

    @Test
    void leavesOutWhomAnotherExecutionAddsAndKmsHasNotAccepted() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            silver(world, "999900000000", "444444444444");
            InterruptedKms kms = new InterruptedKms(world.kms);

            UpdateKeyPolicy.Output first = update(world, kms, MINE, null);

            assertThat(update(world, kms, MINE, first).settled()).isTrue();
            assertThat(kms.writes).isEqualTo(1);
            assertThat(granted(world, "222222222222")).isTrue();
            assertThat(world.policy()).doesNotContain("444444444444", "999900000000");
        }
    }

    @Test
    void writesDownWhomKmsHasAcceptedAndNobodyElse() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            ShareId silver = silver(world, "444444444444");

            world.updateKeyPolicy(MINE, null);

            assertThat(world.ledger.read(world.id()).proven()).isEqualTo(principals("222222222222"));
            assertThat(world.ledger.read(silver).proven()).isEqualTo(Principals.none());
        }
    }

    @Test
    void isNotHarmedByDyingBetweenItsWriteAndItsRecord() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            InterruptedKms kms = new InterruptedKms(world.kms).afterWrite(() -> {
                throw new IllegalStateException("killed");
            });

            assertThatThrownBy(() -> update(world, kms, MINE, null)).hasMessage("killed");
            assertThat(world.ledger.read(world.id()).proven()).isEqualTo(Principals.none());
            UpdateKeyPolicy.Output again = update(world, kms, MINE, null);

            assertThat(update(world, kms, MINE, again).settled()).isTrue();
            assertThat(kms.writes).isEqualTo(1);
            assertThat(world.ledger.read(world.id()).proven()).isEqualTo(principals("222222222222"));
        }
    }

    @Test
    void losesNobodyToAnotherExecutionThatWritesBetweenReadAndWrite() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            ShareId silver = new ShareId(world.key, "silver");
            InterruptedKms kms = new InterruptedKms(world.kms).beforeWrite(() -> {
                TestLedger.claim(world.ledger, silver, OTHER, principals("444444444444"));
                world.updateKeyPolicy().run(new UpdateKeyPolicy.Input(world.key, REGION, OTHER, "silver", null, 0));
            });

            update(world, kms, MINE, null);

            assertThat(granted(world, "222222222222", "444444444444")).isTrue();
        }
    }

    @Test
    void repairsWhatSomebodyElseOverwroteWithOldText() {
        try (ShareWorld world = new ShareWorld()) {
            String old = world.policy();
            addForeign(world, FOREIGN);
            world.claim(MINE, "222222222222");
            UpdateKeyPolicy.Output first = world.updateKeyPolicy(MINE, null);
            world.putPolicy(old);

            UpdateKeyPolicy.Output second = world.updateKeyPolicy(MINE, first);

            assertThat(second.settled()).isFalse();
            assertThat(granted(world, "222222222222")).isTrue();
            assertThat(world.updateKeyPolicy(MINE, second).settled()).isTrue();
        }
    }

    @Test
    void takesAPolicyThatReadsAsBeforeItsWriteForLateAndDoesNotWriteAtOnce() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            world.claim(MINE, "222222222222");
            InterruptedKms kms = new InterruptedKms(world.kms);
            UpdateKeyPolicy.Output output = update(world, kms, MINE, null);
            world.putPolicy(before);

            for (int turn = 1; turn <= 3; turn++) {
                output = update(world, kms, MINE, output);
                assertThat(kms.writes).isEqualTo(1);
            }
            output = update(world, kms, MINE, output);

            assertThat(kms.writes).isEqualTo(2);
            assertThat(update(world, kms, MINE, output).settled()).isTrue();
        }
    }

    @Test
    void outlastsAKeyPolicyThatBecomesVisibleLate() {
        try (ShareWorld world = new ShareWorld(slow(Duration.ofSeconds(90)))) {
            world.claim(MINE, "222222222222");

            UpdateKeyPolicy.Output output = world.settle(MINE);

            assertThat(output.settled()).isTrue();
            assertThat(granted(world, "222222222222")).isTrue();
        }
    }

    private static Settings slow(Duration keyPolicyDelay) {
        Settings usual = Settings.defaults();
        return new Settings(usual.largestCopy(), usual.copiesInFlight(), keyPolicyDelay, usual.imageVisibility());
    }

    @Test
    void endsInAConflictWithSomebodyWhoAlwaysOverwrites() {
        try (ShareWorld world = new ShareWorld()) {
            String theirs = world.policy();
            world.claim(MINE, "222222222222");

            assertThatThrownBy(() -> {
                        UpdateKeyPolicy.Output output = world.updateKeyPolicy(MINE, null);
                        while (!output.settled()) {
                            world.passTime(Duration.ofSeconds(output.waitSeconds()));
                            world.putPolicy(theirs);
                            output = world.updateKeyPolicy(MINE, output);
                        }
                    })
                    .isInstanceOf(KeyPolicyConflict.class)
                    .hasMessageContainingAll(world.key, "AmiShareUse", "CloudTrail");
        }
    }

    @Test
    void beginsAnewWhereItWasSettledBeforeAndItsPrincipalsWereGone() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            world.claim(MINE, "222222222222");
            UpdateKeyPolicy.Output settled = world.settle(MINE);
            world.putPolicy(before);

            UpdateKeyPolicy.Output again = world.updateKeyPolicy(MINE, settled);

            assertThat(again.settled()).isFalse();
            assertThat(again.turn()).isEqualTo(1);
            assertThat(granted(world, "222222222222")).isTrue();
        }
    }

    @Test
    void findsOutWhichPrincipalDoesNotExistInAFewWritesATurn() {
        try (ShareWorld world = new ShareWorld()) {
            String[] targets = IntStream.range(0, 40)
                    .mapToObj(i -> i == 17 ? "999900000017" : String.format("2%011d", i))
                    .toArray(String[]::new);
            world.claim(MINE, targets);
            InterruptedKms kms = new InterruptedKms(world.kms);

            assertThatThrownBy(() -> search(world, kms))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining("999900000017")
                    .hasMessageNotContaining("200000000016")
                    .hasMessageNotContaining("not tested");
            assertThat(kms.writes).isLessThan(12);
        }
    }

    @Test
    void testsOnlyItsOwnAndNamesTenOfManyThatDoNotExist() {
        try (ShareWorld world = new ShareWorld()) {
            ShareId silver = silver(world, "444444444444");
            world.claim(MINE, ghosts(300));
            InterruptedKms kms = new InterruptedKms(world.kms);

            assertThatThrownBy(() -> search(world, kms))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("999900000000", "999900000009", "290 more were not tested")
                    .hasMessageNotContaining("999900000010,");
            assertThat(kms.writes).isLessThan(30);
            assertThat(world.policy()).doesNotContain("444444444444");
            assertThat(world.ledger.read(silver).proven()).isEqualTo(Principals.none());
        }
    }

    @Test
    void isNotHeldUpByAnotherExecutionsSearch() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, ghosts(300));
            UpdateKeyPolicy.Output searching = world.updateKeyPolicy(MINE, null);
            silver(world, "444444444444");

            assertThat(settleSilver(world).settled()).isTrue();
            assertThatThrownBy(() -> search(world, new InterruptedKms(world.kms), searching))
                    .isInstanceOf(NotShareable.class);
            assertThat(granted(world, "444444444444")).isTrue();
        }
    }

    private static String[] ghosts(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> String.format("9999%08d", i))
                .toArray(String[]::new);
    }

    private static void search(ShareWorld world, InterruptedKms kms) {
        search(world, kms, null);
    }

    /** Turns, none of which writes more than a handful of times, until it ends. */
    private static void search(ShareWorld world, InterruptedKms kms, UpdateKeyPolicy.@Nullable Output begun) {
        UpdateKeyPolicy.Output output = begun;
        do {
            int before = kms.writes;
            world.passTime(Duration.ofSeconds(5));
            output = update(world, kms, MINE, output);
            assertThat(kms.writes - before).isLessThanOrEqualTo(5);
            assertThat(output.waitSeconds()).isGreaterThanOrEqualTo(5);
        } while (!output.settled());
    }

    @Test
    void leavesOutWhomKmsHasAcceptedForAnotherExecutionAndWhoDiedSince() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            String role = world.role("333333333333", "Launcher");
            ShareId silver = silver(world, role, "444444444444");
            settleSilver(world);
            world.putPolicy(before);
            deleteRole(world, "333333333333", "Launcher");
            world.claim(MINE, "222222222222");

            UpdateKeyPolicy.Output output = world.settle(MINE);

            assertThat(output.leftOut()).containsExactly(role);
            assertThat(output.orphaned()).isNull();
            assertThat(granted(world, "222222222222", "444444444444")).isTrue();
            assertThat(world.ledger.read(silver).adding()).isEqualTo(principals(role, "444444444444"));
        }
    }

    @Test
    void leavesADeletedRoleOutAndNeverGrantsItToANewOneOfItsName() {
        try (ShareWorld world = new ShareWorld()) {
            String role = world.role("333333333333", "Launcher");
            world.shared("222222222222", role);
            deleteRole(world, "333333333333", "Launcher");
            world.role("333333333333", "Launcher");
            world.claim(MINE, "444444444444");

            UpdateKeyPolicy.Output first = world.updateKeyPolicy(MINE, null);

            assertThat(first.orphaned()).containsExactly(role);
            assertThat(world.ledger.read(world.id()).committed().orElseThrow().orphaned())
                    .isEqualTo(principals(role));
            assertThat(granted(world, "222222222222", "444444444444")).isTrue();
            assertThat(world.policy()).doesNotContain("Launcher", "AROA");
            assertThat(world.updateKeyPolicy(MINE, first).settled()).isTrue();
        }
    }

    @Test
    void grantsARoleThatWasMadeAnewOnceSomebodyAsksForItAgain() {
        try (ShareWorld world = new ShareWorld()) {
            String role = world.role("333333333333", "Launcher");
            world.shared(role);
            deleteRole(world, "333333333333", "Launcher");
            world.ledger.markOrphaned(world.id(), principals(role));
            world.role("333333333333", "Launcher");
            world.claim(MINE, role);

            world.settle(MINE);

            assertThat(granted(world, role)).isTrue();
        }
    }

    @Test
    void marksACommittedPrincipalThatKmsRefusesAndGoesOn() {
        try (ShareWorld world = new ShareWorld()) {
            String administration = world.policy();
            String role = world.role("333333333333", "Launcher");
            world.shared(role);
            world.putPolicy(administration);
            deleteRole(world, "333333333333", "Launcher");
            world.claim(MINE, "444444444444");

            UpdateKeyPolicy.Output output = world.updateKeyPolicy(MINE, null);

            assertThat(output.orphaned()).containsExactly(role);
            assertThat(granted(world, "444444444444")).isTrue();
        }
    }

    @Test
    void saysWhoseOrphanForbidsEveryWrite() {
        try (ShareWorld world = new ShareWorld()) {
            String role = world.role("333333333333", "Auditor");
            addForeign(world, FOREIGN.replace("\"*\",\"Action\"", "{\"AWS\":\"" + role + "\"},\"Action\""));
            deleteRole(world, "333333333333", "Auditor");
            world.claim(MINE, "222222222222");

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("AROA", world.key, "not of AMI Share");
        }
    }

    @Test
    void failsTheLaterOfARoleAndItsAccountThatCameAtOnce() {
        try (ShareWorld world = new ShareWorld()) {
            String role = world.role("333333333333", "Launcher");
            silver(world, "333333333333");
            world.claim(MINE, role);

            assertThatThrownBy(() -> settleSilver(world))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(role, "333333333333");
            assertThat(world.policy()).doesNotContain("AmiShare");
            assertThat(world.settle(MINE).settled()).isTrue();
        }
    }

    @Test
    void failsTheLaterOfTwoThatNameOtherRolesOfAnAccount() {
        try (ShareWorld world = new ShareWorld()) {
            String blue = world.role("333333333333", "Blue");
            String green = world.role("333333333333", "Green");
            silver(world, green);
            world.claim(MINE, blue);

            assertThatThrownBy(() -> settleSilver(world))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("333333333333", blue, green, "image 'golden-encrypted'", "kmsKeyId");
            world.settle(MINE);
            assertThat(granted(world, blue)).isTrue();
            assertThat(granted(world, green)).isFalse();
        }
    }

    @Test
    void doesNotGrantWhatALaterOneHasGotAcceptedAndMustGiveBack() {
        try (ShareWorld world = new ShareWorld()) {
            String blue = world.role("333333333333", "Blue");
            String green = world.role("333333333333", "Green");
            ShareId silver = silver(world, green, "444444444444");
            world.claim(MINE, blue);
            UpdateKeyPolicy.Output first = world.updateKeyPolicy(MINE, null);
            world.ledger.recordProven(silver, OTHER, principals(green, "444444444444"));

            UpdateKeyPolicy.Output second = world.updateKeyPolicy(MINE, first);

            assertThat(second.settled()).isFalse();
            assertThat(granted(world, blue, "444444444444")).isTrue();
            assertThat(granted(world, green)).isFalse();
        }
    }

    @Test
    void givesWayToALaterOneThatWasAcceptedBeforeThisOneWroteAnything() {
        try (ShareWorld world = new ShareWorld()) {
            String blue = world.role("333333333333", "Blue");
            silver(world, world.role("333333333333", "Green"));
            settleSilver(world);
            world.claim(MINE, blue);

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(blue, "image 'silver'");
            assertThat(granted(world, blue)).isFalse();
        }
    }

    @Test
    void goesOnUnderALedgerThatBreaksTheRuleAlready() {
        try (ShareWorld world = new ShareWorld()) {
            String blue = world.role("333333333333", "Blue");
            world.shared(blue);
            ShareId silver = silver(world, world.role("333333333333", "Green"));
            world.ledger.commit(
                    silver,
                    OTHER,
                    "ami-0ccccccccccccccc1",
                    List.of(),
                    world.ledger.read(silver).adding(),
                    ShareWorld.NOON);
            world.claim(MINE, blue, "222222222222");

            world.settle(MINE);

            assertThat(granted(world, blue, "222222222222")).isTrue();
        }
    }

    @Test
    void refusesWhatDoesNotFitTogetherAndStillLetsOthersUndo() {
        try (ShareWorld world = new ShareWorld()) {
            String[] many = IntStream.range(0, 300)
                    .mapToObj(i -> String.format("2%011d", i))
                    .toArray(String[]::new);
            String[] more = IntStream.range(0, 300)
                    .mapToObj(i -> String.format("3%011d", i))
                    .toArray(String[]::new);
            silver(world, many);
            settleSilver(world);
            world.claim(MINE, more);

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining("32,768");
            world.ledger.beginUndo(world.id(), MINE, MINE);
            assertThat(world.settle(MINE).settled()).isTrue();
            assertThat(granted(world, many)).isTrue();
        }
    }

    @Test
    void neverWritesThePolicyOfAKeyThatIsNotManaged() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            world.kms.untagResource(r -> r.keyId(world.key).tagKeys(ManagedTags.MANAGED));
            world.claim(MINE, "222222222222");

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining(ManagedTags.MANAGED);
            assertThat(world.policy()).isEqualTo(before);
        }
    }

    @Test
    void marksAKeyBeforeItsFirstWriteAndLooksAgainWhenItIsSettled() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            List<String> marks = new ArrayList<>();
            InterruptedKms kms = new InterruptedKms(world.kms).beforeWrite(() -> marks.add(mark(world)));

            UpdateKeyPolicy.Output first = update(world, kms, MINE, null);
            update(world, kms, MINE, first);

            assertThat(marks).containsExactly(LEDGER);
            assertThat(kms.tagReads).isEqualTo(2);
        }
    }

    @Test
    void looksAtNoTagsWhereNothingIsToBeWritten() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222");
            world.claim(MINE, "222222222222");
            InterruptedKms kms = new InterruptedKms(world.kms);

            update(world, kms, MINE, update(world, kms, MINE, null));

            assertThat(kms.tagReads).isZero();
        }
    }

    @Test
    void writesNothingUnderAnotherDeploymentsMark() {
        try (ShareWorld world = new ShareWorld()) {
            String before = world.policy();
            mark(world, THEIRS);
            world.claim(MINE, "222222222222");

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(THEIRS, LEDGER, "aws kms tag-resource", world.key);
            assertThat(world.policy()).isEqualTo(before);
            assertThat(mark(world)).isEqualTo(THEIRS);
        }
    }

    @Test
    void failsWhereAnotherDeploymentHasMarkedTheKeyAtTheSameTime() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            UpdateKeyPolicy.Output first = world.updateKeyPolicy(MINE, null);
            mark(world, THEIRS);

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, first))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining(THEIRS);
        }
    }

    @Test
    void leavesThePolicyToTheDeploymentThatTookTheKeyOverAndEndsItsUndo() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            world.settle(MINE);
            mark(world, THEIRS);
            world.ledger.beginUndo(world.id(), MINE, MINE);
            InterruptedKms kms = new InterruptedKms(world.kms);

            assertThat(update(world, kms, MINE, null).settled()).isTrue();
            assertThat(kms.writes).isZero();
            assertThat(mark(world)).isEqualTo(THEIRS);
        }
    }

    @Test
    void grantsNothingToCommittedOnesOutsideTheBoundary() {
        try (ShareWorld world = new ShareWorld()) {
            world.shared("222222222222", "444444444444");
            world.claim(MINE, "555555555555");
            Boundary narrower =
                    new Boundary(false, new TreeSet<>(List.of("222222222222", "555555555555")), new TreeSet<>());

            new UpdateKeyPolicy(world.ledger, region -> world.kms, narrower, LEDGER).run(world.input(MINE, null));

            assertThat(granted(world, "222222222222", "555555555555")).isTrue();
            assertThat(world.policy()).doesNotContain("444444444444");
        }
    }

    @Test
    void addsNobodyOutsideTheBoundary() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222", "444444444444");
            Boundary narrower = new Boundary(false, new TreeSet<>(List.of("222222222222")), new TreeSet<>());

            assertThatThrownBy(() -> new UpdateKeyPolicy(world.ledger, region -> world.kms, narrower, LEDGER)
                            .run(world.input(MINE, null)))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining("account 444444444444 is outside");
            assertThat(world.policy()).doesNotContain("AmiShare");
        }
    }

    private static final String THEIRS = "arn:aws:dynamodb:us-east-1:111111111111:table/Theirs";

    private static String mark(ShareWorld world) {
        return world.kms.listResourceTags(r -> r.keyId(world.key)).tags().stream()
                .filter(tag -> tag.tagKey().equals(ManagedTags.LEDGER))
                .map(Tag::tagValue)
                .findFirst()
                .orElse("none");
    }

    private static void mark(ShareWorld world, String ledger) {
        world.kms.tagResource(r -> r.keyId(world.key)
                .tags(Tag.builder().tagKey(ManagedTags.LEDGER).tagValue(ledger).build()));
    }

    /** Another execution's claim on another image; later than whatever this one claims within the hour. */
    private static ShareId silver(ShareWorld world, String... targets) {
        ShareId silver = new ShareId(world.key, "silver");
        Instant later = world.cloud.kernel().now().plus(Duration.ofHours(1));
        TestLedger.claim(world.ledger, silver, OTHER, TestLedger.SOURCE, later, principals(targets));
        return silver;
    }

    private static UpdateKeyPolicy.Output settleSilver(ShareWorld world) {
        UpdateKeyPolicy.Output output = null;
        do {
            int turn = output == null ? 0 : output.turn();
            world.passTime(Duration.ofSeconds(5));
            output = world.updateKeyPolicy()
                    .run(new UpdateKeyPolicy.Input(world.key, REGION, OTHER, "silver", output, turn));
        } while (!output.settled());
        return output;
    }

    private static UpdateKeyPolicy.Output update(
            ShareWorld world, InterruptedKms kms, String execution, UpdateKeyPolicy.@Nullable Output previous) {
        return new UpdateKeyPolicy(world.ledger, region -> kms, Boundary.unlimited(), LEDGER)
                .run(world.input(execution, previous));
    }

    private static boolean granted(ShareWorld world, String... targets) {
        KeyPolicy policy = KeyPolicy.parse(world.policy());
        Principals wanted = principals(targets);
        return wanted.stream().allMatch(p -> isGranted(policy, p, world.key));
    }

    private static boolean isGranted(KeyPolicy policy, Principal principal, String key) {
        return LaunchRights.judge(policy, principal, Boundary.unlimited(), key) instanceof LaunchRights.Granted;
    }

    private static void addForeign(ShareWorld world, String statement) {
        String policy = world.policy();
        int end = policy.lastIndexOf(']');
        world.putPolicy(policy.substring(0, end) + "," + statement + policy.substring(end));
    }

    private static void deleteRole(ShareWorld world, String account, String name) {
        world.cloud.iam().client(ShareWorld.administrator(account), REGION).deleteRole(r -> r.roleName(name));
    }
}
