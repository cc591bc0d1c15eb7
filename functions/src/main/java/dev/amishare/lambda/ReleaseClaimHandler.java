package dev.amishare.lambda;

import dev.amishare.step.ReleaseClaim;
import java.util.Map;

/** Lambda's way to {@link ReleaseClaim}. */
public final class ReleaseClaimHandler extends Handler<ReleaseClaim.Input, ReleaseClaim.Output> {
    public ReleaseClaimHandler() {
        this(System.getenv());
    }

    public ReleaseClaimHandler(Map<String, String> variables) {
        super(ReleaseClaim.Input.class, step(new Environment(variables))::run);
    }

    private static ReleaseClaim step(Environment environment) {
        Aws aws = new Aws(environment);
        return new ReleaseClaim(environment.ledger(aws));
    }
}
