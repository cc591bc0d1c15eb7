package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused before anything is changed, and by which name. */
final class RefusalTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    unknown field          | {"sourceImageId": "IMAGE", "targets": {"accounts": ["222222222222"]}, "colour": 1}    | InvalidRequest | colour
                    malformed account id   | {"sourceImageId": "IMAGE", "targets": {"accounts": ["2222"]}}                         | InvalidRequest | 2222
                    no target              | {"sourceImageId": "IMAGE"}                                                            | InvalidRequest | target
                    missing image          | {"sourceImageId": "ami-00000000000000000", "targets": {"accounts": ["222222222222"]}} | InvalidRequest | ami-00000000000000000
                    instance-store image   | {"sourceImageId": "INSTANCE_STORE", "targets": {"accounts": ["222222222222"]}}        | NotShareable   | instance
                    alias/aws/ebs          | {"sourceImageId": "IMAGE", "kmsKeyId": "alias/aws/ebs", "targets": {"accounts": ["222222222222"]}} | NotShareable | AWS managed
                    key in another Region  | {"sourceImageId": "IMAGE", "kmsKeyId": "ELSEWHERE", "targets": {"accounts": ["222222222222"]}}     | InvalidRequest | eu-west-1
                    disabled key           | {"sourceImageId": "IMAGE", "kmsKeyId": "DISABLED", "targets": {"accounts": ["222222222222"]}}      | NotShareable | isabled
                    canary                 | {"sourceImageId": "IMAGE", "targets": {"accounts": ["222222222222"]}, "verify": {"canary": true}}  | InvalidRequest | canary
                    """)
    void refusesByName(String what, String request, String error, String mentions) {
        try (Pipeline pipeline = Pipeline.deployed()) {
            String filled = request.replace("IMAGE", pipeline.load("ubuntu"))
                    .replace("INSTANCE_STORE", pipeline.load("instance-store"))
                    .replace("ELSEWHERE", pipeline.key("eu-west-1"))
                    .replace("DISABLED", pipeline.disabledKey());
            String before = pipeline.everything();
            int calls = pipeline.calls().size();

            Share share = pipeline.shareWith(filled);

            assertThat(share.status()).as(what).isEqualTo("FAILED");
            assertThat(share.error()).isEqualTo("dev.amishare.error." + error);
            assertThat(share.cause()).contains(mentions);
            assertThat(pipeline.everything()).isEqualTo(before);
            assertThat(pipeline.writesSince(calls)).isEmpty();
        }
    }

    @Test
    void namesAllFaultsOfARequestAtOnce() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Share share = pipeline.shareWith(
                    """
                    {"sourceImageId": "ami-00000000000000000", "targets": {"accounts": ["2222"]}, "colour": 1}""");

            assertThat(share.error()).isEqualTo("dev.amishare.error.InvalidRequest");
            assertThat(share.errorLines()).hasSize(3);
            assertThat(share.cause()).contains("ami-00000000000000000", "2222", "colour");
        }
    }

    @Test
    void aRequestThatIsBothWrongAndForbiddenIsInvalidWithAllLines() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Share share = pipeline.shareWith(
                    """
                    {"sourceImageId": "%s", "kmsKeyId": "%s", "targets": {"accounts": ["%s"]}, "colour": 1}"""
                            .formatted(pipeline.load("ubuntu"), pipeline.disabledKey(), B));

            assertThat(share.error()).isEqualTo("dev.amishare.error.InvalidRequest");
            assertThat(share.errorLines()).hasSize(2);
            assertThat(List.of("colour", "isabled")).allMatch(share.cause()::contains);
        }
    }
}
