package dev.awssandbox.iam;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** The AWS managed policies that templates attach to the roles of functions and state machines; no others are known. */
final class ManagedPolicies {
    private static final String PREFIX = "arn:aws:iam::aws:policy/";
    private static final String LOGS = "\"logs:CreateLogGroup\",\"logs:CreateLogStream\",\"logs:PutLogEvents\"";
    private static final Map<String, PolicyDocument> POLICIES = policies();

    private ManagedPolicies() {}

    private static Map<String, PolicyDocument> policies() {
        Map<String, String> actions = new LinkedHashMap<>();
        actions.put("AdministratorAccess", "\"*\"");
        actions.put("service-role/AWSLambdaBasicExecutionRole", LOGS);
        actions.put(
                "service-role/AWSLambdaVPCAccessExecutionRole",
                LOGS + ",\"ec2:CreateNetworkInterface\",\"ec2:DescribeNetworkInterfaces\",\"ec2:DescribeSubnets\","
                        + "\"ec2:DeleteNetworkInterface\",\"ec2:AssignPrivateIpAddresses\","
                        + "\"ec2:UnassignPrivateIpAddresses\"");
        actions.put(
                "AWSXRayDaemonWriteAccess",
                "\"xray:PutTraceSegments\",\"xray:PutTelemetryRecords\",\"xray:GetSamplingRules\","
                        + "\"xray:GetSamplingTargets\",\"xray:GetSamplingStatisticSummaries\"");
        actions.put("CloudWatchLambdaInsightsExecutionRolePolicy", LOGS);
        return actions.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        policy -> PREFIX + policy.getKey(), policy -> allowing(policy.getValue())));
    }

    private static PolicyDocument allowing(String actions) {
        return PolicyDocument.parse(
                PolicyDocument.Kind.IDENTITY,
                "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":[" + actions
                        + "],\"Resource\":\"*\"}]}");
    }

    static boolean exists(String arn) {
        return POLICIES.containsKey(arn);
    }

    static String nameOf(String arn) {
        return arn.substring(arn.lastIndexOf('/') + 1);
    }

    static PolicyDocument documentOf(String arn) {
        PolicyDocument document = POLICIES.get(arn);
        if (document == null) {
            throw new IllegalArgumentException(arn + " is none of the managed policies that the sandbox knows");
        }
        return document;
    }
}
