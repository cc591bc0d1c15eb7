package dev.amishare.plan;

import dev.amishare.ami.Targets;
import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.keypolicy.Refusals;
import dev.amishare.request.Faults;
import dev.amishare.request.RequestParser;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.TagEvent;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ssm.SsmClient;
import software.amazon.awssdk.services.ssm.model.ParameterNotFoundException;

/** What is asked for: the request, the tag event, and the profile that either names. */
public final class RequestReader {
    private static final String SERVICE_LINKED = ":role/aws-service-role/";

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
        checkNumber(request.targets(), faults);
        return request.profile() == null
                ? request
                : completed(request, request.profile(), profile(request.profile(), faults), faults);
    }

    private static ShareRequest completed(ShareRequest request, String name, ShareRequest profile, Faults faults) {
        ShareRequest whole = request.completedBy(profile);
        // A profile's key is what its requests may name another for; a request's own is meant.
        if (request.kmsKeyId() != null && request.regions().isEmpty() && whole.namesKeyInVain()) {
            faults.invalid("kmsKeyId: '" + request.kmsKeyId() + "' would be used nowhere, since profile " + name
                    + " names another key for each of its Regions: leave kmsKeyId out, or name the Regions, too");
        }
        return whole;
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

    private void checkNumber(Targets targets, Faults faults) {
        int number = targets.principals().size();
        if (number > deployment.maxPrincipals()) {
            faults.forbidden(String.format(
                    Locale.ROOT,
                    "targets: %,d are named; this deployment lets a request name %,d, so that none fills the policy of a key that "
                            + "others use, too: name the organization or organizational unit that holds the accounts, have an administrator "
                            + "keep them as a profile, or have one deploy with more (maxPrincipals)",
                    number,
                    deployment.maxPrincipals()));
        }
    }

    /**
     * What the request itself shows to be contradictory or forbidden.
     *
     * @param partition the deployment's
     */
    public void checkOptions(ShareRequest request, String partition, Faults faults) {
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
        List<String> unprovable = Stream.of(targets.roles(), targets.organizations(), targets.organizationalUnits())
                .flatMap(List::stream)
                .toList();
        if (isTrue(request.requireProof()) && !unprovable.isEmpty()) {
            faults.invalid("verify.requireProof: asks for LAUNCHABLE, but without a canary nobody can prove more than "
                    + "GRANTED for a role, an organization or a unit, as " + unprovable.get(0)
                    + " is: leave requireProof out, or name accounts");
        }
        targets.roles().stream()
                .filter(role -> role.contains(SERVICE_LINKED))
                .forEach(role -> faults.forbidden(serviceLinked(role)));
        Principals principals = Principals.parse(targets.principals());
        principals
                .where(p -> p.isNamed() && p.account().equals(deployment.account()))
                .forEach(own -> faults.forbidden(own(own)));
        Refusals.outside(principals, deployment.boundary()).forEach(faults::forbidden);
        checkPartition(request, partition, faults);
        for (String type : request.instanceTypes()) {
            if (!deployment.instanceTypes().contains(type)) {
                faults.forbidden("verify.instanceTypes: " + type
                        + " is not among the types that the verifier roles may ask for: name one of "
                        + deployment.instanceTypes() + ", or have an administrator deploy with it");
            }
        }
    }

    /** AWS's service-linked roles have an identity policy that nobody can edit, and it names no key of another account. */
    private static String serviceLinked(String role) {
        String service = role.substring(role.indexOf(SERVICE_LINKED) + SERVICE_LINKED.length())
                .replaceAll("/.*", "");
        String account = role.split(":", 6)[4];
        return "targets.roles: " + role
                + " is a service-linked role: nobody can edit its identity policy, which names no key of "
                + "another account, so naming it in the key's policy would not let it launch; it needs a grant, which this version "
                + "does not make. Until then name account " + account
                + " with shareSnapshots: true, and have it copy the image under "
                + "a key of its own (aws ec2 copy-image --encrypted), which its service can launch. The role must exist for that: aws iam "
                + "create-service-linked-role --aws-service-name " + service;
    }

    /** The owner of an image needs no launch permission: EC2 lists none for it, and our ledger must not list what there is not. */
    private static String own(Principal principal) {
        String is = principal.kind() == Principal.Kind.ACCOUNT ? " is the account" : " is of the account";
        return "targets: " + principal + is + " that owns the shared image and its key, so nothing can be shared with "
                + "it: leave it out; who launches there needs rights to both in an identity policy of its own";
    }

    private static void checkPartition(ShareRequest request, String partition, Faults faults) {
        Targets targets = request.targets();
        targets.roles().forEach(arn -> checkPartition("targets.roles", arn, partition, faults));
        targets.organizations().forEach(arn -> checkPartition("targets.organizations", arn, partition, faults));
        targets.organizationalUnits()
                .forEach(arn -> checkPartition("targets.organizationalUnits", arn, partition, faults));
        if (request.kmsKeyId() != null) {
            checkPartition("kmsKeyId", request.kmsKeyId(), partition, faults);
        }
        request.regions().stream()
                .filter(region -> region.kmsKeyId() != null)
                .forEach(region -> checkPartition(
                        "regions, " + region.region() + ", kmsKeyId",
                        String.valueOf(region.kmsKeyId()),
                        partition,
                        faults));
    }

    private static void checkPartition(String path, String arn, String partition, Faults faults) {
        if (arn.startsWith("arn:") && !isOf(partition, arn)) {
            faults.invalid(path + ": " + arn + " is of partition " + arn.split(":", 3)[1]
                    + ", but this deployment is in partition " + partition
                    + ", and nothing is shared between partitions: name one of " + partition + " (arn:" + partition
                    + ":…), or deploy AMI Share there");
        }
    }

    static boolean isOf(String partition, String arn) {
        return arn.startsWith("arn:" + partition + ":");
    }

    private static boolean isTrue(@Nullable Boolean value) {
        return Boolean.TRUE.equals(value);
    }
}
