package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.ec2.model.Image;

final class InstanceTypesTest {
    private static final List<String> ALLOWED =
            List.of("t2.micro", "t3.micro", "t4g.micro", "t1.micro", "m3.medium", "mac1.metal", "mac2.metal");

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            textBlock =
                    """
            x86_64,     hvm,         uefi-preferred, true,  t3.micro
            x86_64,     hvm,         uefi,           -,     t3.micro
            x86_64,     hvm,         -,              true,  t3.micro
            x86_64,     hvm,         -,              -,     t2.micro
            x86_64,     paravirtual, -,              -,     t1.micro
            arm64,      hvm,         uefi,           true,  t4g.micro
            i386,       hvm,         -,              -,     t2.micro
            i386,       paravirtual, -,              -,     t1.micro
            arm64_mac,  hvm,         uefi,           true,  mac2.metal
            x86_64_mac, hvm,         -,              true,  mac1.metal
            """)
    void choosesASmallTypeThatBootsTheImage(
            String architecture, String virtualization, @Nullable String bootMode, @Nullable Boolean ena, String type) {
        ImageAttributes image = image(architecture, virtualization, bootMode, ena);
        assertThat(InstanceTypes.choose(image, ALLOWED)).contains(type);
        assertThat(InstanceTypes.fits(type, image)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"t2.*, -, t2.micro", "-, t3.*, t2.micro", "t3.micro, -, t3.micro", "t*, t3.micro, t2.micro"})
    void choosesNoneThatTheImageDoesNotPermit(@Nullable String supported, @Nullable String unsupported, String type) {
        ImageAttributes image = ImageAttributes.of(Image.builder()
                .architecture("x86_64")
                .virtualizationType("hvm")
                .enaSupport(true)
                .instanceTypeSpecification(specification -> {
                    if (supported != null) {
                        specification.supportedInstanceTypes(item -> item.instanceType(supported));
                    }
                    if (unsupported != null) {
                        specification.unsupportedInstanceTypes(item -> item.instanceType(unsupported));
                    }
                })
                .build());

        assertThat(InstanceTypes.choose(image, ALLOWED)).contains(type);
        assertThat(InstanceTypes.isPermitted("m5.large", image)).isEqualTo(supported == null);
    }

    @ParameterizedTest
    @CsvSource({
        "x86_64, t4g.micro",
        "x86_64, mac2.metal",
        "arm64, t3.micro",
        "arm64, mac2.metal",
        "i386, m7g.medium",
        "arm64_mac, mac1.metal",
        "arm64_mac, t4g.micro",
        "x86_64_mac, mac2-m2.metal",
        "x86_64, a1.medium",
        "x86_64, x2gd.medium"
    })
    void knowsATypeOfAnotherArchitectureByItsName(String architecture, String type) {
        assertThat(InstanceTypes.fits(type, image(architecture, "hvm", null, true)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "x86_64, t3.micro",
        "x86_64, g4dn.xlarge",
        "x86_64, i3en.large",
        "x86_64, u-6tb1.metal",
        "arm64, c7gn.medium",
        "arm64, im4gn.large",
        "arm64, a1.medium"
    })
    void andTakesThoseOfTheSame(String architecture, String type) {
        assertThat(InstanceTypes.fits(type, image(architecture, "hvm", null, true)))
                .isTrue();
    }

    private static ImageAttributes image(
            String architecture, String virtualization, @Nullable String bootMode, @Nullable Boolean ena) {
        return ImageAttributes.of(Image.builder()
                .architecture(architecture)
                .virtualizationType(virtualization)
                .bootMode(bootMode)
                .enaSupport(ena)
                .build());
    }
}
