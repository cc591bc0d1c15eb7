package dev.amishare.lambda;

import dev.amishare.step.FindStrangers;
import java.util.Map;

/** Lambda's way to {@link FindStrangers}. */
public final class FindStrangersHandler extends Handler<FindStrangers.Input, FindStrangers.Output> {
    public FindStrangersHandler() {
        this(System.getenv());
    }

    public FindStrangersHandler(Map<String, String> variables) {
        super(FindStrangers.Input.class, step(new Environment(variables))::run);
    }

    private static FindStrangers step(Environment environment) {
        Aws aws = new Aws(environment);
        return new FindStrangers(environment.ledger(aws), aws.ec2(), aws.kms(), environment.boundary());
    }
}
