package dev.awssandbox.kms;

/**
 * A key, as other services may know it.
 *
 * @param awsManaged {@code alias/aws/ebs} and its like: whose policy nobody can change
 * @param state as DescribeKey names it: {@code Enabled}, {@code Disabled}, {@code PendingDeletion} …
 * @param symmetric a symmetric encryption key, the only kind that EBS takes
 */
public record KeyView(
        String arn, String keyId, String account, String region, boolean awsManaged, String state, boolean symmetric) {
    /** Whether it can be used now. */
    public boolean enabled() {
        return state.equals("Enabled");
    }
}
