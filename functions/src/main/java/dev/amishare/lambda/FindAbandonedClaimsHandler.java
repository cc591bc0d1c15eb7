package dev.amishare.lambda;

import dev.amishare.step.FindAbandonedClaims;
import java.util.Map;

/** Lambda's way to {@link FindAbandonedClaims}. */
public final class FindAbandonedClaimsHandler extends Handler<FindAbandonedClaims.Input, FindAbandonedClaims.Output> {
    public FindAbandonedClaimsHandler() {
        this(System.getenv());
    }

    public FindAbandonedClaimsHandler(Map<String, String> variables) {
        super(FindAbandonedClaims.Input.class, step(new Environment(variables))::run);
    }

    private static FindAbandonedClaims step(Environment environment) {
        Aws aws = new Aws(environment);
        return new FindAbandonedClaims(environment.ledger(aws), aws.sfn());
    }
}
