package dev.amishare.step;

import static dev.amishare.step.SourceAccount.GOLDEN;
import static dev.amishare.step.SourceAccount.HOME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.amishare.error.InvalidRequest;
import dev.amishare.error.NotShareable;
import dev.awssandbox.Caller;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;

/** What the request and a look at its Regions and keys show to be in vain: refused before anything is copied, with a remedy that is true. */
final class PlanRefusalsTest {
    private static final String LINKED =
            "arn:aws:iam::222222222222:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            maxCharsPerColumn = 2000,
            textBlock =
                    """
            roles | arn:aws-cn:iam::222222222222:role/Launcher | targets.roles: arn:aws-cn:iam::222222222222:role/Launcher is of partition aws-cn
            organizations | arn:aws-us-gov:organizations::111111111111:organization/o-example1234 | targets.organizations: arn:aws-us-gov:organizations::111111111111:organization/o-example1234 is of partition aws-us-gov
            organizationalUnits | arn:aws-cn:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34 | targets.organizationalUnits: arn:aws-cn:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34 is of partition aws-cn
            """)
    void refusesATargetOfAnotherPartition(String kind, String arn, String line) {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan("{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": {\"" + kind
                            + "\": [\"" + arn + "\"]}}"))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessage(line
                            + ", but this deployment is in partition aws, and nothing is shared between partitions: name one "
                            + "of aws (arn:aws:…), or deploy AMI Share there");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            maxCharsPerColumn = 2000,
            textBlock =
                    """
            "regions": [{"region": "cn-north-1"}] | regions: cn-north-1 is a Region of partition aws-cn, but this deployment is in partition aws, and nothing is shared between partitions: name a Region of aws, or deploy AMI Share there
            "regions": [{"region": "us-east-9"}] | regions: there is no Region us-east-9 in partition aws: correct its name (aws ec2 describe-regions --all-regions lists them)
            "kmsKeyId": "arn:aws-cn:kms:us-east-1:111111111111:alias/ami-share" | kmsKeyId: arn:aws-cn:kms:us-east-1:111111111111:alias/ami-share is of partition aws-cn, but this deployment is in partition aws, and nothing is shared between partitions: name one of aws (arn:aws:…), or deploy AMI Share there
            """)
    void refusesARegionThatIsNoneAndAKeyOfAnotherPartitionWithOneLine(String field, String line) {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan(request(", " + field)))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessage(line);
        }
    }

    @Test
    void namesARegionThatTheAccountHasNotEnabled() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan(request(", \"regions\": [{\"region\": \"me-south-1\"}]")))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("regions: me-south-1 is not enabled for account 111111111111: enable it (aws account "
                            + "enable-region --region-name me-south-1) and make a share key there, or leave it out");
        }
    }

    @Test
    void refusesAServiceLinkedRoleAndSaysWhyAndHowItIsMade() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan(
                            "{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": {\"roles\": [\"" + LINKED + "\"]}}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith("targets.roles: " + LINKED + " is a service-linked role")
                    .hasMessageContainingAll(
                            "grant",
                            "name account 222222222222 with shareSnapshots",
                            "aws iam create-service-linked-role --aws-service-name autoscaling.amazonaws.com");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            {"accounts": ["222222222222", "111111111111"]} | account 111111111111
            {"roles": ["arn:aws:iam::111111111111:role/Launcher"]} | role arn:aws:iam::111111111111:role/Launcher
            """)
    void refusesTheOwnersOwnAccountSinceItNeedsNoShare(String targets, String own) {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(
                            () -> account.plan("{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": " + targets + "}"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith("targets: " + own + " is ")
                    .hasMessageContaining("the account that owns the shared image");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "roles, arn:aws:iam::333333333333:role/Launcher",
        "organizations, arn:aws:organizations::111111111111:organization/o-example1234",
        "organizationalUnits, arn:aws:organizations::111111111111:ou/o-example1234/ou-ab12-cdefgh34"
    })
    void refusesToRequireProofOfWhatNobodyCanProve(String kind, String arn) {
        try (SourceAccount account = SourceAccount.withGolden()) {
            assertThatThrownBy(() -> account.plan("{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": {\"" + kind
                            + "\": [\"" + arn + "\"]}, \"verify\": {\"requireProof\": true}}"))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageStartingWith("verify.requireProof: ")
                    .hasMessageContainingAll("GRANTED", arn);
        }
    }

    @Test
    void refusesMoreTargetsThanARequestMayNameButNotAProfiles() {
        try (SourceAccount account = SourceAccount.withGolden().lettingName(3)) {
            account.profile("wide", "{\"targets\": {\"accounts\": " + accounts(10) + "}}");
            String withThree = "{\"sourceImageId\": \"" + GOLDEN
                    + "\", \"profile\": \"wide\", \"targets\": {\"accounts\": " + accounts(3) + "}}";

            assertThat(account.plan(withThree).regions().get(0).targets().accounts())
                    .hasSize(10);
            assertThatThrownBy(() -> account.plan(withThree.replace(accounts(3), accounts(4))))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageStartingWith("targets: 4 are named; this deployment lets a request name 3")
                    .hasMessageContainingAll("profile", "organization", "maxPrincipals");
        }
    }

    @Test
    void refusesAKeyThatTheProfilesRegionsWouldNeverUse() {
        try (SourceAccount account = SourceAccount.withGolden()) {
            account.key(HOME, "alias/other");
            account.profile(
                    "golden", "{\"regions\": [{\"region\": \"us-east-1\", \"kmsKeyId\": \"alias/ami-share\"}]}");

            assertThat(catchThrowable(
                            () -> account.plan(request(", \"profile\": \"golden\", \"kmsKeyId\": \"alias/other\""))))
                    .isInstanceOf(InvalidRequest.class)
                    .hasMessageStartingWith("kmsKeyId: 'alias/other' would be used nowhere, since profile golden");
            assertThat(account.plan(request(", \"profile\": \"golden\""))
                            .regions()
                            .get(0)
                            .keyArn())
                    .isEqualTo(account.key);
        }
    }

    @Test
    void sharesASourceUnderAKeyOfAnotherAccountThatLetsUsUseIt() {
        try (SourceAccount account = SourceAccount.empty()) {
            String key = keyOf(account, "333333333333", "arn:aws:iam::111111111111:root");

            assertThat(account.planOf(underKey(account, key)).sourceImageId()).isEqualTo(GOLDEN);
        }
    }

    @Test
    void saysThatItIsTheKeysOwnPolicyThatDeniesASource() {
        try (SourceAccount account = SourceAccount.empty()) {
            String key = keyOf(account, "333333333333", "arn:aws:iam::444444444444:root");

            assertThatThrownBy(() -> account.planOf(underKey(account, key)))
                    .isInstanceOf(NotShareable.class)
                    .hasMessage("sourceImageId: its snapshots are encrypted under " + key
                            + ", which account 111111111111 may not use, says the key's own policy: have account 333333333333 allow "
                            + "it there kms:DescribeKey, kms:Decrypt, kms:ReEncrypt*, kms:GenerateDataKey* and kms:CreateGrant, or "
                            + "ask for an image that is not encrypted or under a key of your own");
        }
    }

    private static String keyOf(SourceAccount account, String owner, String user) {
        return account.cloud
                .kms()
                .client(Caller.administrator(owner), HOME)
                .createKey(create -> create.policy("{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\","
                        + "\"Principal\":{\"AWS\":\"arn:aws:iam::" + owner
                        + ":root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"},{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\""
                        + user + "\"},\"Action\":[\"kms:DescribeKey\",\"kms:Decrypt\"],\"Resource\":\"*\"}]}"))
                .keyMetadata()
                .arn();
    }

    /** An image of 333333333333 under its key, shared with us with its snapshot. */
    private static String underKey(SourceAccount account, String key) {
        String owner = "333333333333";
        String id = account.load(
                owner,
                """
                {"Images": [{"ImageId": "ami-0123456789abcdef0", "Name": "theirs", "State": "available", "Architecture": "x86_64",
                  "ImageType": "machine", "VirtualizationType": "hvm", "RootDeviceName": "/dev/xvda", "RootDeviceType": "ebs",
                  "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-0bbbbbbbbbbbbbbb1",
                    "VolumeSize": 8, "VolumeType": "gp3", "Encrypted": true, "KmsKeyId": "%s"}}]}]}"""
                        .formatted(key));
        var theirs = account.cloud.ec2().client(Caller.administrator(owner), HOME);
        theirs.modifyImageAttribute(modify -> modify.imageId(id)
                .launchPermission(p -> p.add(
                        LaunchPermission.builder().userId(SourceAccount.ACCOUNT).build())));
        theirs.modifySnapshotAttribute(modify -> modify.snapshotId("snap-0bbbbbbbbbbbbbbb1")
                .createVolumePermission(p -> p.add(CreateVolumePermission.builder()
                        .userId(SourceAccount.ACCOUNT)
                        .build())));
        return id;
    }

    private static String accounts(int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> "\"" + (200000000000L + i) + "\"")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private static String request(String more) {
        return "{\"sourceImageId\": \"" + GOLDEN + "\", \"targets\": {\"accounts\": [\"222222222222\"]}" + more + "}";
    }
}
