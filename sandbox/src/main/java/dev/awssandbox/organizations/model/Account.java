package dev.awssandbox.organizations.model;

import java.time.Instant;
import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;

/**
 * A member of an organization.
 *
 * @param arn {@code arn:aws:organizations::MANAGEMENT:account/o-…/ACCOUNT}
 * @param status {@code ACTIVE}; the sandbox closes no accounts
 * @param joinedMethod {@code INVITED} or {@code CREATED}
 */
public record Account(
        String id, String arn, String email, String name, String status, String joinedMethod, Instant joinedTimestamp)
        implements SdkPojo {
    private static final List<SdkField<?>> FIELDS = List.of(
            Members.answered(MarshallingType.STRING, "Id", account -> ((Account) account).id),
            Members.answered(MarshallingType.STRING, "Arn", account -> ((Account) account).arn),
            Members.answered(MarshallingType.STRING, "Email", account -> ((Account) account).email),
            Members.answered(MarshallingType.STRING, "Name", account -> ((Account) account).name),
            Members.answered(MarshallingType.STRING, "Status", account -> ((Account) account).status),
            // AWS answers both and is retiring Status.
            Members.answered(MarshallingType.STRING, "State", account -> ((Account) account).status),
            Members.answered(MarshallingType.STRING, "JoinedMethod", account -> ((Account) account).joinedMethod),
            Members.answered(
                    MarshallingType.INSTANT, "JoinedTimestamp", account -> ((Account) account).joinedTimestamp));

    @Override
    public List<SdkField<?>> sdkFields() {
        return FIELDS;
    }
}
