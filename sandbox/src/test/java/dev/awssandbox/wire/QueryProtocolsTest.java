package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CopySnapshotResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImagesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImagesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;
import software.amazon.awssdk.services.ec2.model.ResourceType;
import software.amazon.awssdk.services.ec2.model.Snapshot;
import software.amazon.awssdk.services.ec2.model.SnapshotState;
import software.amazon.awssdk.services.ec2.model.VolumeType;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.iam.model.NoSuchEntityException;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.AssumeRoleRequest;
import software.amazon.awssdk.services.sts.model.AssumeRoleResponse;
import software.amazon.awssdk.services.sts.model.StsException;

/** EC2's and the query protocol, with the real clients of the SDK on one side and made-up cores on the other. */
@SuppressWarnings("unchecked") // the SDK's builders take varargs of Consumer<...>
final class QueryProtocolsTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void bringsNestedListsToTheCoreAsTheyWereSent() {
        FakeEc2 core = new FakeEc2();
        RegisterImageRequest request = RegisterImageRequest.builder()
                .name("a name with & and ü")
                .enaSupport(true)
                .blockDeviceMappings(
                        mapping -> mapping.deviceName("/dev/xvda")
                                .ebs(ebs ->
                                        ebs.snapshotId("snap-1").volumeSize(8).volumeType(VolumeType.GP3)),
                        mapping -> mapping.deviceName("/dev/sdb").virtualName("ephemeral0"),
                        mapping -> mapping.deviceName("/dev/sdc").noDevice(""))
                .tagSpecifications(spec -> spec.resourceType(ResourceType.IMAGE)
                        .tags(tag -> tag.key("team").value("platform"), tag -> tag.key("empty")
                                .value("")))
                .build();
        try (Wire wire = Wire.to(core);
                Ec2Client client = wire.client(Ec2Client.builder())) {
            assertThat(client.registerImage(request).imageId()).isEqualTo("ami-1");
            assertThat(core.requests.last(RegisterImageRequest.class)).isEqualTo(request);
        }
    }

    @Test
    void bringsNestedListsBackAsTheCoreAnswered() {
        FakeEc2 core = new FakeEc2();
        try (Wire wire = Wire.to(core);
                Ec2Client client = wire.client(Ec2Client.builder())) {
            assertThat(client.describeImages(r -> r.owners("self")).images()).isEqualTo(core.images);
        }
    }

    @Test
    void saysThatAListIsEmptyButNotThatOneIsUnset() {
        FakeEc2 core = new FakeEc2();
        core.images = List.of();
        try (Wire wire = Wire.to(core)) {
            String xml =
                    wire.post("ec2", "Action=DescribeImages&Version=2016-11-15").body();
            assertThat(xml).contains("<imagesSet></imagesSet>").doesNotContain("nextToken");
        }
    }

    @Test
    void carriesPagesAndTimes() {
        try (Wire wire = Wire.to(new FakeEc2());
                Ec2Client client = wire.client(Ec2Client.builder())) {
            List<Snapshot> snapshots = client.describeSnapshotsPaginator(r -> r.maxResults(5)).snapshots().stream()
                    .toList();
            assertThat(snapshots).extracting(Snapshot::snapshotId).containsExactly("snap-first", "snap-second");
            assertThat(snapshots).extracting(Snapshot::startTime).containsExactly(AT, AT);
            assertThat(snapshots.get(0).state()).isEqualTo(SnapshotState.PENDING);
        }
    }

    @Test
    void readsTheElementsOfAListInTheOrderOfTheirNumbers() {
        FakeEc2 core = new FakeEc2();
        try (Wire wire = Wire.to(core)) {
            wire.post("ec2", "Action=DescribeImages&ImageId.10=ami-c&ImageId.2=ami-b&ImageId.1=ami-a");
            assertThat(core.requests.last(DescribeImagesRequest.class).imageIds())
                    .containsExactly("ami-a", "ami-b", "ami-c");
        }
    }

    @Test
    void takesThePresignedUrlThatTheSdkAddsToCopySnapshot() {
        FakeEc2 core = new FakeEc2();
        try (Wire wire = Wire.to(core);
                Ec2Client client = wire.client(Ec2Client.builder())) {
            client.copySnapshot(r ->
                    r.sourceRegion("eu-west-1").destinationRegion("us-east-1").sourceSnapshotId("snap-1"));
            assertThat(core.requests.last(CopySnapshotRequest.class).presignedUrl())
                    .contains("Action=CopySnapshot");
            assertThat(core.requests.last(CopySnapshotRequest.class).destinationRegion())
                    .isEqualTo("us-east-1");
        }
    }

    @Test
    void answersACallWithoutResultAsEc2Does() {
        FakeEc2 core = new FakeEc2();
        try (Wire wire = Wire.to(core);
                Ec2Client client = wire.client(Ec2Client.builder())) {
            client.modifyImageAttribute(r -> r.imageId("ami-1")
                    .launchPermission(p -> p.add(a -> a.userId("222222222222"), a -> a.organizationArn("arn:o"))));
            assertThat(core.requests
                            .last(ModifyImageAttributeRequest.class)
                            .launchPermission()
                            .add())
                    .hasSize(2);
            assertThat(wire.post("ec2", "Action=ModifyImageAttribute&ImageId=ami-1")
                            .body())
                    .contains("<return>true</return>");
        }
    }

    @Test
    void refusesAnActionThatTheCoreDoesNotHave() {
        try (Wire wire = Wire.to(new FakeEc2(), new FakeSts());
                Ec2Client ec2 = wire.client(Ec2Client.builder());
                StsClient sts = wire.client(StsClient.builder())) {
            assertThatThrownBy(() -> ec2.rebootInstances(r -> r.instanceIds("i-1")))
                    .isInstanceOfSatisfying(Ec2Exception.class, e -> {
                        assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidAction");
                        assertThat(e.statusCode()).isEqualTo(400);
                    });
            assertThatThrownBy(sts::getSessionToken).isInstanceOfSatisfying(StsException.class, e -> assertThat(
                            e.awsErrorDetails().errorCode())
                    .isEqualTo("InvalidAction"));
        }
    }

    @Test
    void refusesAnActionThatNobodyHas() {
        try (Wire wire = Wire.to(new FakeEc2())) {
            assertThat(wire.post("ec2", "Action=MakeCoffee").body()).contains("<Code>InvalidAction</Code>");
            assertThat(wire.post("ec2", "ImageId=ami-1").body()).contains("<Code>MissingAction</Code>");
        }
    }

    @Test
    void refusesAParameterThatTheActionDoesNotHave() {
        try (Wire wire = Wire.to(new FakeEc2())) {
            assertThat(wire.post("ec2", "Action=DescribeImages&Filter.1.Nmae=state")
                            .body())
                    .contains("<Code>UnknownParameter</Code>", "Filter.1.Nmae");
            assertThat(wire.post("ec2", "Action=DescribeImages&ImageId.first=ami-1")
                            .body())
                    .contains("<Code>UnknownParameter</Code>", "ImageId.first");
            assertThat(wire.post("ec2", "Action=DescribeImages&MaxResults=many").body())
                    .contains("<Code>InvalidParameterValue</Code>", "MaxResults");
        }
    }

    @Test
    void writesErrorsAsEc2Does() {
        FakeEc2 core = new FakeEc2();
        core.failure = (Ec2Exception) Ec2Exception.builder()
                .statusCode(412)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("DryRunOperation")
                        .errorMessage("Request would have succeeded, but <DryRun> flag is set.")
                        .build())
                .build();
        try (Wire wire = Wire.to(core);
                Ec2Client client = wire.client(Ec2Client.builder())) {
            assertThatThrownBy(client::describeImages).isInstanceOfSatisfying(Ec2Exception.class, e -> {
                assertThat(e.awsErrorDetails().errorCode()).isEqualTo("DryRunOperation");
                assertThat(e.awsErrorDetails().errorMessage()).contains("but <DryRun> flag");
                assertThat(e.statusCode()).isEqualTo(412);
                assertThat(e.requestId()).isNotEmpty();
            });
            assertThat(wire.post("ec2", "Action=DescribeImages").body())
                    .contains("<Response><Errors><Error><Code>DryRunOperation</Code>", "<RequestID>");
        }
    }

    @Test
    void writesCharactersThatXmlCannotCarryAsReplacements() {
        FakeEc2 core = new FakeEc2();
        core.images =
                List.of(Image.builder().name("a\u0001b\u0000\ud83d\ude00\ud800").build());
        try (Wire wire = Wire.to(core);
                Ec2Client client = wire.client(Ec2Client.builder())) {
            assertThat(client.describeImages().images().get(0).name()).isEqualTo("a\ufffdb\ufffd\ud83d\ude00\ufffd");
        }
    }

    @Test
    void speaksTheQueryProtocolBothWays() {
        FakeIam core = new FakeIam();
        CreateRoleRequest request = CreateRoleRequest.builder()
                .roleName("Launcher")
                .assumeRolePolicyDocument("{\"Statement\": []}")
                .maxSessionDuration(7200)
                .tags(tag -> tag.key("a").value("b"), tag -> tag.key("c").value("d"))
                .build();
        try (Wire wire = Wire.to(core);
                IamClient client = wire.client(IamClient.builder())) {
            assertThat(client.createRole(request).role()).satisfies(role -> {
                assertThat(role.tags()).isEqualTo(request.tags());
                assertThat(role.createDate()).isEqualTo("2026-01-02T03:04:05Z");
            });
            assertThat(core.requests.last(CreateRoleRequest.class)).isEqualTo(request);
            assertThatThrownBy(() -> client.deleteRole(r -> r.roleName("Nobody")))
                    .isInstanceOfSatisfying(NoSuchEntityException.class, e -> {
                        assertThat(e.statusCode()).isEqualTo(404);
                        assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("no role Nobody");
                    });
            assertThat(client.deleteRole(r -> r.roleName("Launcher"))
                            .sdkHttpResponse()
                            .isSuccessful())
                    .isTrue();
        }
    }

    @Test
    void refusesUnknownParametersAndBadValuesInTheQueryProtocol() {
        try (Wire wire = Wire.to(new FakeSts())) {
            assertThat(wire.post("sts", "Action=AssumeRole&RoleAnr=x").body())
                    .contains("<Type>Sender</Type><Code>ValidationError</Code>", "RoleAnr");
            assertThat(wire.post("sts", "Action=AssumeRole&Tags.1.Key=x").body())
                    .contains("ValidationError", "Tags.1");
            assertThat(wire.post("sts", "Action=AssumeRole&Tags=").statusCode()).isEqualTo(200);
        }
    }

    private static final class FakeEc2 implements Ec2Client {
        private final Requests requests = new Requests();
        private List<Image> images = List.of(Image.builder()
                .imageId("ami-1")
                .publicLaunchPermissions(false)
                .description("äöü <&> \" 日本")
                .tags(List.of())
                .blockDeviceMappings(
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/xvda")
                                .ebs(ebs -> ebs.volumeSize(8).encrypted(true).deleteOnTermination(false))
                                .build(),
                        BlockDeviceMapping.builder()
                                .deviceName("/dev/sdb")
                                .virtualName("ephemeral0")
                                .build())
                .build());
        private @Nullable Ec2Exception failure;

        @Override
        public RegisterImageResponse registerImage(RegisterImageRequest request) {
            requests.add(request);
            return RegisterImageResponse.builder().imageId("ami-1").build();
        }

        @Override
        public DescribeImagesResponse describeImages(DescribeImagesRequest request) {
            if (failure != null) {
                throw failure;
            }
            requests.add(request);
            return DescribeImagesResponse.builder().images(images).build();
        }

        @Override
        public DescribeSnapshotsResponse describeSnapshots(DescribeSnapshotsRequest request) {
            boolean first = request.nextToken() == null;
            return DescribeSnapshotsResponse.builder()
                    .snapshots(snapshot -> snapshot.snapshotId(first ? "snap-first" : "snap-second")
                            .state(SnapshotState.PENDING)
                            .startTime(AT))
                    .nextToken(first ? "more/+=" : null)
                    .build();
        }

        @Override
        public CopySnapshotResponse copySnapshot(CopySnapshotRequest request) {
            requests.add(request);
            return CopySnapshotResponse.builder().snapshotId("snap-2").build();
        }

        @Override
        public ModifyImageAttributeResponse modifyImageAttribute(ModifyImageAttributeRequest request) {
            requests.add(request);
            return ModifyImageAttributeResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class FakeIam implements IamClient {
        private final Requests requests = new Requests();

        @Override
        public CreateRoleResponse createRole(CreateRoleRequest request) {
            requests.add(request);
            return CreateRoleResponse.builder()
                    .role(role -> role.roleName(request.roleName())
                            .tags(request.tags())
                            .createDate(AT))
                    .build();
        }

        @Override
        public DeleteRoleResponse deleteRole(DeleteRoleRequest request) {
            if (request.roleName().equals("Nobody")) {
                throw NoSuchEntityException.builder()
                        .statusCode(404)
                        .awsErrorDetails(AwsErrorDetails.builder()
                                .errorCode("NoSuchEntity")
                                .errorMessage("no role Nobody")
                                .build())
                        .build();
            }
            return DeleteRoleResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class FakeSts implements StsClient {
        @Override
        public AssumeRoleResponse assumeRole(AssumeRoleRequest request) {
            return AssumeRoleResponse.builder()
                    .credentials(c -> c.accessKeyId("ASIA0"))
                    .build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
