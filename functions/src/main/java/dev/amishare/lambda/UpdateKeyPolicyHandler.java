package dev.amishare.lambda;

import dev.amishare.step.UpdateKeyPolicy;
import java.util.Map;

/** Lambda's way to {@link UpdateKeyPolicy}. */
public final class UpdateKeyPolicyHandler extends Handler<UpdateKeyPolicy.Input, UpdateKeyPolicy.Output> {
    public UpdateKeyPolicyHandler() {
        this(System.getenv());
    }

    public UpdateKeyPolicyHandler(Map<String, String> variables) {
        super(UpdateKeyPolicy.Input.class, step(new Environment(variables))::run);
    }

    private static UpdateKeyPolicy step(Environment environment) {
        Aws aws = new Aws(environment);
        return new UpdateKeyPolicy(
                environment.ledger(aws), aws.kms(), environment.boundary(), environment.require("LEDGER_ARN"));
    }
}
