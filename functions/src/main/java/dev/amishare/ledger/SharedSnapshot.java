package dev.amishare.ledger;

/** A snapshot of the shared image, and what it is a copy of. */
public record SharedSnapshot(String deviceName, String sourceSnapshotId, String snapshotId) {
    /** Whether it was copied for the share; else it is the source's own, and no share's to tag or remove. */
    public boolean isCopy() {
        return !snapshotId.equals(sourceSnapshotId);
    }
}
