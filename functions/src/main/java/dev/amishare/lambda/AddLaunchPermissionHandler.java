package dev.amishare.lambda;

import dev.amishare.step.AddLaunchPermission;
import java.util.Map;

/** Lambda's way to {@link AddLaunchPermission}. */
public final class AddLaunchPermissionHandler extends Handler<AddLaunchPermission.Input, AddLaunchPermission.Output> {
    public AddLaunchPermissionHandler() {
        this(System.getenv());
    }

    public AddLaunchPermissionHandler(Map<String, String> variables) {
        super(AddLaunchPermission.Input.class, step(new Environment(variables))::run);
    }

    private static AddLaunchPermission step(Environment environment) {
        Aws aws = new Aws(environment);
        return new AddLaunchPermission(environment.ledger(aws), aws.ec2(), environment.boundary());
    }
}
