package dev.awssandbox.organizations;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.Organization.Membership;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.organizations.model.Account;
import dev.awssandbox.organizations.model.DescribeAccountRequest;
import dev.awssandbox.organizations.model.DescribeAccountResponse;
import java.time.Instant;
import java.util.Optional;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Organizations: what the management account can ask about its members. There are no delegated administrators; every other account is
 * refused (API reference of DescribeAccount: "can be called only from the organization's management account or by a member account that
 * is a delegated administrator").
 */
public final class Organizations {
    /** The organization stands before the sandbox starts; nobody joins later. */
    private static final Instant JOINED = Instant.parse("2025-01-01T00:00:00Z");

    private final Cloud cloud;

    public Organizations(Cloud cloud) {
        this.cloud = cloud;
    }

    /** The service as {@code caller} sees it: it is a global one. */
    public OrganizationsClient client(Caller caller) {
        return new OrganizationsClient() {
            @Override
            public DescribeAccountResponse describeAccount(DescribeAccountRequest request) {
                return cloud.kernel().locked(() -> describe(caller, request.accountId()));
            }

            @Override
            public String serviceName() {
                return "organizations";
            }

            @Override
            public void close() {}
        };
    }

    private DescribeAccountResponse describe(Caller caller, String account) {
        if (!account.matches("\\d{12}")) {
            throw error("InvalidInputException", "You provided a value that does not match the required pattern.");
        }
        Optional<Membership> own = cloud.organization().of(caller.account());
        String organization = own.map(Membership::organizationId).orElse("o-none");
        String management = own.map(Membership::managementAccount).orElse(caller.account());
        String arn = "arn:aws:organizations::" + management + ":account/" + organization + "/" + account;
        Access access = Access.to("organizations:DescribeAccount", arn);
        Decision decision = cloud.iam().decide(caller, access);
        if (!decision.allowed()) {
            throw error("AccessDeniedException", decision.refusal(caller, access));
        }
        if (own.isEmpty()) {
            throw error("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.");
        }
        if (!caller.account().equals(management)) {
            throw error("AccessDeniedException", "You don't have permissions to access this resource.");
        }
        boolean isMember = cloud.organization()
                .of(account)
                .filter(member -> member.organizationId().equals(organization))
                .isPresent();
        if (!isMember) {
            throw error("AccountNotFoundException", "You specified an account that doesn't exist.");
        }
        String joined = account.equals(management) ? "INVITED" : "CREATED";
        return new DescribeAccountResponse(
                new Account(account, arn, account + "@example.com", "Account " + account, "ACTIVE", joined, JOINED));
    }

    private static AwsServiceException error(String code, String message) {
        return AwsServiceException.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Organizations")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .message(message)
                .statusCode(400)
                .build();
    }
}
