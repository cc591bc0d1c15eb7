package dev.amishare.step;

import dev.amishare.ami.RegionPlan;
import dev.amishare.aws.Regional;
import dev.amishare.json.Json;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Ledger;
import dev.amishare.ledger.Share;
import dev.amishare.plan.Deployment;
import dev.amishare.plan.Place;
import dev.amishare.plan.PlanSize;
import dev.amishare.plan.RegionPlanner;
import dev.amishare.plan.Regions;
import dev.amishare.plan.RequestReader;
import dev.amishare.plan.ShareKeys;
import dev.amishare.plan.SourceReader;
import dev.amishare.plan.Wanted;
import dev.amishare.request.Faults;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.ShareRequest.RegionChoice;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
    private final Regions regions;
    private final SourceReader sources;
    private final ShareKeys keys;
    private final RegionPlanner planner;
    private final Ledger ledger;

    public PlanShare(
            Deployment deployment, Regional<Ec2Client> ec2, Regional<KmsClient> kms, SsmClient ssm, Ledger ledger) {
        this.deployment = deployment;
        this.requests = new RequestReader(deployment, ssm);
        this.regions = new Regions(deployment, ec2);
        this.sources = new SourceReader(deployment, ec2, kms);
        this.keys = new ShareKeys(deployment, kms);
        this.planner = new RegionPlanner(deployment, ec2, ledger);
        this.ledger = ledger;
    }

    /** Makes the plan, or refuses with all that stands against it. */
    public Output run(Input input) {
        Faults faults = new Faults();
        String partition = input.execution().split(":", 3)[1];
        ShareRequest request = requests.read(input.input(), faults);
        requests.checkOptions(request, partition, faults);
        List<Place> places = places(request, partition, faults);
        List<RegionPlan> plans = request.sourceImageId() == null
                ? List.of()
                : plans(request.sourceImageId(), request, places, input.startedAt(), faults);
        List<RegionPlan> fitted = faults.isEmpty() ? PlanSize.fitted(plans, faults) : plans;
        faults.throwIfAny();
        return new Output(fitted.get(0).sourceImageId(), membersToProve(request), fitted);
    }

    private List<String> membersToProve(ShareRequest request) {
        return Principals.parse(request.targets().principals()).where(deployment.boundary()::onlyAsMember).stream()
                .map(Principal::account)
                .distinct()
                .toList();
    }

    /** Where to share, as far as it can be shared there at all. */
    private List<Place> places(ShareRequest request, String partition, Faults faults) {
        List<Place> places = new ArrayList<>();
        for (RegionChoice choice : regions.usable(request, partition, faults)) {
            keys.find(choice, request, faults).ifPresent(key -> {
                List<Share> shares = ledger.sharesUnder(key);
                keys.checkPolicy(choice.region(), key, shares, request.targets(), faults);
                places.add(new Place(choice.region(), key, shares));
            });
        }
        return places;
    }

    private List<RegionPlan> plans(
            String imageId, ShareRequest request, List<Place> places, Instant now, Faults faults) {
        Wanted wanted = Wanted.of(imageId, places, sources);
        if (places.isEmpty()) {
            faults.add(wanted.against());
        }
        return places.stream()
                .flatMap(place -> planner.plan(place, request, wanted, now, faults).stream())
                .toList();
    }
}
