package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static dev.amishare.e2e.Pipeline.SOURCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Caller;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/** The one template for targets, deployed: it proves, and it launches nothing. */
final class TargetTemplateTest {
    private static final String VERIFIER = "arn:aws:iam::" + B + ":role/AmiShareVerifier";

    @Test
    void twoAccountsThatDeployedTheSameFileAreBothProved() {
        try (Pipeline pipeline =
                Pipeline.deployed(1, Templates.within("any", List.of(B, "444444444444")), settings -> settings)) {
            Share share = pipeline.share(pipeline.load("ubuntu"), B, C, "444444444444");

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.target(B).path("verified").asText()).isEqualTo("LAUNCHABLE");
            assertThat(share.target("444444444444").path("verified").asText()).isEqualTo("LAUNCHABLE");
            assertThat(share.target(C).path("verified").asText()).isEqualTo("GRANTED");
        }
    }

    /** An administrator of the source account opens it to the target, whose verifier role needs no key for it. */
    @Test
    void theVerifierLaunchesNoImageThatIsNotEncrypted() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String plain = openedToTheTarget(pipeline);

            assertThat(pipeline.launch(B, plain)).isEqualTo("running");
            assertThat(pipeline.launchAsVerifier(plain)).isEqualTo("refused: UnauthorizedOperation");
        }
    }

    /** The key aws/ebs of the target lets everybody in that account use it through EC2. */
    @Test
    void theVerifierLaunchesNoneUnderAKeyOfTheTargetEither() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String plain = openedToTheTarget(pipeline);
            String device = pipeline.image(plain).rootDeviceName();

            assertThat(encrypted(pipeline, pipeline.administratorRole(B, "Launcher"), plain, device))
                    .isEqualTo(InstanceStateName.RUNNING);
            assertThat(encrypted(pipeline, VERIFIER, plain, device)).isEqualTo(InstanceStateName.TERMINATED);
        }
    }

    private static String openedToTheTarget(Pipeline pipeline) {
        String plain = pipeline.load("ubuntu");
        pipeline.ec2(SOURCE).modifyImageAttribute(r -> r.imageId(plain)
                .launchPermission(
                        p -> p.add(LaunchPermission.builder().userId(B).build())));
        return plain;
    }

    private static InstanceStateName encrypted(Pipeline pipeline, String role, String image, String device) {
        String id = pipeline.cloud().iam().roleId(role).orElseThrow();
        Ec2Client client = pipeline.cloud().ec2().client(Caller.roleSession(role, id, "test"), Pipeline.REGION);
        Consumer<RunInstancesRequest.Builder> launch = r -> r.imageId(image)
                .instanceType("t2.micro")
                .minCount(1)
                .maxCount(1)
                .blockDeviceMappings(BlockDeviceMapping.builder()
                        .deviceName(device)
                        .ebs(e -> e.encrypted(true))
                        .build());
        String instance = client.runInstances(launch).instances().get(0).instanceId();
        pipeline.cloud().kernel().runUntil(() -> state(pipeline, instance) != InstanceStateName.PENDING);
        return state(pipeline, instance);
    }

    private static InstanceStateName state(Pipeline pipeline, String instance) {
        return pipeline.ec2(B)
                .describeInstances(r -> r.instanceIds(instance))
                .reservations()
                .get(0)
                .instances()
                .get(0)
                .state()
                .name();
    }
}
