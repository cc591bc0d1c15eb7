package dev.amishare.ami;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

final class ImageDescriptionTest {
    @Test
    void saysThatItIsACopyAndOfWhat() {
        assertThat(ImageDescription.of("ami-0123456789abcdef0", "us-east-1", "Base image"))
                .isEqualTo("Encrypted copy of ami-0123456789abcdef0 from us-east-1: Base image");
        assertThat(ImageDescription.of("ami-0123456789abcdef0", "eu-west-1", null))
                .isEqualTo("Encrypted copy of ami-0123456789abcdef0 from eu-west-1");
    }

    @Property
    void isTakenByEc2WhateverTheSourceSays(@ForAll String description) {
        assertThat(ImageDescription.of("ami-0123456789abcdef0", "us-east-1", description))
                .matches("[\\x20-\\x7e]{1,255}");
    }
}
