package dev.amishare.step;

import static dev.amishare.step.SourceAccount.GOLDEN;
import static dev.amishare.step.SourceAccount.HOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Targets;
import dev.amishare.ami.Way;
import dev.amishare.error.InvalidRequest;
import dev.amishare.error.NotShareable;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.ShareId;
import dev.amishare.ledger.TestLedger;
import dev.awssandbox.Caller;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.kms.model.KeySpec;
import software.amazon.awssdk.services.kms.model.KeyUsageType;

/** The door: what is let in and how it is planned, and what is refused, with which words. */
final class PlanShareTest {
    private static final String TO_B =
            "\"sourceImageId\": \"ami-0123456789abcdef0\", \"targets\": {\"accounts\": [\"222222222222\"]}";

    @Test
    void plansTheSmallestRequestWithDefaults() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            PlanShare.Output plan = account.plan("{" + TO_B + "}");

            assertThat(plan.sourceImageId()).isEqualTo(GOLDEN);
            RegionPlan region = plan.regions().get(0);
            assertThat(region.region()).isEqualTo(HOME);
            assertThat(region.sourceRegion()).isEqualTo(HOME);
            assertThat(region.keyArn()).isEqualTo(account.key);
            assertThat(region.imageName()).matches("golden-encrypted-[0-9a-f]{16}");
            assertThat(region.way()).isEqualTo(Way.SNAPSHOTS);
            assertThat(region.volumes())
                    .containsExactly(
                            new RegionPlan.SourceVolume("/dev/xvda", "snap-0aaaaaaaaaaaaaaa1", 8),
                            new RegionPlan.SourceVolume("/dev/sdb", "snap-0aaaaaaaaaaaaaaa2", 20));
            assertThat(region.targets())
                    .isEqualTo(new Targets(List.of("222222222222"), List.of(), List.of(), List.of()));
            assertThat(region.tags()).isEqualTo(Map.of("os", "linux"));
            assertThat(region.verify()).isEqualTo(new RegionPlan.VerifyOptions(List.of("t3.micro"), false));
            assertThat(region.shareSnapshots()).isFalse();
            assertThat(region.notes()).isEmpty();
        }
    }

    @Test
    void changesNothing() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String before =
                    account.cloud.ec2().state(SourceAccount.ACCOUNT, HOME).toString()
                            + account.cloud.kms().state(SourceAccount.ACCOUNT, HOME);
            account.plan("{" + TO_B + "}");
            assertThat(account.ledger.sharesUnder(account.key)).isEmpty();
            assertThat(account.cloud.ec2().state(SourceAccount.ACCOUNT, HOME).toString()
                            + account.cloud.kms().state(SourceAccount.ACCOUNT, HOME))
                    .isEqualTo(before);
        }
    }

    @Test
    void looksTheAliasUpInEachRegion() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String inIreland = account.key("eu-west-1", "alias/ami-share");
            String inFrankfurt = account.key("eu-central-1", "alias/other");

            List<RegionPlan> plans = account.plan("{" + TO_B
                            + ", \"regions\": [{\"region\": \"us-east-1\"}, {\"region\": \"eu-west-1\"}, "
                            + "{\"region\": \"eu-central-1\", \"kmsKeyId\": \"alias/other\"}]}")
                    .regions();

            assertThat(plans).extracting(RegionPlan::keyArn).containsExactly(account.key, inIreland, inFrankfurt);
            assertThat(plans).extracting(RegionPlan::region).containsExactly("us-east-1", "eu-west-1", "eu-central-1");
            assertThat(plans).extracting(RegionPlan::imageName).doesNotHaveDuplicates();
        }
    }

    @Test
    void aProfileStandsInsteadOfTargetsOrBesideThem() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.profile("golden", "{\"targets\": {\"accounts\": [\"333333333333\"]}, \"name\": \"golden-shared\"}");

            RegionPlan alone = account.plan("{\"sourceImageId\": \"" + GOLDEN + "\", \"profile\": \"golden\"}")
                    .regions()
                    .get(0);
            RegionPlan beside = account.plan("{" + TO_B + ", \"profile\": \"golden\"}")
                    .regions()
                    .get(0);

            assertThat(alone.targets().accounts()).containsExactly("333333333333");
            assertThat(alone.imageName()).isEqualTo("golden-shared");
            assertThat(beside.targets().accounts()).containsExactly("222222222222", "333333333333");
        }
    }

    @Test
    void aTagNamesAProfile() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.profile("golden", "{\"targets\": {\"accounts\": [\"333333333333\"]}}");
            assertThat(account.plan(tagged("golden")).regions().get(0).targets().accounts())
                    .containsExactly("333333333333");
            assertThatThrownBy(() -> account.plan(tagged("nobody")))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessage("profile: there is no profile 'nobody': an administrator keeps it as the parameter "
                            + "/ami-share/profiles/nobody in us-east-1 of account 111111111111");
        }
    }

    @Test
    void sharesNoSnapshotsOfTheSourcesOwnByWhateverWayItWouldBeSharedToday() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String source = account.make(account.planOf(GOLDEN)).imageId();
            account.untilAvailable(source);
            RegionPlan plan = account.planOf(source);
            account.claim(plan);
            RegisterAmi.Output shared = account.register(plan, List.of());
            account.ledger.commit(
                    SourceAccount.id(plan),
                    SourceAccount.EXECUTION,
                    shared.imageId(),
                    shared.snapshots(),
                    Principals.none(),
                    account.now());
            account.untilAvailable(shared.imageId());
            account.ec2(SourceAccount.HOME)
                    .attachImageWatermark(r -> r.imageId(source).watermarkName("w"));

            assertThat(account.planOf(source).way()).isEqualTo(Way.COPY_IMAGE);
            assertThatThrownBy(() -> account.plan("{\"sourceImageId\": \"" + source
                            + "\", \"targets\": {\"accounts\": [\"222222222222\"]}, \"shareSnapshots\": true}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith("shareSnapshots: " + source);
        }
    }

    @Test
    void whatIsWhollyUnderTheShareKeyIsNotCopied() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegisterAmi.Output shared = account.make(account.planOf(GOLDEN));
            account.untilAvailable(shared.imageId());
            RegionPlan again = account.planOf(shared.imageId());
            assertThat(again.way()).isEqualTo(Way.SAME_SNAPSHOTS);
            assertThatThrownBy(() -> account.plan("{\"sourceImageId\": \"" + shared.imageId()
                            + "\", \"targets\": {\"accounts\": [\"222222222222\"]}, \"shareSnapshots\": true}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith(
                            "shareSnapshots: " + shared.imageId() + " is under " + account.key + " already");
        }
    }

    @Test
    void aPastDeprecationIsNotTakenOverAndSaid() {
        try (SourceAccount account = SourceAccount.empty()) {
            RegionPlan plan = account.planOf(account.load(SourceAccount.recorded("al2023-x86-deprecated-gp3")));
            assertThat(plan.source().deprecationTime()).isNull();
            assertThat(plan.notes()).hasSize(1).first().asString().startsWith("the source is deprecated since ");
        }
    }

    @Test
    void tagsForWhichThereIsNoRoomAreLeftOutAndSaid() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.ec2(HOME).createTags(create -> create.resources(GOLDEN)
                    .tags(IntStream.range(0, 45)
                            .mapToObj(i -> Tag.builder().key("k" + i).value("v").build())
                            .toList()));
            RegionPlan plan = account.plan("{" + TO_B + ", \"tags\": {\"a\": \"1\", \"b\": \"2\"}}")
                    .regions()
                    .get(0);
            assertThat(plan.tags()).hasSize(46).containsEntry("a", "1").containsEntry("os", "linux");
            assertThat(plan.notes()).containsExactly("tags left out of the image, which can bear 50: k43, k44");
        }
    }

    @Test
    void fourHundredAndFiftyAccountsFit() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThat(account.lettingName(450)
                            .plan(toAccounts(450))
                            .regions()
                            .get(0)
                            .targets()
                            .accounts())
                    .hasSize(450);
        }
    }

    @Test
    void sixHundredAccountsDoNot() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.lettingName(600).plan(toAccounts(600)))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(account.key, "32,768", "organization");
        }
    }

    // What is refused

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            maxCharsPerColumn = 2000,
            textBlock =
                    """
            {"sourceImageId": "ami-0123456789abcdef0"} | InvalidRequest | targets: missing: name at least one account, role, organization or organizational unit, or a profile that does
            {"sourceImageId": "ami-0000000000000dead", "targets": {"accounts": ["222222222222"]}} | InvalidRequest | sourceImageId: ami-0000000000000dead does not exist in us-east-1, or is not shared with account 111111111111: check the id and the Region
            {TO_B, "kmsKeyId": "alias/nowhere"} | InvalidRequest | kmsKeyId: alias/nowhere does not exist in us-east-1 of account 111111111111: check the name and the Region, or make the key first
            {TO_B, "kmsKeyId": "00000000-0000-0000-0000-000000000000"} | InvalidRequest | kmsKeyId: 00000000-0000-0000-0000-000000000000 does not exist in us-east-1 of account 111111111111: check the name and the Region, or make the key first
            {TO_B, "kmsKeyId": "arn:aws:kms:eu-west-1:111111111111:alias/x"} | InvalidRequest | kmsKeyId: arn:aws:kms:eu-west-1:111111111111:alias/x is a key of eu-west-1, but the image is to be shared in us-east-1, and keys are Regional: name a key of us-east-1 in regions, or an alias that is there in every Region
            {TO_B, "kmsKeyId": "KEY", "regions": [{"region": "us-east-1"}, {"region": "eu-west-1"}]} | InvalidRequest | kmsKeyId: KEY is a key of us-east-1, but the image is to be shared in eu-west-1, and keys are Regional: name a key of eu-west-1 in regions, or an alias that is there in every Region
            {TO_B, "regions": [{"region": "eu-west-1"}]} | InvalidRequest | kmsKeyId: alias/ami-share does not exist in eu-west-1 of account 111111111111: check the name and the Region, or make the key first
            {TO_B, "kmsKeyId": "arn:aws:kms:us-east-1:999900001111:alias/x"} | NotShareable | kmsKeyId: arn:aws:kms:us-east-1:999900001111:alias/x is a key of account 999900001111, whose policy only that account can change: name a key of account 111111111111
            {TO_B, "profile": "nobody"} | InvalidRequest | profile: there is no profile 'nobody': an administrator keeps it as the parameter /ami-share/profiles/nobody in us-east-1 of account 111111111111
            {TO_B, "profile": "broken"} | InvalidRequest | profile broken (parameter /ami-share/profiles/broken): targets.accounts[0]: must be a string of twelve digits, not 'all';profile broken (parameter /ami-share/profiles/broken): sourceImageId: unknown field: correct or remove it
            {TO_B, "verify": {"instanceTypes": ["t4g.micro"]}} | InvalidRequest | verify.instanceTypes: t4g.micro cannot boot ami-0123456789abcdef0, which is made for x86_64: name a type of that architecture, or leave it out
            {TO_B, "verify": {"instanceTypes": ["m5.large"]}} | NotShareable | verify.instanceTypes: m5.large is not among the types that the verifier roles may ask for: name one of [t2.micro, t3.micro, t4g.micro], or have an administrator deploy with it
            {TO_B, "verify": {"canary": true}} | InvalidRequest | verify.canary: this deployment has no canary role: leave it out or set it to false
            {"sourceImageId": "ami-0123456789abcdef0", "shareSnapshots": true, "targets": {"organizations": ["arn:aws:organizations::111111111111:organization/o-example1234"]}} | InvalidRequest | shareSnapshots: AWS can share snapshots with accounts only, not with organizations or organizational units: leave shareSnapshots out, or name accounts
            {"sourceImageId": "ami-0123456789abcdef0", "targets": {"accounts": ["333333333333"], "roles": ["arn:aws:iam::333333333333:role/Launcher"]}} | NotShareable | role arn:aws:iam::333333333333:role/Launcher and the whole account 333333333333 would share key KEY: naming the role would restrict nothing. Share with one of them only, or use another key (kmsKeyId) for one of them.
            {"sourceImageId": "ami-x", "kmsKeyId": "alias/nowhere", "targets": {"accounts": ["2"]}, "nmae": "x"} | InvalidRequest | sourceImageId: must be an image id such as ami-0123456789abcdef0, not 'ami-x';targets.accounts[0]: must be a string of twelve digits, not '2';nmae: unknown field: correct or remove it;kmsKeyId: alias/nowhere does not exist in us-east-1 of account 111111111111: check the name and the Region, or make the key first
            """)
    void refusesWithEveryReasonAndTheRemedy(String request, String error, String lines) {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.profile("broken", "{\"targets\": {\"accounts\": [\"all\"]}, \"sourceImageId\": \"x\"}");
            Throwable thrown = catchThrowable(
                    () -> account.plan(request.replace("TO_B", TO_B).replace("KEY", account.key)));
            assertThat(thrown.getClass().getSimpleName()).isEqualTo(error);
            assertThat(String.valueOf(thrown.getMessage()).split("\n", -1))
                    .containsExactly(lines.replace("KEY", account.key).split(";", -1));
        }
    }

    @Test
    void refusesKeysThatAwsManages() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan("{" + TO_B + ", \"kmsKeyId\": \"alias/aws/ebs\"}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("kmsKeyId: " + account.cloud.kms().ebsKey(SourceAccount.ACCOUNT, HOME)
                            + " is an AWS managed key, whose policy nobody can change, so nothing under it can be shared: name a "
                            + "customer managed key");
        }
    }

    @Test
    void refusesDisabledDeletedAndAsymmetricKeysAndThoseWithoutTheTag() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String disabled = account.key(HOME, "alias/disabled");
            account.kms(HOME).disableKey(disable -> disable.keyId(disabled));
            String deleted = account.key(HOME, "alias/deleted");
            account.kms(HOME)
                    .scheduleKeyDeletion(delete -> delete.keyId(deleted).pendingWindowInDays(7));
            String asymmetric = account.kms(HOME)
                    .createKey(create -> create.keySpec(KeySpec.RSA_2048).keyUsage(KeyUsageType.ENCRYPT_DECRYPT))
                    .keyMetadata()
                    .arn();

            assertThatThrownBy(() -> account.plan("{" + TO_B + ", \"kmsKeyId\": \"alias/disabled\"}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("kmsKeyId: " + disabled
                            + " is in state Disabled: enable it (aws kms enable-key), or name another key");
            assertThatThrownBy(() -> account.plan("{" + TO_B + ", \"kmsKeyId\": \"alias/deleted\"}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage(
                            "kmsKeyId: " + deleted
                                    + " is in state PendingDeletion: it is about to be deleted: cancel that and enable it, or name another key");
            assertThatThrownBy(() -> account.plan("{" + TO_B + ", \"kmsKeyId\": \"" + asymmetric + "\"}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("kmsKeyId: " + asymmetric
                            + " is of type RSA_2048 for ENCRYPT_DECRYPT, but EBS encrypts with symmetric keys only: name a key of type "
                            + "SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT\nkmsKeyId: " + asymmetric
                            + " does not bear the tag ami-share:managed = true, so AMI Share may not change its policy: name another "
                            + "key, or have its administrator tag it");
        }
    }

    @Test
    void bothKindsOfFaultsAreAnInvalidRequestWithAllLines() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.kms(HOME).disableKey(disable -> disable.keyId(account.key));
            assertThatThrownBy(() -> account.plan("{" + TO_B + ", \"colour\": 1}"))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessage("colour: unknown field: correct or remove it\nkmsKeyId: " + account.key
                            + " is in state Disabled: enable it (aws kms enable-key), or name another key");
        }
    }

    @Test
    void refusesOnlyTheRegionWhoseKeyIsDisabledButAllOfTheRequest() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String ireland = account.key("eu-west-1", "alias/ami-share");
            account.kms("eu-west-1").disableKey(disable -> disable.keyId(ireland));
            assertThatThrownBy(() -> account.plan(
                            "{" + TO_B + ", \"regions\": [{\"region\": \"us-east-1\"}, {\"region\": \"eu-west-1\"}]}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith("kmsKeyId: " + ireland + " is in state Disabled");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "222222222222, '{\"accounts\": [\"333333333333\"]}', account 333333333333",
        "222222222222, '{\"roles\": [\"arn:aws:iam::333333333333:role/Launcher\"]}', role arn:aws:iam::333333333333:role/Launcher",
        "222222222222, '{\"organizations\": [\"arn:aws:organizations::111111111111:organization/o-example1234\"]}', "
                + "organization arn:aws:organizations::111111111111:organization/o-example1234"
    })
    void refusesTargetsOutsideTheBoundary(String inside, String targets, String outside) {
        Boundary boundary = new Boundary(false, new TreeSet<>(List.of(inside)), new TreeSet<>());
        try (SourceAccount account = SourceAccount.withGolden().within(boundary)) {
            assertThatThrownBy(
                            () -> account.plan("{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": " + targets + "}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("The " + outside
                            + " is outside this deployment's boundary. Leave it out, or have an administrator "
                            + "deploy with a boundary that holds it.");
            assertThat(account.plan("{" + TO_B + "}").regions()).hasSize(1);
        }
    }

    @Test
    void refusesARoleBesideACommittedShareWithItsAccount() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            TestLedger.claim(
                    account.ledger,
                    new ShareId(account.key, "another-image"),
                    "other",
                    Principals.parse(List.of("333333333333")));
            assertThatThrownBy(() -> account.plan("{\"sourceImageId\": \"" + GOLDEN
                            + "\", \"targets\": {\"roles\": [\"arn:aws:iam::333333333333:role/Launcher\"]}}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("role/Launcher", "account 333333333333", account.key);
        }
    }

    @Test
    void refusesAnotherRoleOfAnAccountThanAnotherImageUnderTheKeyIsSharedWith() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            TestLedger.claim(
                    account.ledger,
                    new ShareId(account.key, "another-image"),
                    "other",
                    "ami-0ddddddddddddddd1",
                    Principals.parse(List.of("arn:aws:iam::333333333333:role/Blue")));
            String request = "{\"sourceImageId\": \"" + GOLDEN
                    + "\", \"targets\": {\"roles\": [\"arn:aws:iam::333333333333:role/%s\"]}}";

            assertThatThrownBy(() -> account.plan(request.formatted("Green")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(
                            "role/Green", "role/Blue", "'another-image'", "ami-0ddddddddddddddd1", "kmsKeyId");
            assertThat(account.plan(request.formatted("Blue")).regions()).hasSize(1);
        }
    }

    @Test
    void refusesATargetThatTheKeysPolicySurelyDenies() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            deny(account, "kms:Decrypt", "{\"StringNotEquals\":{\"kms:CallerAccount\":[\"111111111111\"]}}");

            assertThatThrownBy(() -> account.plan("{" + TO_B + "}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("the statement No denies account 222222222222", account.key);
        }
    }

    @Test
    void letsATargetPassThatTheKeysPolicySurelyDoesNotDeny() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            deny(account, "kms:*", "{\"Bool\":{\"aws:SecureTransport\":\"false\"}}");

            assertThat(account.plan("{" + TO_B + "}").regions()).hasSize(1);
        }
    }

    @Test
    void refusesAKeyWhosePolicyOnlyOthersMayWrite() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            deny(
                    account,
                    "kms:PutKeyPolicy",
                    "{\"ArnNotLike\":{\"aws:PrincipalArn\":\"arn:aws:iam::111111111111:root\"}}");

            assertThatThrownBy(() -> account.plan("{" + TO_B + "}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("kms:PutKeyPolicy", "denied by the statement No", account.key);
        }
    }

    private static void deny(SourceAccount account, String action, String condition) {
        account.kms(HOME).putKeyPolicy(put -> put.keyId(account.key)
                .policyName("default")
                .bypassPolicyLockoutSafetyCheck(true)
                .policy("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
                        + "\"arn:aws:iam::111111111111:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"},"
                        + "{\"Sid\":\"No\",\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":\"" + action
                        + "\",\"Resource\":\"*\",\"Condition\":" + condition + "}]}"));
    }

    @Test
    void refusesAKeyThatBelongsToAnotherDeployment() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            String theirs = "arn:aws:dynamodb:eu-west-1:111111111111:table/Theirs";
            mark(account, SourceAccount.LEDGER);
            assertThat(account.plan("{" + TO_B + "}").regions()).hasSize(1);
            mark(account, theirs);

            assertThatThrownBy(() -> account.plan("{" + TO_B + "}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(
                            theirs, SourceAccount.LEDGER, "aws kms tag-resource --region us-east-1", account.key);
        }
    }

    private static void mark(SourceAccount account, String ledger) {
        account.kms(HOME).tagResource(tag -> tag.keyId(account.key)
                .tags(software.amazon.awssdk.services.kms.model.Tag.builder()
                        .tagKey("ami-share:ledger")
                        .tagValue(ledger)
                        .build()));
    }

    @Test
    void refusesANameThatAnotherImageHas() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan("{" + TO_B + ", \"name\": \"golden\"}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage(
                            "name: 'golden' is taken in us-east-1 by ami-0123456789abcdef0, which AMI Share has not "
                                    + "committed: ask for another name");
        }
    }

    @Test
    void aNameThatItsOwnShareHasIsNoObstacle() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            RegionPlan plan = account.planOf(GOLDEN);
            account.make(plan);
            assertThat(account.planOf(GOLDEN)).isEqualTo(plan);
        }
    }

    @Test
    void refusesANameThatACopyUnderAnotherKeyHas() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.key(HOME, "alias/other");
            RegisterAmi.Output made = account.share(account.plan("{" + TO_B + ", \"name\": \"shared\"}")
                    .regions()
                    .get(0));
            assertThatThrownBy(
                            () -> account.plan("{" + TO_B + ", \"name\": \"shared\", \"kmsKeyId\": \"alias/other\"}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("name: 'shared' is taken in us-east-1 by " + made.imageId()
                            + ", the shared image of ami-0123456789abcdef0 under " + account.key
                            + ": ask for another name, or name that key (kmsKeyId) to add targets to it");
        }
    }

    @Test
    void refusesAKeyWhoseForeignStatementsNameADeletedRole() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            var iam = account.cloud.iam().client(Caller.administrator("444444444444"), HOME);
            String role = iam.createRole(create -> create.roleName("Gone")
                            .assumeRolePolicyDocument(
                                    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
                                            + "{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"))
                    .role()
                    .arn();
            account.kms(HOME).putKeyPolicy(put -> put.keyId(account.key)
                    .policyName("default")
                    .policy("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":"
                            + "\"arn:aws:iam::111111111111:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"},"
                            + "{\"Sid\":\"Theirs\",\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"" + role
                            + "\"},\"Action\":\"kms:Decrypt\",\"Resource\":\"*\"}]}"));
            iam.deleteRole(delete -> delete.roleName("Gone"));
            assertThatThrownBy(() -> account.plan("{" + TO_B + "}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(account.key, "AROA", "deleted");
        }
    }

    @Test
    void refusesAnEncryptedImageWhoseKeyIsDisabled() {
        try (SourceAccount account = SourceAccount.empty()) {
            String id = account.load(SourceAccount.recorded("custom-encrypted-cmk"));
            String key = account.ec2(HOME)
                    .describeSnapshots(describe -> describe.snapshotIds("snap-0b80955e4f7052f72"))
                    .snapshots()
                    .get(0)
                    .kmsKeyId();
            account.kms(HOME).disableKey(disable -> disable.keyId(key));
            assertThatThrownBy(() -> account.planOf(id))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("sourceImageId: its snapshots are encrypted under " + key
                            + ", which is in state Disabled: enable it first");
        }
    }

    @Test
    void copiesTheImageOfSomebodyElseOnlyIfItsSnapshotsAreSharedToo() {
        try (SourceAccount account = SourceAccount.empty()) {
            String id = account.load("555555555555", SourceAccount.recorded("al2-x86-gp2"));
            var theirs = account.cloud.ec2().client(Caller.administrator("555555555555"), HOME);
            theirs.modifyImageAttribute(modify -> modify.imageId(id)
                    .launchPermission(p -> p.add(LaunchPermission.builder()
                            .userId(SourceAccount.ACCOUNT)
                            .build())));
            String snapshot = theirs.describeImages(d -> d.imageIds(id))
                    .images()
                    .get(0)
                    .blockDeviceMappings()
                    .get(0)
                    .ebs()
                    .snapshotId();
            assertThatThrownBy(() -> account.planOf(id))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll(snapshot, "555555555555", "modify-snapshot-attribute");

            theirs.modifySnapshotAttribute(modify -> modify.snapshotId(snapshot)
                    .createVolumePermission(p -> p.add(CreateVolumePermission.builder()
                            .userId(SourceAccount.ACCOUNT)
                            .build())));
            assertThat(account.planOf(id).way()).isEqualTo(Way.COPY_IMAGE);
        }
    }

    @Test
    void refusesAMarketplaceImageOfSomebodyElse() {
        try (SourceAccount account = SourceAccount.empty()) {
            String id = account.load("555555555555", SourceAccount.recorded("marketplace-centos-7"));
            account.cloud
                    .ec2()
                    .client(Caller.administrator("555555555555"), HOME)
                    .modifyImageAttribute(modify -> modify.imageId(id)
                            .launchPermission(p -> p.add(LaunchPermission.builder()
                                    .userId(SourceAccount.ACCOUNT)
                                    .build())));
            assertThatThrownBy(() -> account.planOf(id))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith(
                            "sourceImageId: " + id + " is a Marketplace product of account 555555555555");
        }
    }

    private static String toAccounts(int number) {
        return "{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": {\"accounts\": ["
                + IntStream.range(0, number)
                        .mapToObj(i -> "\"" + (200000000000L + i) + "\"")
                        .collect(Collectors.joining(","))
                + "]}}";
    }

    private static String tagged(String profile) {
        return """
            {"version": "0", "detail-type": "Tag Change on Resource", "source": "aws.tag", "account": "111111111111",
             "region": "us-east-1", "resources": ["arn:aws:ec2:us-east-1:111111111111:image/ami-0123456789abcdef0"],
             "detail": {"changed-tag-keys": ["ami-share:profile"], "service": "ec2", "resource-type": "image", "version": 1,
               "tags": {"ami-share:profile": "%s"}}}"""
                .formatted(profile);
    }
}
