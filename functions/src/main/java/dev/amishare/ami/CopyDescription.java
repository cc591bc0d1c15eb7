package dev.amishare.ami;

/**
 * The description of a snapshot that CopySnapshot makes. AWS lets nobody change it afterwards, unlike tags; so it is what tells a copy
 * that a claim's execution made by a call whose answer never came.
 */
public final class CopyDescription {
    /** 128 bits: nobody guesses the mark, or finds another token for it. */
    private static final int MARK_BYTES = 16;

    private CopyDescription() {}

    /** What the copy of a snapshot is described as. */
    public static String of(String sourceSnapshotId, String sourceImageId, String sourceRegion, String token) {
        return "Encrypted copy of " + sourceSnapshotId + " of " + sourceImageId + " from " + sourceRegion + " "
                + mark(token, sourceSnapshotId);
    }

    /** Whether this is what the claim of that token would have described its copy of that snapshot as. */
    public static boolean isOf(String description, String sourceSnapshotId, String token) {
        return description.startsWith("Encrypted copy of " + sourceSnapshotId + " of ")
                && description.endsWith(" " + mark(token, sourceSnapshotId));
    }

    /** The value of EC2's filter {@code description} that finds such copies. */
    public static String filter(String sourceSnapshotId, String token) {
        return "*" + mark(token, sourceSnapshotId);
    }

    /**
     * The token itself is not in it: whoever reads one copy's description could write that of the next volume's, before its copy is
     * made.
     */
    private static String mark(String token, String sourceSnapshotId) {
        return "(AMI Share " + Digest.of(token + " " + sourceSnapshotId, MARK_BYTES) + ")";
    }
}
