package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Image;

/** Images that somebody charges for keep their billing codes, or are not shared. */
final class LicensedImagesTest {
    @Test
    void aWindowsImageKeepsItsBillingCodesByCopyImage() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String source = pipeline.load("windows");

            Share share = pipeline.share(source, B);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.states()).contains("CopyImage").doesNotContain("CopySnapshot");
            Image shared = pipeline.image(share.imageId());
            assertThat(shared.platformDetails()).isEqualTo("Windows");
            assertThat(shared.usageOperation()).isEqualTo("RunInstances:0002");
            assertThat(pipeline.launchOnWhatFits(B, shared)).isEqualTo("running");
        }
    }

    /** An image that says of itself that nobody charges for it takes the way over snapshots, whatever its snapshots know. */
    @Test
    void aLicenceThatGetsLostOnTheWayOverSnapshotsIsAttributesLostAndLeavesNothing() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            JsonNode document = Pipeline.recorded("ubuntu");
            ((ObjectNode) document.at("/Images/0")).put("PlatformDetails", "Red Hat Enterprise Linux");
            ((ObjectNode) document.at("/Images/0/BlockDeviceMappings/0/Ebs")).put("_losesBillingCodes", true);

            Share share = pipeline.share(pipeline.load(document), B);

            assertThat(share.states()).contains("CopySnapshot").doesNotContain("CopyImage");
            assertThat(share.error()).as(share.cause()).isEqualTo("dev.amishare.error.AttributesLost");
            assertThat(share.cause()).contains("platformDetails", "Red Hat Enterprise Linux");
            assertThat(pipeline.sharedImages()).isEmpty();
            assertThat(pipeline.sharedSnapshots()).isEmpty();
            assertThat(pipeline.ledger()).isEmpty();
            assertThat(pipeline.ourStatements()).isEmpty();
        }
    }

    /** It holds no data of the image; whoever launches can ask for it encrypted. */
    @Test
    void aLicensedImageWithABlankPlainVolumeIsSharedAndSaysSo() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            JsonNode document = Pipeline.recorded("rhel-8");
            ObjectNode blank = ((ObjectNode) document.at("/Images/0"))
                    .withArray("BlockDeviceMappings")
                    .addObject();
            blank.put("DeviceName", "/dev/sdf")
                    .putObject("Ebs")
                    .put("VolumeSize", 22)
                    .put("VolumeType", "gp2");

            Share share = pipeline.share(pipeline.load(document), B);

            assertThat(share.status()).as(share.why()).isEqualTo("SUCCEEDED");
            assertThat(share.target(B).path("verified").asText()).isEqualTo("LAUNCHABLE");
            assertThat(pipeline.launchOnWhatFits(B, pipeline.image(share.imageId())))
                    .isEqualTo("running");
            assertThat(share.image().path("checks").toString()).contains("blank-volumes-encrypted", "WARN");
        }
    }
}
