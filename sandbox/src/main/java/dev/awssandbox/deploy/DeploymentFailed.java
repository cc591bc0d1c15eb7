package dev.awssandbox.deploy;

import java.util.List;

/** A template cannot be deployed; the message says each reason on a line of its own. */
public final class DeploymentFailed extends IllegalArgumentException {
    DeploymentFailed(String what, List<String> reasons) {
        super(what + ":\n  " + String.join("\n  ", reasons));
    }

    DeploymentFailed(String message) {
        super(message);
    }

    DeploymentFailed(String message, Throwable cause) {
        super(message, cause);
    }
}
