package dev.amishare.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.e2e.Rights.Right;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * No right of any role may go: for each, the pipeline is deployed without it and sent on all ways, and something must go wrong. An
 * action that stands in two statements of a role counts twice. Takes minutes, so by hand only: {@code mvn verify -Premoved-rights}.
 */
@Tag("removed-rights")
final class RemovedRightsTest {
    @Test
    void everyRightIsMissed() {
        List<Right> rights = Rights.rights(Templates.within("any"));
        List<String> unnoticed = new ArrayList<>();
        for (Right right : rights) {
            long begun = System.nanoTime();
            Optional<String> noticed = RemovedRight.of(right).noticed();
            double seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun) / 1000.0;
            if (noticed.isEmpty()) {
                unnoticed.add(right.toString());
            }
            System.out.printf(
                    Locale.ROOT,
                    "without %s: %s, %.1f s%n",
                    right,
                    noticed.map("noticed "::concat).orElse("NOT NOTICED"),
                    seconds);
        }
        System.out.println("Removed rights: " + rights.size() + ", noticed " + (rights.size() - unnoticed.size())
                + ", unnoticed " + unnoticed.size());
        assertThat(unnoticed).isEmpty();
    }
}
