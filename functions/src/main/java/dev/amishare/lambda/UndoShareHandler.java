package dev.amishare.lambda;

import dev.amishare.step.UndoShare;
import java.util.Map;

/** Lambda's way to {@link UndoShare}. */
public final class UndoShareHandler extends Handler<UndoShare.Input, UndoShare.Output> {
    public UndoShareHandler() {
        this(System.getenv());
    }

    public UndoShareHandler(Map<String, String> variables) {
        super(UndoShare.Input.class, step(new Environment(variables))::run);
    }

    private static UndoShare step(Environment environment) {
        Aws aws = new Aws(environment);
        return new UndoShare(environment.ledger(aws), aws.ec2());
    }
}
