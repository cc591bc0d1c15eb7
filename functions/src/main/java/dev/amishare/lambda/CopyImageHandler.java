package dev.amishare.lambda;

import dev.amishare.step.CopyImage;
import java.util.Map;

/** Lambda's way to {@link CopyImage}. */
public final class CopyImageHandler extends Handler<CopyImage.Input, CopyImage.Output> {
    public CopyImageHandler() {
        this(System.getenv());
    }

    public CopyImageHandler(Map<String, String> variables) {
        super(CopyImage.Input.class, step(new Environment(variables))::run);
    }

    private static CopyImage step(Environment environment) {
        Aws aws = new Aws(environment);
        return new CopyImage(aws.ec2(), environment.ledger(aws));
    }
}
