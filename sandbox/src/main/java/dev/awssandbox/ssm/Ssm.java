package dev.awssandbox.ssm;

import dev.awssandbox.Access;
import dev.awssandbox.Caller;
import dev.awssandbox.Cloud;
import dev.awssandbox.iam.Decision;
import dev.awssandbox.kernel.Kernel;
import java.time.Instant;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterType;
import software.amazon.awssdk.services.ssm.model.SsmException;

/** Systems Manager: parameters, of the types String and StringList. */
public final class Ssm {
    private final Cloud cloud;
    private final Kernel kernel;

    /** By account, Region and name, separated by spaces, of which a name has none. */
    private final NavigableMap<String, Stored> parameters = new TreeMap<>();

    public Ssm(Cloud cloud) {
        this.cloud = cloud;
        this.kernel = cloud.kernel();
    }

    /** The service as {@code caller} sees it in {@code region}. */
    public SsmClient client(Caller caller, String region) {
        return new ParametersClient(this, caller, region);
    }

    <T> T locked(Supplier<T> body) {
        return kernel.locked(body);
    }

    Instant now() {
        return kernel.now();
    }

    NavigableMap<String, Stored> parameters() {
        return parameters;
    }

    /**
     * Judges a call by the caller's identity policies.
     *
     * @throws SsmException {@code AccessDeniedException}
     */
    void require(Caller caller, String action, String arn) {
        Access access = Access.to("ssm:" + action, arn);
        Decision decision = cloud.iam().decide(caller, access);
        if (!decision.allowed()) {
            throw error(
                    SsmException.class,
                    SsmException.builder(),
                    "AccessDeniedException",
                    "User: " + caller.arn() + " is not authorized to perform: " + access.action() + " on resource: "
                            + arn + " because " + decision.reason());
        }
    }

    static <E extends AwsServiceException> E error(
            Class<E> type, AwsServiceException.Builder builder, String code, String message) {
        return type.cast(builder.statusCode(400)
                .message(message)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Ssm")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .build());
    }

    /** A parameter's latest version, the only one that is kept. */
    record Stored(String name, ParameterType type, String value, long version, Instant modified) {}
}
