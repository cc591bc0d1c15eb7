package dev.amishare.demo;

import software.amazon.awssdk.services.ec2.model.Image;

/** On what an image can be launched: what a person would pick in the console. */
public final class Fitting {
    private Fitting() {}

    /** A small instance type that can run the image. */
    public static String instanceType(Image image) {
        boolean paravirtual = "paravirtual".equals(image.virtualizationTypeAsString());
        return switch (image.architectureAsString()) {
            case "arm64" -> "t4g.micro";
            case "arm64_mac" -> "mac2.metal";
            case "x86_64_mac" -> "mac1.metal";
            case "i386" -> paravirtual ? "t1.micro" : "t2.micro";
            default -> paravirtual ? "t1.micro" : Boolean.TRUE.equals(image.enaSupport()) ? "t3.micro" : "t2.micro";
        };
    }
}
