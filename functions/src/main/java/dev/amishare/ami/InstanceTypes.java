package dev.amishare.ami;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Which small instance type can boot an image: for the DryRun that proves a share. */
public final class InstanceTypes {
    private InstanceTypes() {}

    /**
     * The first type that fits and that the deployment's verifier roles may ask for.
     *
     * @param allowed the types named at deployment
     */
    public static Optional<String> choose(ImageAttributes image, List<String> allowed) {
        return fitting(image).stream()
                .filter(allowed::contains)
                .filter(type -> isPermitted(type, image))
                .findFirst();
    }

    /** Small and common types that can boot it, the preferred first. */
    static List<String> fitting(ImageAttributes image) {
        boolean paravirtual = Objects.equals(image.virtualizationType(), "paravirtual");
        return switch (Objects.requireNonNullElse(image.architecture(), "x86_64")) {
            case "arm64" -> List.of("t4g.micro", "t4g.nano", "t4g.small", "m6g.medium", "m7g.medium", "c7g.medium");
            case "arm64_mac" -> List.of("mac2.metal");
            case "x86_64_mac" -> List.of("mac1.metal");
            case "i386" -> paravirtual ? List.of("t1.micro", "m1.small") : List.of("t2.micro", "t2.nano", "t2.small");
            default -> paravirtual ? List.of("t1.micro", "m3.medium") : hvm(image);
        };
    }

    /** The Nitro types need ENA in the image; the older ones boot by BIOS only. */
    private static List<String> hvm(ImageAttributes image) {
        List<String> nitro =
                List.of("t3.micro", "t3a.micro", "t3.nano", "t3.small", "m5.large", "m6i.large", "m7i.large");
        List<String> xen = List.of("t2.micro", "t2.nano", "t2.small");
        boolean onlyUefi = Objects.equals(image.bootMode(), "uefi");
        if (onlyUefi || Boolean.TRUE.equals(image.enaSupport())) {
            return onlyUefi
                    ? nitro
                    : Stream.concat(nitro.stream(), xen.stream()).toList();
        }
        return xen;
    }

    /** Whether EC2 lets the image run on this type, by the specification that it bears. */
    public static boolean isPermitted(String type, ImageAttributes image) {
        return image.instanceTypes() == null || image.instanceTypes().permits(type);
    }

    /** Whether a type named in a request has the image's architecture, as far as its name tells. */
    public static boolean fits(String instanceType, ImageAttributes image) {
        String family = instanceType.substring(0, Math.max(0, instanceType.indexOf('.')));
        boolean mac = family.startsWith("mac");
        boolean arm = family.matches("a1|[a-z]+\\d+g[a-z]*(-[a-z0-9]+)?") || (mac && !family.equals("mac1"));
        return switch (Objects.requireNonNullElse(image.architecture(), "x86_64")) {
            case "arm64" -> arm && !mac;
            case "arm64_mac" -> arm && mac;
            case "x86_64_mac" -> mac && !arm;
            default -> !arm && !mac;
        };
    }
}
