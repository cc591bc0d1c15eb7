package dev.awssandbox.organizations.model;

import java.util.List;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.utils.builder.Buildable;

/** Which account is asked for; its own builder. */
public final class DescribeAccountRequest implements SdkPojo, Buildable {
    private static final List<SdkField<?>> FIELDS = List.of(Members.member(
            MarshallingType.STRING,
            "AccountId",
            request -> ((DescribeAccountRequest) request).accountId,
            (request, value) -> ((DescribeAccountRequest) request).accountId = value));

    private String accountId = "";

    private DescribeAccountRequest() {}

    public static DescribeAccountRequest builder() {
        return new DescribeAccountRequest();
    }

    public DescribeAccountRequest accountId(String account) {
        accountId = account;
        return this;
    }

    /** Empty where none is asked for. */
    public String accountId() {
        return accountId;
    }

    @Override
    public DescribeAccountRequest build() {
        return this;
    }

    @Override
    public List<SdkField<?>> sdkFields() {
        return FIELDS;
    }
}
