package dev.awssandbox.iam;

import org.jspecify.annotations.Nullable;

/** A policy document that AWS would refuse. Each service makes its own error of it. */
public final class MalformedPolicy extends RuntimeException {
    private final String why;

    MalformedPolicy(String why) {
        this(why, null);
    }

    MalformedPolicy(String why, @Nullable Throwable cause) {
        super(why, cause);
        this.why = why;
    }

    /** What is wrong with it, as IAM words it. */
    public String why() {
        return why;
    }
}
