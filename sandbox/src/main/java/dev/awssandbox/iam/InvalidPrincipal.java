package dev.awssandbox.iam;

/** A policy names a principal that does not exist. */
public final class InvalidPrincipal extends RuntimeException {
    private final String principal;

    InvalidPrincipal(String principal) {
        super(principal);
        this.principal = principal;
    }

    /** What it is, as IAM words it. */
    public String why() {
        return "Invalid principal in policy: \"AWS\":\"" + principal + "\"";
    }
}
