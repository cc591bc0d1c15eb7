package dev.amishare.lambda;

import dev.amishare.json.Json;
import dev.amishare.json.Records;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.step.TargetSide;
import dev.amishare.step.Verify;
import dev.amishare.step.VerifyBeforehand;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Lambda's way to {@link Verify} and, in the function's second state, to {@link VerifyBeforehand}: verifier roles trust this function's
 * role alone.
 */
public final class VerifyHandler extends Handler<Verify.Input, Record> {
    public VerifyHandler() {
        this(System.getenv());
    }

    public VerifyHandler(Map<String, String> variables) {
        super(steps(new Environment(variables)));
    }

    private static Function<Json, Record> steps(Environment environment) {
        Aws aws = new Aws(environment);
        Boundary boundary = environment.boundary();
        TargetSide targetSide = new TargetSide(
                aws.sts(),
                new AssumedSessions(aws),
                environment.get("VERIFIER_ROLE_NAME").orElse("AmiShareVerifier"),
                environment.require("SOURCE_ACCOUNT"));
        Verify verify = new Verify(environment.ledger(aws), aws.ec2(), aws.kms(), targetSide, boundary);
        Optional<VerifyBeforehand.Membership> membership =
                environment.get("ASK_ORGANIZATIONS").filter("true"::equals).map(yes -> aws.organizations());
        VerifyBeforehand beforehand = new VerifyBeforehand(targetSide, membership, boundary);
        return input -> isBeforehand(input)
                ? beforehand.run(Records.read(input, VerifyBeforehand.Input.class))
                : verify.run(Records.read(input, Verify.Input.class));
    }

    private static boolean isBeforehand(Json input) {
        return input instanceof Json.Obj fields && fields.get("membersToProve").isPresent();
    }
}
