package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.ami.Way;

/** Plans as PlanShare would not make them for the images at hand. */
final class Plans {
    private Plans() {}

    /** The same, made by another way. */
    static RegionPlan with(RegionPlan plan, Way way) {
        return with(plan, way, plan.sourceImageId());
    }

    /** The same, made by another way and of another source. */
    static RegionPlan with(RegionPlan plan, Way way, String sourceImageId) {
        return new RegionPlan(
                plan.region(),
                plan.sourceRegion(),
                sourceImageId,
                plan.imageName(),
                plan.keyArn(),
                way,
                plan.source(),
                plan.volumes(),
                plan.targets(),
                plan.tags(),
                plan.requestedTags(),
                plan.snapshotTags(),
                plan.shareSnapshots(),
                plan.verify(),
                plan.notes(),
                plan.resultBytes());
    }
}
