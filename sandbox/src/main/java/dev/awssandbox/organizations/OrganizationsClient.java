package dev.awssandbox.organizations;

import dev.awssandbox.organizations.model.DescribeAccountRequest;
import dev.awssandbox.organizations.model.DescribeAccountResponse;
import software.amazon.awssdk.core.SdkClient;

/**
 * The actions of Organizations that the sandbox has. The other services implement the interface of their SDK module; the module of this
 * one is not to be had for our version of the SDK, so the interface stands here, in the same form.
 */
public interface OrganizationsClient extends SdkClient {
    DescribeAccountResponse describeAccount(DescribeAccountRequest request);
}
