package dev.amishare.lambda;

import dev.amishare.step.CommitShare;
import java.util.Map;

/** Lambda's way to {@link CommitShare}. */
public final class CommitShareHandler extends Handler<CommitShare.Input, CommitShare.Output> {
    public CommitShareHandler() {
        this(System.getenv());
    }

    public CommitShareHandler(Map<String, String> variables) {
        super(CommitShare.Input.class, step(new Environment(variables))::run);
    }

    private static CommitShare step(Environment environment) {
        Aws aws = new Aws(environment);
        return new CommitShare(environment.ledger(aws), aws.ec2());
    }
}
