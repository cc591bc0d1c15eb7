package dev.awssandbox.wire;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Signature Version 4 says in clear: who calls, and which service in which Region. The signature itself is not checked; any
 * secret will do.
 *
 * @param service the service's signing name, for example "states" for Step Functions
 */
record CredentialScope(String accessKeyId, String region, String service) {
    private static final Pattern SCOPE = Pattern.compile("([^/,\\s]+)/\\d{8}/([^/]+)/([^/]+)/aws4_request");

    /** From the Authorization header, or from the query string of a presigned URL. */
    static Optional<CredentialScope> of(Request request) {
        return parse(request.header("authorization"))
                .or(() -> parse(request.queryParameters().get("X-Amz-Credential")));
    }

    private static Optional<CredentialScope> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        Matcher scope = SCOPE.matcher(text.replace("Credential=", ""));
        return scope.find()
                ? Optional.of(new CredentialScope(scope.group(1), scope.group(2), scope.group(3)))
                : Optional.empty();
    }
}
