package dev.amishare.ami;

/** The tags that say what AMI Share has made, and for whom. Nothing without {@link #MANAGED} is ever changed or deleted. */
public final class ManagedTags {
    /** All tags of ours begin so; nobody may ask for such a tag. */
    public static final String PREFIX = "ami-share:";
    /** {@code true} on everything that AMI Share may change or delete, keys included. */
    public static final String MANAGED = PREFIX + "managed";
    /** The id of the source image. */
    public static final String SOURCE_IMAGE = PREFIX + "source-image";
    /** The id of the source snapshot. */
    public static final String SOURCE_SNAPSHOT = PREFIX + "source-snapshot";
    /** The ARN of the execution that made it. */
    public static final String EXECUTION = PREFIX + "execution";
    /** On a share key: the ARN of the ledger that decides its policy, so that no two deployments do. */
    public static final String LEDGER = PREFIX + "ledger";
    /** On a source image: the profile to share it by. */
    public static final String PROFILE = PREFIX + "profile";

    private ManagedTags() {}
}
