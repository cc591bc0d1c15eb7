package dev.awssandbox;

import java.util.List;
import java.util.Map;

/**
 * One permission that a call needs.
 *
 * @param action as policies write it, for example {@code ec2:CopySnapshot}
 * @param resourceArn the ARN of the resource touched, or {@code *} where the action knows none
 * @param context the condition keys of this request and their values, for example {@code aws:RequestTag/team} → {@code [platform]};
 *     the keys that follow from the caller ({@code aws:PrincipalArn}, {@code aws:PrincipalOrgID} …) are added by {@link dev.awssandbox.iam.Iam}
 */
public record Access(String action, String resourceArn, Map<String, List<String>> context) {
    public Access {
        context = Map.copyOf(context);
    }

    public static Access to(String action, String resourceArn) {
        return new Access(action, resourceArn, Map.of());
    }
}
