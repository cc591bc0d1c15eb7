package dev.awssandbox;

import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, as IAM sees it.
 *
 * @param account the twelve digits of the account the principal belongs to
 * @param arn as GetCallerIdentity gives it: a user's ARN, or {@code arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION}
 * @param principalArn as {@code aws:PrincipalArn} and key policies name it: the user's ARN, or the role's
 * @param userId as GetCallerIdentity gives it ({@code AIDA…}, {@code AROA…:SESSION})
 * @param kind decides which identity policies count
 * @param sessionPolicy the policy given to AssumeRole, which a session cannot exceed; null where none was given
 */
public record Caller(
        String account, String arn, String principalArn, String userId, Kind kind, @Nullable String sessionPolicy) {
    /** What kind of principal calls. */
    public enum Kind {
        /** An IAM user with AdministratorAccess: what the sandbox makes of an access key id of twelve digits. */
        ADMINISTRATOR,
        /** A session of a role, judged by the role's policies. */
        ROLE_SESSION
    }

    /** The administrator of an account: a user, not the root user, who could not assume a role. */
    public static Caller administrator(String account) {
        String arn = "arn:aws:iam::" + account + ":user/Administrator";
        return new Caller(account, arn, arn, "AIDA0000" + account, Kind.ADMINISTRATOR, null);
    }

    /**
     * A session of a role.
     *
     * @param roleArn {@code arn:aws:iam::ACCOUNT:role/PATH/NAME}
     * @param roleId {@code AROA…}
     */
    public static Caller roleSession(String roleArn, String roleId, String sessionName) {
        String account = roleArn.split(":", -1)[4];
        String name = roleArn.substring(roleArn.lastIndexOf('/') + 1);
        String arn = "arn:aws:sts::" + account + ":assumed-role/" + name + "/" + sessionName;
        return new Caller(account, arn, roleArn, roleId + ":" + sessionName, Kind.ROLE_SESSION, null);
    }
}
