package dev.awssandbox.wire;

import java.util.Map;
import software.amazon.awssdk.core.SdkPojo;

/** EC2's protocol: form parameters in, XML out. */
final class Ec2Query implements Protocol {
    private static final String NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

    @Override
    public String action(Request request) {
        return AwsQuery.actionOf(request);
    }

    @Override
    public void read(Request request, SdkPojo builder) {
        QueryReader.ec2().read(AwsQuery.parametersOf(request), builder);
    }

    @Override
    public Answer answer(String action, SdkPojo response, String requestId) {
        String root = action + "Response";
        XmlWriter xml = XmlWriter.ec2().openRoot(root, NAMESPACE).element("requestId", requestId);
        if (response.sdkFields().isEmpty()) {
            xml.element("return", "true");
        }
        return Answer.success(
                200, headers(requestId), xml.members(response).close(root).toString());
    }

    @Override
    public Answer refusal(Refusal refusal, String requestId) {
        String xml = XmlWriter.DECLARATION
                + XmlWriter.ec2()
                        .open("Response")
                        .open("Errors")
                        .open("Error")
                        .element("Code", refusal.code())
                        .element("Message", refusal.text())
                        .close("Error")
                        .close("Errors")
                        .element("RequestID", requestId)
                        .close("Response");
        return new Answer(refusal.status(), headers(requestId), xml, refusal.code());
    }

    @Override
    public Refusal unknownAction(String name) {
        return new Refusal(400, "InvalidAction", "The action " + name + " is not valid for this web service.");
    }

    @Override
    public Refusal unknownAccessKey() {
        return new Refusal(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
    }

    @Override
    public Refusal unknownRegion(String region) {
        return new Refusal(401, "AuthFailure", "Credential should be scoped to a valid region, not '" + region + "'.");
    }

    @Override
    public Refusal throttled() {
        return new Refusal(503, "RequestLimitExceeded", "Request limit exceeded.");
    }

    @Override
    public Refusal denied(String message) {
        return new Refusal(
                403, "UnauthorizedOperation", "You are not authorized to perform this operation. " + message);
    }

    private static Map<String, String> headers(String requestId) {
        return Map.of("Content-Type", "text/xml;charset=UTF-8", "x-amzn-requestid", requestId);
    }
}
