package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CopyDescriptionTest {
    private static final String TOKEN = "9f0c3f0e-5a43-4d0c-8d2f-1c6a2b7e4d11";

    @Test
    void tellsWhatIsCopiedAndBearsAMark() {
        assertThat(CopyDescription.of("snap-1", "ami-2", "us-east-1", TOKEN))
                .matches("Encrypted copy of snap-1 of ami-2 from us-east-1 \\(AMI Share [0-9a-f]{32}\\)");
    }

    @Test
    void isRecognisedForItsSourceAndTokenAndNoOthers() {
        String description = CopyDescription.of("snap-1", "ami-2", "us-east-1", TOKEN);
        assertThat(CopyDescription.isOf(description, "snap-1", TOKEN)).isTrue();
        assertThat(CopyDescription.isOf(description, "snap-2", TOKEN)).isFalse();
        assertThat(CopyDescription.isOf(description, "snap-1", "another")).isFalse();
        assertThat(CopyDescription.isOf("x" + description, "snap-1", TOKEN)).isFalse();
    }

    /** Who reads the first volume's description must not be able to write the second's. */
    @Test
    void theMarkOfOneVolumeTellsNothingOfTheNext() {
        String first = CopyDescription.of("snap-1", "ami-2", "us-east-1", TOKEN);
        String forged = first.replace("snap-1", "snap-9");
        assertThat(CopyDescription.isOf(forged, "snap-9", TOKEN)).isFalse();
        assertThat(first).doesNotContain(TOKEN);
    }
}
