package dev.amishare.ledger;

/** A snapshot of the shared image, and what it is a copy of. */
public record SharedSnapshot(String deviceName, String sourceSnapshotId, String snapshotId) {}
