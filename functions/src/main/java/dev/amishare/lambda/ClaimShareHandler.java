package dev.amishare.lambda;

import dev.amishare.step.ClaimShare;
import java.util.Map;

/** Lambda's way to {@link ClaimShare}. */
public final class ClaimShareHandler extends Handler<ClaimShare.Input, ClaimShare.Output> {
    public ClaimShareHandler() {
        this(System.getenv());
    }

    public ClaimShareHandler(Map<String, String> variables) {
        super(ClaimShare.Input.class, step(new Environment(variables))::run);
    }

    private static ClaimShare step(Environment environment) {
        Aws aws = new Aws(environment);
        return new ClaimShare(environment.ledger(aws), aws.sfn(), aws.ec2());
    }
}
