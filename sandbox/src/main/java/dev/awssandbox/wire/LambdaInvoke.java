package dev.awssandbox.wire;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.services.lambda.model.InvokeRequest;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;

/** Lambda's REST protocol, as far as Invoke goes: path, headers and query string say what, the body is the payload. */
final class LambdaInvoke implements Protocol {
    private static final Pattern PATH = Pattern.compile("/2015-03-31/functions/([^/]+)/invocations");

    @Override
    public String action(Request request) {
        if (!request.method().equals("POST") || !PATH.matcher(request.path()).matches()) {
            throw unknownAction(request.method() + " " + request.path());
        }
        return "Invoke";
    }

    @Override
    public void read(Request request, SdkPojo builder) {
        Matcher path = PATH.matcher(request.path());
        if (!path.matches() || !(builder instanceof InvokeRequest.Builder invoke)) {
            throw new IllegalStateException("not an Invoke: " + request.path());
        }
        request.queryParameters().keySet().stream()
                .filter(name -> !name.equals("Qualifier") && !name.startsWith("X-Amz-"))
                .forEach(name -> {
                    throw new Refusal(400, "InvalidParameterValueException", "unknown parameter " + name);
                });
        invoke.functionName(URLDecoder.decode(path.group(1), StandardCharsets.UTF_8))
                .qualifier(request.queryParameters().get("Qualifier"))
                .invocationType(request.header("x-amz-invocation-type"))
                .logType(request.header("x-amz-log-type"))
                .clientContext(request.header("x-amz-client-context"))
                .payload(SdkBytes.fromUtf8String(request.body()));
    }

    @Override
    public Answer answer(String action, SdkPojo response, String requestId) {
        InvokeResponse result = (InvokeResponse) response;
        Map<String, String> headers = headers(requestId);
        putIfSet(headers, "X-Amz-Function-Error", result.functionError());
        putIfSet(headers, "X-Amz-Log-Result", result.logResult());
        putIfSet(headers, "X-Amz-Executed-Version", result.executedVersion());
        int status = result.statusCode() == null ? 200 : result.statusCode();
        return Answer.success(
                status,
                headers,
                result.payload() == null ? "" : result.payload().asUtf8String());
    }

    @Override
    public Answer refusal(Refusal refusal, String requestId) {
        Map<String, String> headers = headers(requestId);
        headers.put("x-amzn-errortype", refusal.code());
        String body = JsonNodeFactory.instance
                .objectNode()
                .put("Type", refusal.byCaller() ? "User" : "Service")
                .put("Message", refusal.text())
                .toString();
        return new Answer(refusal.status(), headers, body, refusal.code());
    }

    @Override
    public Refusal unknownAction(String name) {
        return new Refusal(404, "UnknownOperationException", "Unknown operation " + name);
    }

    @Override
    public Refusal unknownAccessKey() {
        return new Refusal(
                403, "UnrecognizedClientException", "The security token included in the request is invalid.");
    }

    @Override
    public Refusal throttled() {
        return new Refusal(429, "TooManyRequestsException", "Rate Exceeded.");
    }

    @Override
    public Refusal denied(String message) {
        return new Refusal(403, "AccessDeniedException", message);
    }

    private static Map<String, String> headers(String requestId) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Content-Type", "application/json");
        headers.put("x-amzn-RequestId", requestId);
        return headers;
    }

    private static void putIfSet(Map<String, String> headers, String name, @Nullable String value) {
        if (value != null) {
            headers.put(name, value);
        }
    }
}
