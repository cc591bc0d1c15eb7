package dev.amishare.lambda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.AwsExecutionAttribute;
import software.amazon.awssdk.core.SdkRequest;
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
    private final List<String> resources;

    private FailedCall(String service, String action, String region, List<String> resources) {
        super(service + ":" + action + " in " + region, null, false, false);
        this.service = service;
        this.action = action;
        this.region = region;
        this.resources = List.copyOf(resources);
    }

    static Optional<FailedCall> of(Throwable failure) {
        return Arrays.stream(failure.getSuppressed())
                .filter(FailedCall.class::isInstance)
                .map(FailedCall.class::cast)
                .findFirst();
    }

    /** The action and what it was about, as {@code ec2:DeleteSnapshot (SnapshotId snap-1)}. */
    String what() {
        return service + ":" + action + (resources.isEmpty() ? "" : " (" + String.join(", ", resources) + ")");
    }

    String region() {
        return region;
    }

    /** Writes down which call failed. */
    static final class Recorder implements ExecutionInterceptor {
        private static final Pattern NAMES_A_RESOURCE = Pattern.compile(
                "(Source)?(Image|Snapshot)Ids?|(Kms)?KeyId|Resources|Name|TableName|RoleArn|[eE]xecutionArn");

        /** The prefix of a service's actions, where it is not its name. */
        private static final Map<String, String> PREFIXES = Map.of("Sfn", "states");

        @Override
        public Throwable modifyException(Context.FailedExecution context, ExecutionAttributes attributes) {
            String service = attributes.getAttribute(SdkExecutionAttribute.SERVICE_NAME);
            String action = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
            Region region = attributes.getAttribute(AwsExecutionAttribute.AWS_REGION);
            Throwable failure = context.exception();
            failure.addSuppressed(new FailedCall(
                    PREFIXES.getOrDefault(service, String.valueOf(service).toLowerCase(Locale.ROOT)),
                    String.valueOf(action),
                    String.valueOf(region),
                    resources(context.request())));
            return failure;
        }

        private static List<String> resources(SdkRequest request) {
            return request.sdkFields().stream()
                    .filter(field ->
                            NAMES_A_RESOURCE.matcher(field.memberName()).matches())
                    .map(field -> field.memberName() + " " + text(field.getValueOrDefault(request)))
                    .filter(named -> !named.endsWith(" "))
                    .toList();
        }

        private static String text(@Nullable Object value) {
            if (value instanceof List<?> list) {
                return list.stream().map(String::valueOf).collect(Collectors.joining(" "));
            }
            return value == null ? "" : value.toString();
        }
    }
}
