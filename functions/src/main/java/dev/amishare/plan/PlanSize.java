package dev.amishare.plan;

import dev.amishare.ami.RegionPlan;
import dev.amishare.json.Records;
import dev.amishare.request.Faults;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What Step Functions carries: a state's input and output may have 256 KiB, and the plan travels beside what the steps answer. */
public final class PlanSize {
    private static final int LARGEST_PLAN = 120_000;
    private static final int LARGEST_TOTAL = 230_000;

    private PlanSize() {}

    /** Refuses what would not fit. */
    public static void check(List<RegionPlan> plans, Faults faults) {
        int total = 0;
        for (RegionPlan plan : plans) {
            int size = Records.write(plan).text().getBytes(StandardCharsets.UTF_8).length;
            total += size;
            if (size > LARGEST_PLAN) {
                faults.forbidden(tooLarge("for " + plan.region(), size, LARGEST_PLAN));
            }
        }
        if (total > LARGEST_TOTAL) {
            faults.forbidden(tooLarge("for all Regions", total, LARGEST_TOTAL));
        }
    }

    private static String tooLarge(String what, int size, int largest) {
        return String.format(
                "the request: its plan %s would have %,d bytes, more than the %,d that Step Functions carries beside its results: ask "
                        + "for fewer targets, tags or Regions at a time",
                what, size, largest);
    }
}
