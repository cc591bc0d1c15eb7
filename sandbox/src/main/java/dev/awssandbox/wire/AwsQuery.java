package dev.awssandbox.wire;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.core.SdkPojo;

/**
 * The protocol of STS and IAM: form parameters in, XML out.
 *
 * @param namespace of the answers
 */
record AwsQuery(String namespace) implements Protocol {
    private static final Set<String> OWN_PARAMETERS = Set.of("Action", "Version");

    /** The action that a form asks for. */
    static String actionOf(Request request) {
        String action = allParameters(request).get("Action");
        if (action == null || action.isEmpty()) {
            throw new Refusal(400, "MissingAction", "The request must contain the parameter Action");
        }
        return action;
    }

    /** The form without the parameters that are the protocol's or the signature's. */
    static Map<String, String> parametersOf(Request request) {
        Map<String, String> parameters = allParameters(request);
        parameters.keySet().removeIf(name -> OWN_PARAMETERS.contains(name) || name.startsWith("X-Amz-"));
        return parameters;
    }

    private static Map<String, String> allParameters(Request request) {
        Map<String, String> parameters = new LinkedHashMap<>(request.queryParameters());
        parameters.putAll(Request.form(request.body()));
        return parameters;
    }

    @Override
    public String action(Request request) {
        return actionOf(request);
    }

    @Override
    public void read(Request request, SdkPojo builder) {
        QueryReader.query().read(parametersOf(request), builder);
    }

    @Override
    public Answer answer(String action, SdkPojo response, String requestId) {
        String root = action + "Response";
        XmlWriter xml = XmlWriter.query().openRoot(root, namespace);
        if (!response.sdkFields().isEmpty()) {
            String result = action + "Result";
            xml.open(result).members(response).close(result);
        }
        xml.open("ResponseMetadata").element("RequestId", requestId).close("ResponseMetadata");
        return Answer.success(200, headers(requestId), xml.close(root).toString());
    }

    @Override
    public Answer refusal(Refusal refusal, String requestId) {
        String xml = XmlWriter.query()
                .openRoot("ErrorResponse", namespace)
                .open("Error")
                .element("Type", refusal.byCaller() ? "Sender" : "Receiver")
                .element("Code", refusal.code())
                .element("Message", refusal.text())
                .close("Error")
                .element("RequestId", requestId)
                .close("ErrorResponse")
                .toString();
        return new Answer(refusal.status(), headers(requestId), xml, refusal.code());
    }

    @Override
    public Refusal unknownAction(String name) {
        return new Refusal(400, "InvalidAction", "Could not find operation " + name);
    }

    @Override
    public Refusal unknownAccessKey() {
        return new Refusal(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    }

    @Override
    public Refusal unknownRegion(String region) {
        return new Refusal(
                403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region, not '" + region + "'.");
    }

    @Override
    public Refusal throttled() {
        return new Refusal(400, "Throttling", "Rate exceeded");
    }

    @Override
    public Refusal denied(String message) {
        return new Refusal(403, "AccessDenied", message);
    }

    private static Map<String, String> headers(String requestId) {
        return Map.of("Content-Type", "text/xml", "x-amzn-RequestId", requestId);
    }
}
