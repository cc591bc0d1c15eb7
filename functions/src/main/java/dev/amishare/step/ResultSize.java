package dev.amishare.step;

import dev.amishare.json.Records;
import dev.amishare.step.Check.Result;
import dev.amishare.step.CommitShare.Entry;
import dev.amishare.step.Verify.TargetResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fits a Region's part of the result into the room that the plan has for it: the results of all Regions travel together, and what stands
 * must not be reported as failed because its report was too long. What is left out is said.
 */
final class ResultSize {
    private static final int MOST_NAMED = 5;

    private ResultSize() {}

    /** The entry, with less detail if it would be larger than so many bytes. */
    static Entry fit(Entry entry, int bytes) {
        Entry fitting = entry;
        if (size(fitting) > bytes) {
            fitting = with(entry, withLeftOut(entry), bare(entry.targets()), entry.alsoSharedWith());
        }
        if (size(fitting) > bytes) {
            fitting = withFewOthers(fitting);
        }
        for (int longest = 1024; size(fitting) > bytes && longest >= 32; longest /= 2) {
            fitting = with(fitting, shortened(fitting.checks(), longest), fitting.targets(), fitting.alsoSharedWith());
        }
        return fitting;
    }

    private static int size(Entry entry) {
        return Records.write(entry).text().getBytes(StandardCharsets.UTF_8).length;
    }

    private static List<TargetResult> bare(List<TargetResult> targets) {
        return targets.stream()
                .map(target -> new TargetResult(target.principal(), target.verified(), List.of()))
                .toList();
    }

    private static List<Check> withLeftOut(Entry entry) {
        List<TargetResult> told =
                entry.targets().stream().filter(t -> !t.checks().isEmpty()).toList();
        List<Check> checks = new ArrayList<>(entry.checks());
        if (!told.isEmpty()) {
            TargetResult first = told.get(0);
            checks.add(new Check(
                    "left-out",
                    Result.WARN,
                    "the checks of " + told.size() + " targets do not fit: ask for fewer at a time to see them. "
                            + String.join(
                                    ", ",
                                    told.stream()
                                            .limit(MOST_NAMED)
                                            .map(TargetResult::principal)
                                            .toList())
                            + (told.size() > MOST_NAMED ? " and others" : "") + ". The first: "
                            + first.checks().get(0).line()));
        }
        return checks;
    }

    private static Entry withFewOthers(Entry entry) {
        List<String> others = entry.alsoSharedWith();
        if (others == null || others.size() <= MOST_NAMED) {
            return entry;
        }
        List<Check> checks = new ArrayList<>(entry.checks());
        checks.add(new Check(
                "left-out",
                Result.WARN,
                "alsoSharedWith names " + MOST_NAMED + " of " + others.size()
                        + ", more do not fit: the ledger's item of this image names all"));
        return with(entry, checks, entry.targets(), List.copyOf(others.subList(0, MOST_NAMED)));
    }

    private static List<Check> shortened(List<Check> checks, int longest) {
        return checks.stream()
                .map(check -> check.detail().length() <= longest
                        ? check
                        : new Check(check.name(), check.result(), check.detail().substring(0, longest) + "…"))
                .toList();
    }

    private static Entry with(
            Entry entry, List<Check> checks, List<TargetResult> targets, @Nullable List<String> alsoSharedWith) {
        return new Entry(
                entry.region(),
                entry.imageId(),
                entry.kmsKeyArn(),
                entry.reused(),
                entry.snapshots(),
                checks,
                targets,
                alsoSharedWith);
    }
}
