package dev.awssandbox.organizations.model;

import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;

/** The account that was asked for. */
public record DescribeAccountResponse(Account account) implements SdkPojo {
    private static final List<SdkField<?>> FIELDS = List.of(Members.answered(
            MarshallingType.SDK_POJO, "Account", response -> ((DescribeAccountResponse) response).account));

    @Override
    public List<SdkField<?>> sdkFields() {
        return FIELDS;
    }
}
