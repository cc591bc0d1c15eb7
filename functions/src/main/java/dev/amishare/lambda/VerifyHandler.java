package dev.amishare.lambda;

import dev.amishare.step.TargetSide;
import dev.amishare.step.Verify;
import java.util.Map;

/** Lambda's way to {@link Verify}. */
public final class VerifyHandler extends Handler<Verify.Input, Verify.Output> {
    public VerifyHandler() {
        this(System.getenv());
    }

    public VerifyHandler(Map<String, String> variables) {
        super(Verify.Input.class, step(new Environment(variables))::run);
    }

    private static Verify step(Environment environment) {
        Aws aws = new Aws(environment);
        return new Verify(
                environment.ledger(aws),
                aws.ec2(),
                aws.kms(),
                new TargetSide(
                        aws.sts(),
                        new AssumedSessions(aws),
                        environment.get("VERIFIER_ROLE_NAME").orElse("AmiShareVerifier"),
                        environment.require("SOURCE_ACCOUNT")),
                environment.boundary());
    }
}
