package dev.amishare.plan;

import dev.amishare.ami.RegionPlan;
import dev.amishare.json.Records;
import dev.amishare.request.Faults;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What Step Functions carries. A state's input, output and result may each have 262,144 bytes of UTF-8 (Step Functions quotas), so three
 * sums must fit: all plans, which PlanShare answers; a Region's plan beside what its steps answer; and the results of all Regions, which
 * the Map gathers in the place of the plans. What would not fit is refused here, since later it would come after a commit.
 */
public final class PlanSize {
    private static final int MOST = 262_144;
    /** What stands beside plans and beside results: the source's id, and lists of targets that are not done yet. */
    private static final int AROUND = 1_000;

    private static final int AROUND_FOR_TARGET = 3;
    /** What a Region's steps answer beside the result: claim, policy, progress; the finer of it is for each volume. */
    private static final int BESIDE_RESULT = 4_000;

    private static final int BESIDE_RESULT_FOR_VOLUME = 1_000;
    /** The entry's own fields and some dozen checks of the image, their details cut if need be. */
    private static final int ENTRY = 2_800;

    private static final int ENTRY_FOR_SNAPSHOT = 160;
    private static final int ENTRY_FOR_NOTE = 160;
    /** {"principal":"","verified":"LAUNCHABLE","checks":[]} and a comma. */
    private static final int ENTRY_FOR_TARGET = 53;

    private PlanSize() {}

    /** Gives each plan the room that its result may take; refuses what would not fit. */
    public static List<RegionPlan> fitted(List<RegionPlan> plans, Faults faults) {
        int least = 0;
        int all = 0;
        int most = MOST - around(plans);
        for (RegionPlan plan : plans) {
            int size = bytes(plan);
            all += size;
            least += leastResult(plan);
            int mostOfRegion = MOST - beside(plan);
            if (size + leastResult(plan) > mostOfRegion) {
                faults.forbidden(
                        tooLarge("plan and result for " + plan.region(), size + leastResult(plan), mostOfRegion));
            }
        }
        if (all > most) {
            faults.forbidden(tooLarge("plans for all Regions", all, most));
        }
        if (least > most) {
            faults.forbidden(tooLarge("results for all Regions", least, most));
        }
        int spare = plans.isEmpty() ? 0 : (most - least) / plans.size();
        List<RegionPlan> fitted = new ArrayList<>();
        for (RegionPlan plan : plans) {
            int room = Math.min(leastResult(plan) + spare, MOST - beside(plan) - bytes(plan));
            fitted.add(plan.withResultBytes(room));
        }
        return fitted;
    }

    private static int around(List<RegionPlan> plans) {
        return AROUND
                + plans.stream()
                        .limit(1)
                        .flatMap(plan -> plan.targets().principals().stream())
                        .mapToInt(principal -> principal.length() + AROUND_FOR_TARGET)
                        .sum();
    }

    private static int bytes(RegionPlan plan) {
        // The room for the result is a number of up to six digits, not known yet.
        return Records.write(plan).text().getBytes(StandardCharsets.UTF_8).length + 6;
    }

    private static int beside(RegionPlan plan) {
        return BESIDE_RESULT
                + BESIDE_RESULT_FOR_VOLUME * plan.source().snapshots().size();
    }

    /** What the result takes at least, if all that it says of single targets is that they may launch. */
    private static int leastResult(RegionPlan plan) {
        int targets = plan.targets().principals().stream()
                .mapToInt(principal -> principal.length() + ENTRY_FOR_TARGET)
                .sum();
        return ENTRY
                + targets
                + ENTRY_FOR_NOTE * plan.notes().size()
                + ENTRY_FOR_SNAPSHOT * plan.source().snapshots().size();
    }

    private static String tooLarge(String what, int size, int most) {
        return String.format(
                Locale.ROOT,
                "the request: its %s would have %,d bytes, and Step Functions carries %,d: ask for fewer targets, tags or Regions at a "
                        + "time, or share with the organization or organizational unit that holds the accounts",
                what,
                size,
                most);
    }
}
