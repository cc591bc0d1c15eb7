package dev.amishare.lambda;

import java.util.Arrays;
import java.util.Optional;
import software.amazon.awssdk.awscore.AwsExecutionAttribute;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;
import software.amazon.awssdk.regions.Region;

/** Which call of AWS failed: the SDK's exceptions do not say. Rides on them as a suppressed exception. */
final class FailedCall extends Exception {
    private final String service;
    private final String action;
    private final String region;

    private FailedCall(String service, String action, String region) {
        super(service + ":" + action + " in " + region, null, false, false);
        this.service = service;
        this.action = action;
        this.region = region;
    }

    static Optional<FailedCall> of(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(FailedCall.class::isInstance)
                .map(FailedCall.class::cast)
                .findFirst();
    }

    String service() {
        return service;
    }

    String action() {
        return action;
    }

    String region() {
        return region;
    }

    /** Writes down which call failed. */
    static final class Recorder implements ExecutionInterceptor {
        @Override
        public Throwable modifyException(Context.FailedExecution context, ExecutionAttributes attributes) {
            String service = attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
            String action = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
            Region region = attributes.getAttribute(AwsExecutionAttribute.AWS_REGION);
            Throwable failure = context.exception();
            failure.addSuppressed(
                    new FailedCall(String.valueOf(service), String.valueOf(action), String.valueOf(region)));
            return failure;
        }
    }
}
