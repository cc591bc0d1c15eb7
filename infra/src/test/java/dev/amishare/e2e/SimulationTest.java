package dev.amishare.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Crowds of executions in a world where everything goes wrong: as many as there is time for, and each invariant after each. */
final class SimulationTest {
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("simulation.seconds", 20));
    private static final int MOST_SEEDS_FOR_A_BUG = 500;

    @Test
    void theSameSeedGivesTheSameCallLogByteForByteAndOthersGiveOthers() {
        Path templates = Templates.within("any");

        Simulation.Outcome first = Simulation.run(7, templates);

        assertThat(Simulation.run(7, templates)).isEqualTo(first);
        assertThat(first.calls()).hasSizeGreaterThan(100);
        assertThat(Simulation.run(8, templates).calls()).isNotEqualTo(first.calls());
    }

    @Test
    void theInvariantsHoldWhateverTheSeedDraws() throws Exception {
        Simulate simulated = Simulate.run(
                1, Templates.within("any"), progress -> progress.took().compareTo(TIME) >= 0);

        assertThat(simulated.failing()).isEmpty();
        assertThat(simulated.executions()).isPositive();
    }

    /** Else the invariants would hold because nobody looks. */
    @Tag("planted-bugs")
    @ParameterizedTest
    @EnumSource
    void findsWhatSomebodyGotWrong(PlantedBug bug, @TempDir Path directory) throws Exception {
        Path planted = bug.plantedIn(Templates.within("any"), directory);

        Simulate simulated = Simulate.run(
                1, planted, progress -> !progress.failing().isEmpty() || progress.seeds() >= MOST_SEEDS_FOR_A_BUG);

        System.out.println(bug + ": found within " + simulated.seeds() + " seeds");
        assertThat(simulated.failing()).isNotEmpty();
    }
}
