package dev.amishare.step;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.Differences;
import dev.amishare.ami.ImageAttributes;
import dev.amishare.ami.RegionPlan;
import dev.amishare.error.AmiShareException;
import java.io.File;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.ec2.model.Image;

/** Every image of the collection of recorded ones, from the request to the registered image. */
final class RecordedImagesTest {
    static Stream<String> slugs() {
        File directory = new File(Objects.requireNonNull(RecordedImagesTest.class.getResource("/real-amis"))
                .getPath());
        return Arrays.stream(Objects.requireNonNull(directory.list()))
                .map(name -> name.replace(".json", ""))
                .sorted();
    }

    @Test
    void allOfThemAreThere() {
        assertThat(slugs()).hasSize(42);
    }

    @ParameterizedTest
    @MethodSource("slugs")
    void isMadeAsItsSourceOrRefusedWithTheWayOut(String slug) {
        try (SourceAccount account = SourceAccount.empty()) {
            String id = account.load(SourceAccount.recorded(slug));
            RegionPlan plan;
            try {
                plan = account.planOf(id);
            } catch (AmiShareException e) {
                System.out.println("| " + slug + " | refused | " + e.getMessage() + " |");
                assertThat(e.getMessage()).contains(id, ": ");
                return;
            }
            RegisterAmi.Output made = account.make(plan);
            account.pass(Duration.ofSeconds(10));
            Image shared = account.image(SourceAccount.HOME, made.imageId());
            List<String> differences = Differences.between(
                    ImageAttributes.of(account.image(SourceAccount.HOME, id)), ImageAttributes.of(shared));
            System.out.println("| " + slug + " | " + plan.way() + " | " + differences + " |");
            assertThat(differences).isEmpty();
            assertThat(shared.blockDeviceMappings())
                    .allMatch(mapping -> mapping.ebs() == null || mapping.ebs().encrypted());
        }
    }
}
