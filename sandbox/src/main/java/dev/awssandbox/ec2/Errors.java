package dev.awssandbox.ec2;

import java.util.Collection;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;

/** EC2's errors, with the codes and words that its clients know them by. */
final class Errors {
    private Errors() {}

    static Ec2Exception of(String code, String message) {
        return of(400, code, message);
    }

    static Ec2Exception of(int status, String code, String message) {
        return (Ec2Exception) Ec2Exception.builder()
                .awsErrorDetails(AwsErrorDetails.builder()
                        .serviceName("Ec2")
                        .errorCode(code)
                        .errorMessage(message)
                        .build())
                .statusCode(status)
                .message(message)
                .build();
    }

    static Ec2Exception missing(String parameter) {
        return of("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static Ec2Exception invalidValue(String message) {
        return of("InvalidParameterValue", message);
    }

    static Ec2Exception combination(String message) {
        return of("InvalidParameterCombination", message);
    }

    static Ec2Exception dryRun() {
        return of(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }

    static Ec2Exception unknownImages(Collection<String> ids) {
        String list = String.join(", ", ids);
        return of(
                "InvalidAMIID.NotFound",
                ids.size() == 1
                        ? "The image id '[" + list + "]' does not exist"
                        : "The image ids '[" + list + "]' do not exist");
    }

    static Ec2Exception unauthorizedImage(String id) {
        return of("AuthFailure", "Not authorized for images: [" + id + "]");
    }

    static Ec2Exception unavailableImage(String id) {
        return of("InvalidAMIID.Unavailable", "The image ID '" + id + "' is not available");
    }

    static Ec2Exception unknownSnapshot(String id) {
        return of("InvalidSnapshot.NotFound", "The snapshot '" + id + "' does not exist.");
    }

    static Ec2Exception unknownVolume(String id) {
        return of("InvalidVolume.NotFound", "The volume '" + id + "' does not exist.");
    }

    static Ec2Exception unknownInstances(Collection<String> ids) {
        String list = String.join(", ", ids);
        return of(
                "InvalidInstanceID.NotFound",
                ids.size() == 1
                        ? "The instance ID '" + list + "' does not exist"
                        : "The instance IDs '" + list + "' do not exist");
    }

    /** The parameter's value, or {@code MissingParameter} where it is not given. */
    static String required(@Nullable String value, String parameter) {
        if (value == null || value.isEmpty()) {
            throw missing(parameter);
        }
        return value;
    }
}
