package dev.awssandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;
import software.amazon.awssdk.services.ssm.model.ParameterType;

/** A sandbox is reached over the wire, and a reset brings back what was there from the start, no more and no less. */
final class SandboxTest {
    private static final String IMAGE =
            """
            {"Images": [{
              "ImageId": "ami-0123456789abcdef0", "Name": "golden", "State": "available", "OwnerId": "099720109477",
              "Architecture": "x86_64", "ImageType": "machine", "RootDeviceType": "ebs", "RootDeviceName": "/dev/xvda",
              "VirtualizationType": "hvm", "Hypervisor": "xen", "Public": true, "CreationDate": "2026-01-01T00:00:00.000Z",
              "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {
                "SnapshotId": "snap-0123456789abcdef0", "VolumeSize": 8, "VolumeType": "gp3", "Encrypted": false,
                "DeleteOnTermination": true}}]
            }]}
            """;

    @Test
    void forgetsWhatHappenedWhenItIsReset() {
        try (Sandbox sandbox = Sandbox.simulated(1).start();
                SsmClient client = sandbox.as("111111111111").client(SsmClient.builder(), "us-east-1")) {
            client.putParameter(r -> r.name("/p").value("v").type(ParameterType.STRING));
            assertThat(client.getParameter(r -> r.name("/p")).parameter().value())
                    .isEqualTo("v");
            sandbox.reset();
            assertThatThrownBy(() -> client.getParameter(r -> r.name("/p")))
                    .isInstanceOf(ParameterNotFoundException.class);
            assertThat(sandbox.cloud().calls().calls()).hasSize(1);
        }
    }

    @Test
    void hasWhatItWasFilledWithAgainAfterAReset(@TempDir Path images) throws IOException {
        Files.writeString(images.resolve("golden.json"), IMAGE);
        Files.writeString(images.resolve("notes.txt"), "not an image");
        try (Sandbox sandbox = Sandbox.simulated(1)
                        .images(images, "111111111111", "us-east-1")
                        .start();
                Ec2Client client = sandbox.as("111111111111").client(Ec2Client.builder(), "us-east-1")) {
            client.deregisterImage(r -> r.imageId("ami-0123456789abcdef0"));
            assertThat(client.describeImages(r -> r.owners("self")).images()).isEmpty();
            sandbox.reset();
            assertThat(client.describeImages(r -> r.owners("self")).images())
                    .extracting(Image::imageId)
                    .containsExactly("ami-0123456789abcdef0");
        }
    }

    @Test
    void saysWhichFileIsNoImage(@TempDir Path images) throws IOException {
        Files.writeString(images.resolve("bad.json"), "[]");
        assertThatThrownBy(() -> Sandbox.simulated(1)
                        .images(images, "111111111111", "us-east-1")
                        .start())
                .hasMessageContaining("bad.json");
    }

    @Test
    void tellsItsFunctionsWhereItIs() {
        try (Sandbox sandbox = Sandbox.simulated(1).start()) {
            assertThat(sandbox.cloud().endpoint()).isEqualTo(sandbox.url());
        }
    }
}
