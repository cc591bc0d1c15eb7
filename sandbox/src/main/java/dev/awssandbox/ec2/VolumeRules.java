package dev.awssandbox.ec2;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What sizes and speeds the types of volumes allow. */
final class VolumeRules {
    private static final String GP3 = "gp3";

    /** Sizes in GiB; IOPS and how many of them a GiB carries, where they can be chosen. */
    private record Limits(int smallest, int largest, int fewestIops, int mostIops, int iopsPerGib) {
        boolean choosesIops() {
            return mostIops > 0;
        }
    }

    private static final Map<String, Limits> LIMITS = Map.of(
            "standard",
            new Limits(1, 1024, 0, 0, 0),
            "gp2",
            new Limits(1, 16_384, 0, 0, 0),
            GP3,
            new Limits(1, 65_536, 3_000, 80_000, 500),
            "io1",
            new Limits(4, 16_384, 100, 64_000, 50),
            "io2",
            new Limits(4, 65_536, 100, 256_000, 1_000),
            "st1",
            new Limits(125, 16_384, 0, 0, 0),
            "sc1",
            new Limits(125, 16_384, 0, 0, 0));

    private VolumeRules() {}

    /** Refuses what no volume can be. */
    static void check(String type, int size, @Nullable Integer iops, @Nullable Integer throughput) {
        Limits limits = LIMITS.get(type);
        if (limits == null) {
            throw Errors.invalidValue("Value (" + type + ") for parameter volumeType is invalid.");
        }
        if (size < limits.smallest() || size > limits.largest()) {
            throw Errors.invalidValue("Volume of " + size + "GiB is invalid; a volume of type " + type
                    + " must be between " + limits.smallest() + " and " + limits.largest() + " GiB");
        }
        checkIops(type, size, iops, limits);
        checkThroughput(type, iops, throughput);
    }

    private static void checkIops(String type, int size, @Nullable Integer iops, Limits limits) {
        if (iops == null) {
            if (limits.choosesIops() && !type.equals(GP3)) {
                throw Errors.missing("iops");
            }
            return;
        }
        if (!limits.choosesIops()) {
            throw Errors.combination("The parameter iops is not supported for " + type + " volumes.");
        }
        if (iops < limits.fewestIops() || iops > limits.mostIops()) {
            throw Errors.invalidValue("Volume iops of " + iops + " is out of range; a volume of type " + type
                    + " must have between " + limits.fewestIops() + " and " + limits.mostIops());
        }
        boolean baseline = type.equals(GP3) && iops == limits.fewestIops();
        if (!baseline && iops > (long) size * limits.iopsPerGib()) {
            throw Errors.invalidValue("Iops to volume size ratio of " + (double) iops / size
                    + " is too high; maximum is " + limits.iopsPerGib() + " for volumes of type " + type);
        }
    }

    private static void checkThroughput(String type, @Nullable Integer iops, @Nullable Integer throughput) {
        if (throughput == null) {
            return;
        }
        if (!type.equals(GP3)) {
            throw Errors.combination("The parameter throughput is not supported for " + type + " volumes.");
        }
        if (throughput < 125 || throughput > 2_000) {
            throw Errors.invalidValue(
                    "Throughput of " + throughput + " MiB/s is out of range; it must be between 125 and 2000");
        }
        if (throughput > (iops == null ? 3_000 : iops) / 4) {
            throw Errors.invalidValue("Throughput (MiBps) to iops ratio is too high; maximum is 0.25 MiBps per iops.");
        }
    }
}
