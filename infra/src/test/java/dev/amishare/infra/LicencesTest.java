package dev.amishare.infra;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Lambda is given is a copy of other people's work, so their licences go with it. */
final class LicencesTest {
    /** Whose classes are in the jar, by the beginning of their packages, and what says under which licence. */
    private static final Map<String, String> LIBRARIES = Map.of(
            "com.amazonaws.services.lambda", "AWS Lambda Java Core (Apache License 2.0)",
            "com.fasterxml.jackson.core", "META-INF/licenses/jackson-core/LICENSE",
            "org.jspecify.annotations", "JSpecify (Apache License 2.0)",
            "org.reactivestreams", "Reactive Streams (MIT No Attribution)",
            "org.slf4j", "META-INF/licenses/slf4j-api/LICENSE.txt",
            "software.amazon.awssdk", "META-INF/licenses/sdk-core/LICENSE.txt",
            "software.amazon.eventstream", "AWS Event Stream for Java (Apache License 2.0)",
            "dev.amishare", "META-INF/LICENSE");

    @Test
    void theJarHoldsNothingWhoseLicenceItDoesNotName() throws IOException {
        try (JarFile jar = jar()) {
            String notice = read(jar, "META-INF/NOTICE");
            Set<String> unknown = new TreeSet<>();
            jar.stream()
                    .map(entry -> entry.getName().replaceFirst("^META-INF/versions/\\d+/", ""))
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replace('/', '.'))
                    .filter(name -> LIBRARIES.keySet().stream().noneMatch(library -> name.startsWith(library + ".")))
                    .forEach(unknown::add);
            assertThat(unknown).isEmpty();
            LIBRARIES.values().forEach(licence -> assertThat(jar.getEntry(licence) != null || notice.contains(licence))
                    .as(licence)
                    .isTrue());
        }
    }

    @Test
    void ourOwnAreThoseOfTheRepository() throws IOException {
        try (JarFile jar = jar()) {
            for (String name : Set.of("LICENSE", "NOTICE")) {
                assertThat(read(jar, "META-INF/" + name)).isEqualTo(Files.readString(Synthesized.ROOT.resolve(name)));
            }
        }
        assertThat(Files.readString(Synthesized.ROOT.resolve("LICENSE"))).contains("Apache License", "Version 2.0");
    }

    @ParameterizedTest
    @CsvSource({
        "sdk-core/NOTICE.txt, Apache Commons Lang",
        "ec2/LICENSE.txt, Apache License",
        "jackson-core/NOTICE, FastDoubleParser",
        "jackson-core/FastDoubleParser-LICENSE, Apache License",
        "third-party-jackson-core/NOTICE, Jackson",
        "slf4j-api/LICENSE.txt, QOS.ch",
    })
    void eachLibrarysAreAsItShipsThem(String file, String words) throws IOException {
        try (JarFile jar = jar()) {
            assertThat(read(jar, "META-INF/licenses/" + file)).contains(words);
        }
    }

    private static JarFile jar() throws IOException {
        return new JarFile(
                Synthesized.ROOT.resolve("functions/target/functions.jar").toFile());
    }

    private static String read(JarFile jar, String name) throws IOException {
        try (var in = jar.getInputStream(jar.getJarEntry(name))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
