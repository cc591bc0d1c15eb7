package dev.amishare.lambda;

import dev.amishare.step.WaitForCompletion;
import java.util.Map;

/** Lambda's way to {@link WaitForCompletion}. */
public final class WaitForCompletionHandler extends Handler<WaitForCompletion.Input, WaitForCompletion.Output> {
    public WaitForCompletionHandler() {
        this(System.getenv());
    }

    public WaitForCompletionHandler(Map<String, String> variables) {
        super(WaitForCompletion.Input.class, step(new Environment(variables))::run);
    }

    private static WaitForCompletion step(Environment environment) {
        Aws aws = new Aws(environment);
        return new WaitForCompletion(aws.ec2());
    }
}
