package dev.amishare.step;

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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

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
            TestLedger.claim(world.ledger, new ShareId(world.key, "silver"), OTHER, principals("444444444444"));
            world.claim(MINE, "555555555555");

            world.settle(MINE);

            assertThat(granted(world, "222222222222", "444444444444", "555555555555"))
                    .isTrue();
        }
    }

    @Test
    void writesAgainWhereAnotherExecutionHasClaimedMeanwhile() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            ShareId silver = new ShareId(world.key, "silver");
            InterruptedKms kms = new InterruptedKms(world.kms)
                    .beforeWrite(() -> TestLedger.claim(world.ledger, silver, OTHER, principals("444444444444")));

            update(world, kms, MINE, null);

            assertThat(kms.writes).isEqualTo(2);
            assertThat(granted(world, "222222222222", "444444444444")).isTrue();
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
    void findsOutWhichPrincipalDoesNotExist() {
        try (ShareWorld world = new ShareWorld()) {
            String[] targets = IntStream.range(0, 40)
                    .mapToObj(i -> i == 17 ? "999900000017" : String.format("2%011d", i))
                    .toArray(String[]::new);
            world.claim(MINE, targets);

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContaining("999900000017")
                    .hasMessageNotContaining("200000000016");
        }
    }

    @Test
    void leavesOutWhomOnlyAnotherExecutionAddsAndDoesNotAnswerForIt() {
        try (ShareWorld world = new ShareWorld()) {
            world.claim(MINE, "222222222222");
            TestLedger.claim(
                    world.ledger, new ShareId(world.key, "silver"), OTHER, principals("999900000000", "444444444444"));

            UpdateKeyPolicy.Output output = world.settle(MINE);

            assertThat(output.leftOut()).containsExactly("999900000000");
            assertThat(granted(world, "222222222222", "444444444444")).isTrue();
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
    void refusesARoleBesideItsAccountWhenBothCameAtOnce() {
        try (ShareWorld world = new ShareWorld()) {
            String role = world.role("333333333333", "Launcher");
            TestLedger.claim(world.ledger, new ShareId(world.key, "silver"), OTHER, principals("333333333333"));
            world.claim(MINE, role);

            assertThatThrownBy(() -> world.updateKeyPolicy(MINE, null))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(role, "333333333333");
            assertThat(world.policy()).doesNotContain("AmiShare");
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
            TestLedger.claim(world.ledger, new ShareId(world.key, "silver"), OTHER, principals(many));
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

    private static UpdateKeyPolicy.Output update(
            ShareWorld world, InterruptedKms kms, String execution, UpdateKeyPolicy.@Nullable Output previous) {
        return new UpdateKeyPolicy(world.ledger, region -> kms, Boundary.unlimited())
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
