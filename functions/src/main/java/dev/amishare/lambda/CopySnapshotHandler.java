package dev.amishare.lambda;

import dev.amishare.step.CopySnapshot;
import java.util.Map;

/** Lambda's way to {@link CopySnapshot}. */
public final class CopySnapshotHandler extends Handler<CopySnapshot.Input, CopySnapshot.Output> {
    public CopySnapshotHandler() {
        this(System.getenv());
    }

    public CopySnapshotHandler(Map<String, String> variables) {
        super(CopySnapshot.Input.class, step(new Environment(variables))::run);
    }

    private static CopySnapshot step(Environment environment) {
        Aws aws = new Aws(environment);
        return new CopySnapshot(aws.ec2(), environment.ledger(aws));
    }
}
