package dev.amishare.plan;

import dev.amishare.ami.Targets;
import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.request.Faults;
import dev.amishare.request.RequestParser;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.TagEvent;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;

/** What is asked for: the request, the tag event, and the profile that either names. */
public final class RequestReader {
    private final Deployment deployment;
    private final SsmClient ssm;

    public RequestReader(Deployment deployment, SsmClient ssm) {
        this.deployment = deployment;
        this.ssm = ssm;
    }

    /** Reads what the state machine was started with; what is wrong with it is added to {@code faults}. */
    public ShareRequest read(Json input, Faults faults) {
        ShareRequest request = TagEvent.is(input)
                ? TagEvent.request(input, deployment.region(), faults)
                : RequestParser.request(input, faults);
        return request.profile() == null ? request : request.completedBy(profile(request.profile(), faults));
    }

    private ShareRequest profile(String name, Faults faults) {
        String parameter = "/ami-share/profiles/" + name;
        String where = "profile " + name + " (parameter " + parameter + ")";
        try {
            String text =
                    ssm.getParameter(get -> get.name(parameter)).parameter().value();
            return RequestParser.profile(Json.parse(text), where, faults);
        } catch (ParameterNotFoundException e) {
            faults.invalid("profile: there is no profile '" + name + "': an administrator keeps it as the parameter "
                    + parameter + " in " + deployment.region() + " of account " + deployment.account());
        } catch (MalformedJson e) {
            faults.invalid(where + ": " + e.getMessage() + ": have its administrator correct it");
        }
        return ShareRequest.NOTHING;
    }

    /** What the request itself shows to be contradictory or forbidden. */
    public void checkOptions(ShareRequest request, Faults faults) {
        Targets targets = request.targets();
        if (targets.principals().isEmpty() && !faults.mention("targets") && !faults.mention("profile")) {
            faults.invalid(
                    "targets: missing: name at least one account, role, organization or organizational unit, or a "
                            + "profile that does");
        }
        boolean toOrganizations = !targets.organizations().isEmpty()
                || !targets.organizationalUnits().isEmpty();
        if (isTrue(request.shareSnapshots()) && toOrganizations) {
            faults.invalid("shareSnapshots: AWS can share snapshots with accounts only, not with organizations or "
                    + "organizational units: leave shareSnapshots out, or name accounts");
        }
        Refusals.outside(Principals.parse(targets.principals()), deployment.boundary())
                .forEach(faults::forbidden);
        for (String type : request.instanceTypes()) {
            if (!deployment.instanceTypes().contains(type)) {
                faults.forbidden("verify.instanceTypes: " + type
                        + " is not among the types that the verifier roles may ask for: name one of "
                        + deployment.instanceTypes() + ", or have an administrator deploy with it");
            }
        }
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}
