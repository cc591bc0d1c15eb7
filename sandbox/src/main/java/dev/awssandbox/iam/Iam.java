package dev.awssandbox.iam;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.model.Credentials;

/** IAM and STS: roles, sessions, and what policies allow. */
@SuppressWarnings({"DoNotCallSuggester", "unused"}) // a placeholder, replaced in the next commits
public final class Iam {
    public Iam(Cloud cloud) {
        cloud.settings();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public IamClient client(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }

    /** STS as {@code caller} sees it in {@code region}. */
    public StsClient sts(Caller caller, String region) {
        throw new UnsupportedOperationException(caller.arn() + region);
    }

    /** Whose access key this is. */
    public Optional<Caller> callerOf(String accessKeyId) {
        return accessKeyId.matches("\\d{12}") && !accessKeyId.startsWith("9999")
                ? Optional.of(Caller.administrator(accessKeyId))
                : Optional.empty();
    }

    /** What the caller's identity policies say. */
    public Decision decide(Caller caller, Access access) {
        return new Decision(true, false, "a placeholder allows everything", null);
    }

    /** Every decision so far, in order. */
    public List<Judgement> judgements() {
        return List.of();
    }

    /** Whether policies may name this principal: an account's root, a role, an assumed role's session. */
    public boolean principalExists(String arn) {
        throw new UnsupportedOperationException(arn);
    }

    /** The unique id of the role that bears this ARN now. */
    public Optional<String> roleId(String roleArn) {
        throw new UnsupportedOperationException(roleArn);
    }

    /** A session of a role, as a service that the role trusts makes it. */
    public Credentials sessionOf(String roleArn, String sessionName) {
        throw new UnsupportedOperationException(roleArn + sessionName);
    }

    /** Whether the role's trust policy lets this service assume it. */
    public boolean serviceMayAssume(String roleArn, String service) {
        throw new UnsupportedOperationException(roleArn + service);
    }
}
