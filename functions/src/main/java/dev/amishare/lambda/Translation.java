package dev.amishare.lambda;

import dev.amishare.error.AmiShareException;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;

/** Makes one of our errors of the SDK's, once for all steps. A step catches itself what means something of its own to it. */
final class Translation {
    private static final Set<String> DENIED =
            Set.of("UnauthorizedOperation", "AccessDenied", "AccessDeniedException", "AuthFailure");

    private Translation() {}

    /**
     * The error to end with.
     *
     * @param where the function and the account it runs in
     */
    static AmiShareException translate(SdkException failure, String where) {
        Optional<FailedCall> call = FailedCall.of(failure);
        String what = call.map(FailedCall::what).orElse("a call of AWS") + ", called by " + where
                + call.map(c -> " in " + c.region()).orElse("");
        if (!(failure instanceof AwsServiceException refused)) {
            return new AwsUnavailable(what + ", got no answer: " + message(failure) + ". Start again later.", failure);
        }
        AwsErrorDetails details = refused.awsErrorDetails();
        String code = details == null || details.errorCode() == null ? "no error code" : details.errorCode();
        String said = code + ": " + (details == null ? message(failure) : details.errorMessage())
                + (refused.requestId() == null ? "" : " (request " + refused.requestId() + ")");
        if (refused.isThrottlingException() || refused.statusCode() >= 500) {
            return new AwsUnavailable(
                    what + ", is throttled or failing on the side of AWS: " + said + ". Start again later.", failure);
        } else if (isNotYetVisible(code)) {
            return new AwsUnavailable(
                    what + ", does not find what was there before: " + said
                            + ". If somebody deleted it, start again; if not, AWS is late and starting again later helps.",
                    failure);
        } else if (DENIED.contains(code) || refused.statusCode() == 403) {
            return new NotShareable(
                    what + ", was denied: " + said + ". Allow the action to the role of that function, or find the key "
                            + "policy, service control policy or resource control policy that denies it.",
                    failure);
        }
        return new NotShareable(
                what + ", was refused: " + said + ". Change what AWS names, then start again.", failure);
    }

    /**
     * PlanShare has seen that all exists: what is not found later is not visible yet, and a retry finds it. A new image is unavailable
     * for a moment: its attributes cannot be modified while it is pending.
     */
    private static boolean isNotYetVisible(String code) {
        return code.toLowerCase(Locale.ROOT).endsWith(".notfound")
                || code.equals("NotFoundException")
                || code.equals("InvalidAMIID.Unavailable");
    }

    private static String message(SdkException failure) {
        return String.valueOf(failure.getMessage());
    }
}
