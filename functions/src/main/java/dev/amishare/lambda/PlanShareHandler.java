package dev.amishare.lambda;

import dev.amishare.plan.Deployment;
import dev.amishare.step.PlanShare;
import java.util.Map;

/** Lambda's way to {@link PlanShare}. */
public final class PlanShareHandler extends Handler<PlanShare.Input, PlanShare.Output> {
    private static final int MOST_PRINCIPALS = 100;

    public PlanShareHandler() {
        this(System.getenv());
    }

    public PlanShareHandler(Map<String, String> variables) {
        super(PlanShare.Input.class, step(new Environment(variables))::run);
    }

    private static PlanShare step(Environment environment) {
        Aws aws = new Aws(environment);
        Deployment deployment = new Deployment(
                environment.require("SOURCE_ACCOUNT"),
                environment.region(),
                environment.get("SHARE_KEY_ALIAS").orElse("alias/ami-share"),
                environment.boundary(),
                environment.list("INSTANCE_TYPES"),
                environment.number("MAX_PRINCIPALS", MOST_PRINCIPALS));
        return new PlanShare(deployment, aws.ec2(), aws.kms(), aws.ssm(), environment.ledger(aws));
    }
}
