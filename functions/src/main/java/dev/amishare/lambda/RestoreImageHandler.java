package dev.amishare.lambda;

import dev.amishare.step.RestoreImage;
import java.util.Map;

/** Lambda's way to {@link RestoreImage}. */
public final class RestoreImageHandler extends Handler<RestoreImage.Input, RestoreImage.Output> {
    public RestoreImageHandler() {
        this(System.getenv());
    }

    public RestoreImageHandler(Map<String, String> variables) {
        super(RestoreImage.Input.class, step(new Environment(variables))::run);
    }

    private static RestoreImage step(Environment environment) {
        Aws aws = new Aws(environment);
        return new RestoreImage(environment.ledger(aws), aws.ec2());
    }
}
