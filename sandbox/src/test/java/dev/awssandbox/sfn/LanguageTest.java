package dev.awssandbox.sfn;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.sfn.model.ExecutionStatus;

final class LanguageTest {
    @ParameterizedTest
    @MethodSource("dev.awssandbox.sfn.LanguageCase#all")
    void isReadAsTheTablesSay(LanguageCase line) {
        try (World world = World.any()) {
            World.Run run = world.run(line.definition(), Json.write(line.input()));

            if (line.output() == null) {
                assertThat(run.status()).as(run.description().toString()).isEqualTo(ExecutionStatus.FAILED);
                assertThat(run.description().error()).isEqualTo(line.error());
                if (line.cause() != null) {
                    assertThat(run.description().cause()).isEqualTo(line.cause());
                }
            } else {
                assertThat(run.status()).as(run.description().toString()).isEqualTo(ExecutionStatus.SUCCEEDED);
                assertThat(run.output()).isEqualTo(line.output());
            }
        }
    }
}
