package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.amishare.demo.Differences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Image;

/** Every recorded image that lies beside the repository, shared; one table of what became of each. */
final class RealImagesTest {
    private static final Path RECORDS = Path.of("../../shared/real-amis");

    @Test
    void everyRealImageIsSharedAsItIsOrRefusedWithTheWayOut() throws IOException {
        assumeThat(RECORDS)
                .as("the recorded images are not part of the repository")
                .isDirectory();
        List<String> wrong = new ArrayList<>();
        System.out.printf(
                "%-40s %-14s %-44s %s%n", "image", "way", "differs beyond the expected", "launchable by the target");
        try (Pipeline pipeline = Pipeline.deployed()) {
            for (Path file : files()) {
                String slug = file.getFileName().toString().replace(".json", "");
                JsonNode document = new ObjectMapper().readTree(file.toFile());
                Share share = pipeline.share(pipeline.load(document), B);
                if (share.status().equals("SUCCEEDED")) {
                    Row row = row(pipeline, share);
                    System.out.printf("%-40s %-14s %-44s %s%n", slug, row.way, row.differences, row.launch);
                    if (!row.differences.isEmpty() || !row.launch.equals("running")) {
                        wrong.add(slug + ": " + row);
                    }
                } else {
                    System.out.printf("%-40s %-14s %s%n", slug, "refused", share.why());
                    if (!share.error().matches("dev.amishare.error.(NotShareable|InvalidRequest)")) {
                        wrong.add(slug + ": " + share.why());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private record Row(String way, List<String> differences, String launch) {}

    private static Row row(Pipeline pipeline, Share share) {
        Image source = pipeline.image(share.output().path("sourceImageId").asText());
        Image shared = pipeline.image(share.imageId());
        List<String> differences = Differences.between(source, shared).stream()
                .filter(row -> !row.isExpected())
                .map(row -> row.attribute() + ": " + row.source() + " → " + row.shared())
                .toList();
        String way = share.states().contains("CopyImage")
                ? "copy-image"
                : share.states().contains("CopySnapshot") ? "snapshots" : "same snapshots";
        return new Row(way, differences, pipeline.launchOnWhatFits(B, shared));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(RECORDS)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }
}
