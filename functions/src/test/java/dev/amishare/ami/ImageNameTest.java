package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ImageNameTest {
    private static final String KEY = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            golden al2023 (x86) | golden al2023 (x86)-encrypted-
            a/b:c,d             | a/b-c-d-encrypted-
            設定済み              | --encrypted-
            ''                  | ami-0123456789abcdef0-encrypted-
            """)
    void keepsWhatIsValidOfTheSourcesName(String source, String beginning) {
        String name = ImageName.derived(source, "ami-0123456789abcdef0", KEY);
        assertThat(name).startsWith(beginning).hasSize(beginning.length() + 16);
    }

    @Test
    void isTheSameForTheSameSourceAndKeyAndForNoOther() {
        String name = ImageName.derived("golden", "ami-0123456789abcdef0", KEY);
        assertThat(ImageName.derived("golden", "ami-0123456789abcdef0", KEY)).isEqualTo(name);
        assertThat(ImageName.derived("golden", "ami-0123456789abcdef1", KEY)).isNotEqualTo(name);
        assertThat(ImageName.derived("golden", "ami-0123456789abcdef0", KEY.replace("1234a", "1234b")))
                .isNotEqualTo(name);
    }

    @Test
    void namesThatFillAllCharactersStayTellable() {
        String longest = "n".repeat(128);
        assertThat(ImageName.derived(longest, "ami-0123456789abcdef0", KEY))
                .hasSize(128)
                .isNotEqualTo(ImageName.derived(longest, "ami-0123456789abcdef1", KEY));
    }

    @Property
    void isValidWhateverTheSourceIsCalled(@ForAll String source) {
        assertThat(ImageName.derived(source, "ami-0123456789abcdef0", KEY)).matches(ImageName::isValid);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "ab", "a:b", "töpfe", "a\nb", "name*"})
    void knowsWhatEc2Refuses(String name) {
        assertThat(ImageName.isValid(name)).isFalse();
        assertThat(ImageName.isValid("x".repeat(129))).isFalse();
    }
}
