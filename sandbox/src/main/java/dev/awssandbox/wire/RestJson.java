package dev.awssandbox.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallLocation;
import software.amazon.awssdk.core.traits.PayloadTrait;

/**
 * Lambda's protocol: method and path name the action; its members stand in path, query string, headers and body, as the SDK's
 * description of them says.
 */
final class RestJson implements Protocol {
    private static final String FUNCTIONS = "/2015-03-31/functions";
    private static final List<Route> ROUTES = List.of(
            new Route("Invoke", "POST", Pattern.compile(FUNCTIONS + "/(?<FunctionName>[^/]+)/invocations")),
            new Route(
                    "GetFunctionConfiguration",
                    "GET",
                    Pattern.compile(FUNCTIONS + "/(?<FunctionName>[^/]+)/configuration")),
            new Route("ListFunctions", "GET", Pattern.compile(FUNCTIONS + "/?")));

    /**
     * Where an action is found.
     *
     * @param path with a group for each member that stands in it
     */
    private record Route(String action, String method, Pattern path) {
        private boolean matches(Request request) {
            return method.equals(request.method())
                    && path.matcher(request.path()).matches();
        }
    }

    private Route route(Request request) {
        return ROUTES.stream()
                .filter(route -> route.matches(request))
                .findFirst()
                .orElseThrow(() -> unknownAction(request.method() + " " + request.path()));
    }

    @Override
    public String action(Request request) {
        return route(request).action();
    }

    @Override
    public void read(Request request, SdkPojo builder) {
        refuseUnknownParameters(request, builder);
        Matcher path = route(request).path().matcher(request.path());
        if (!path.matches()) {
            throw new IllegalStateException("a route that does not match " + request.path());
        }
        for (SdkField<?> field : builder.sdkFields()) {
            String text =
                    switch (field.location()) {
                        case PATH -> URLDecoder.decode(path.group(field.locationName()), StandardCharsets.UTF_8);
                        case QUERY_PARAM -> request.queryParameters().get(field.locationName());
                        case HEADER -> request.header(field.locationName());
                        default -> null;
                    };
            if (text != null) {
                field.set(builder, parse(field, text));
            } else if (field.containsTrait(PayloadTrait.class)) {
                field.set(builder, SdkBytes.fromUtf8String(request.body()));
            }
        }
    }

    private static void refuseUnknownParameters(Request request, SdkPojo builder) {
        Set<String> known = builder.sdkFields().stream()
                .filter(field -> field.location() == MarshallLocation.QUERY_PARAM)
                .map(SdkField::locationName)
                .collect(Collectors.toSet());
        for (String name : request.queryParameters().keySet()) {
            if (!known.contains(name) && !name.startsWith("X-Amz-")) {
                throw new Refusal(400, "InvalidParameterValueException", "Unknown parameter " + name);
            }
        }
    }

    private static Object parse(SdkField<?> field, String text) {
        try {
            return Scalar.parse(field, text);
        } catch (IllegalArgumentException e) {
            String message = "Invalid value '" + text + "' for " + field.locationName();
            throw new Refusal(400, "InvalidParameterValueException", message);
        }
    }

    @Override
    public Answer answer(String action, SdkPojo response, String requestId) {
        Map<String, String> headers = headers(requestId);
        ObjectNode body = new JsonWriter().members(response);
        int status = 200;
        @Nullable String payload = null;
        for (SdkField<?> field : response.sdkFields()) {
            Object value = Pojos.valueOf(field, response);
            if (value instanceof SdkBytes bytes && field.containsTrait(PayloadTrait.class)) {
                payload = bytes.asUtf8String();
            } else if (value != null && field.location() == MarshallLocation.HEADER) {
                headers.put(field.locationName(), Scalar.write(value, DateTimeFormatter.RFC_1123_DATE_TIME));
                body.remove(field.locationName());
            } else if (value != null && field.location() == MarshallLocation.STATUS_CODE) {
                status = (Integer) value;
                body.remove(field.locationName());
            }
        }
        if (payload == null) {
            payload = status == 200 ? body.toString() : "";
        }
        return Answer.success(status, headers, payload);
    }

    @Override
    public Answer refusal(Refusal refusal, String requestId) {
        Map<String, String> headers = headers(requestId);
        headers.put("x-amzn-errortype", refusal.code());
        ObjectNode body = new JsonWriter().members(refusal.members());
        body.put("Type", refusal.byCaller() ? "User" : "Service");
        body.put("Message", refusal.text());
        return new Answer(refusal.status(), headers, body.toString(), refusal.code());
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
    public Refusal unknownRegion(String region) {
        return new Refusal(
                403,
                "InvalidSignatureException",
                "Credential should be scoped to a valid region, not '" + region + "'.");
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
}
