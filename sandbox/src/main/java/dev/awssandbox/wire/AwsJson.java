package dev.awssandbox.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The JSON protocol of KMS, SSM, Step Functions, DynamoDB and Organizations.
 *
 * @param version 1.0 or 1.1
 * @param target what the header {@code X-Amz-Target} has before the dot
 * @param errorNamespace what {@code __type} has before the error's code; services differ
 * @param throttlingCode differs too
 */
record AwsJson(String version, String target, String errorNamespace, String throttlingCode) implements Protocol {
    @Override
    public String action(Request request) {
        String header = request.header("x-amz-target");
        if (header == null || !header.startsWith(target + ".")) {
            throw new Refusal(400, "UnknownOperationException", "X-Amz-Target is not " + target + ".…: " + header);
        }
        return header.substring(target.length() + 1);
    }

    @Override
    public void read(Request request, SdkPojo builder) {
        new JsonReader().read(request.body(), builder);
    }

    @Override
    public Answer answer(String action, SdkPojo response, String requestId) {
        String body = new JsonWriter().members(response).toString();
        return Answer.success(200, Map.of("Content-Type", contentType(), "x-amzn-RequestId", requestId), body);
    }

    @Override
    public Answer refusal(Refusal refusal, String requestId) {
        ObjectNode error = new JsonWriter().members(refusal.members());
        error.put("__type", errorNamespace + refusal.code());
        error.put("message", refusal.text());
        Map<String, String> headers = Map.of(
                "Content-Type", contentType(), "x-amzn-RequestId", requestId, "x-amzn-errortype", refusal.code());
        return new Answer(refusal.status(), headers, error.toString(), refusal.code());
    }

    @Override
    public Refusal unknownAction(String name) {
        return new Refusal(400, "UnknownOperationException", "Unknown operation " + name);
    }

    @Override
    public Refusal unknownAccessKey() {
        return new Refusal(
                400, "UnrecognizedClientException", "The security token included in the request is invalid.");
    }

    @Override
    public Refusal unknownRegion(String region) {
        return new Refusal(
                400,
                "InvalidSignatureException",
                "Credential should be scoped to a valid region, not '" + region + "'.");
    }

    @Override
    public Refusal throttled() {
        return new Refusal(400, throttlingCode, "Rate exceeded");
    }

    @Override
    public Refusal denied(String message) {
        return new Refusal(400, "AccessDeniedException", message);
    }

    private String contentType() {
        return "application/x-amz-json-" + version;
    }
}
