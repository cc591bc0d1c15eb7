package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.aws.Regional;
import dev.amishare.json.Json;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.plan.Deployment;
import dev.amishare.plan.PlanSize;
import dev.amishare.plan.RegionPlanner;
import dev.amishare.plan.RequestReader;
import dev.amishare.plan.ShareKeys;
import dev.amishare.plan.Source;
import dev.amishare.plan.SourceReader;
import dev.amishare.request.Faults;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.ShareRequest.RegionChoice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.ssm.SsmClient;

/**
 * Decides all that is to be done, before anything is done: reads the request (or the tag event, and the profile that either names),
 * looks at image, keys and names, and refuses whatever reading can find, all of it at once. A step of its own because it is the only
 * one that may say no without anything to undo.
 *
 * <p>Only reads, so it may be repeated. What it has found may change before the other steps act: each of them copes with that.
 */
public final class PlanShare {
    /**
     * What the state machine was started with.
     *
     * @param input a request or an event, as it is
     */
    public record Input(Json input, String execution, Instant startedAt) {}

    /**
     * What is to be done in each Region.
     *
     * @param membersToProve the accounts of targets that only an organization of the boundary covers: to be proved before anything is made
     */
    public record Output(String sourceImageId, List<String> membersToProve, List<RegionPlan> regions) {}

    private final Deployment deployment;
    private final RequestReader requests;
    private final SourceReader sources;
    private final ShareKeys keys;
    private final RegionPlanner planner;
    private final Ledger ledger;

    public PlanShare(
            Deployment deployment, Regional<Ec2Client> ec2, Regional<KmsClient> kms, SsmClient ssm, Ledger ledger) {
        this.deployment = deployment;
        this.requests = new RequestReader(deployment, ssm);
        this.sources = new SourceReader(deployment, ec2, kms);
        this.keys = new ShareKeys(deployment, kms);
        this.planner = new RegionPlanner(deployment, ec2);
        this.ledger = ledger;
    }

    /** Makes the plan, or refuses with all that stands against it. */
    public Output run(Input input) {
        Faults faults = new Faults();
        ShareRequest request = requests.read(input.input(), faults);
        requests.checkOptions(request, faults);
        Optional<Source> source = sources.read(request, faults);
        source.ifPresent(found -> sources.check(found, request, faults));
        List<RegionPlan> plans = new ArrayList<>();
        for (RegionChoice choice : regions(request)) {
            plan(choice, request, source, input.startedAt(), faults).ifPresent(plans::add);
        }
        if (faults.isEmpty()) {
            PlanSize.check(plans, faults);
        }
        faults.throwIfAny();
        return new Output(source.orElseThrow().image().imageId(), membersToProve(request), plans);
    }

    private List<String> membersToProve(ShareRequest request) {
        return Principals.parse(request.targets().principals()).where(deployment.boundary()::onlyAsMember).stream()
                .map(Principal::account)
                .distinct()
                .toList();
    }

    private List<RegionChoice> regions(ShareRequest request) {
        return request.regions().isEmpty() ? List.of(new RegionChoice(deployment.region(), null)) : request.regions();
    }

    private Optional<RegionPlan> plan(
            RegionChoice choice, ShareRequest request, Optional<Source> source, Instant now, Faults faults) {
        Optional<String> key = keys.find(choice, request, faults);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        String keyArn = key.get();
        List<Share> shares = ledger.sharesUnder(keyArn);
        keys.checkPolicy(choice.region(), keyArn, shares, request.targets(), faults);
        return source.filter(found -> !found.snapshots().isEmpty())
                .map(found -> planner.plan(choice.region(), keyArn, request, found, shares, now, faults));
    }
}
