package dev.amishare.lambda;

import dev.amishare.step.RegisterAmi;
import java.util.Map;

/** Lambda's way to {@link RegisterAmi}. */
public final class RegisterAmiHandler extends Handler<RegisterAmi.Input, RegisterAmi.Output> {
    public RegisterAmiHandler() {
        this(System.getenv());
    }

    public RegisterAmiHandler(Map<String, String> variables) {
        super(RegisterAmi.Input.class, step(new Environment(variables))::run);
    }

    private static RegisterAmi step(Environment environment) {
        Aws aws = new Aws(environment);
        return new RegisterAmi(aws.ec2(), environment.ledger(aws));
    }
}
