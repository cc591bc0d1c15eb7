package dev.amishare.plan;

import dev.amishare.aws.Regional;
import dev.amishare.request.Faults;
import dev.amishare.request.ShareRequest;
import dev.amishare.request.ShareRequest.RegionChoice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Region;

/** Which Regions there are, and which of them the account has enabled: EC2 is asked once, and only for others than our own. */
public final class Regions {
    private static final String NOT_OPTED_IN = "not-opted-in";

    private final Deployment deployment;
    private final Regional<Ec2Client> ec2;

    public Regions(Deployment deployment, Regional<Ec2Client> ec2) {
        this.deployment = deployment;
        this.ec2 = ec2;
    }

    /**
     * The Regions to share in that can be asked for keys and images; why the others cannot is added to {@code faults}.
     *
     * @param partition the deployment's
     */
    public List<RegionChoice> usable(ShareRequest request, String partition, Faults faults) {
        List<RegionChoice> asked =
                request.regions().isEmpty() ? List.of(new RegionChoice(deployment.region(), null)) : request.regions();
        List<RegionChoice> ofPartition = new ArrayList<>();
        for (RegionChoice choice : asked) {
            String other = PartitionMetadata.of(software.amazon.awssdk.regions.Region.of(choice.region()))
                    .id();
            if (choice.region().equals(deployment.region()) || other.equals(partition)) {
                ofPartition.add(choice);
            } else {
                faults.invalid("regions: " + choice.region() + " is a Region of partition " + other
                        + ", but this deployment is in partition " + partition
                        + ", and nothing is shared between partitions: name a Region of " + partition
                        + ", or deploy AMI Share there");
            }
        }
        boolean onlyOurs =
                ofPartition.stream().allMatch(choice -> choice.region().equals(deployment.region()));
        Map<String, String> optIns = onlyOurs ? Map.of() : optIns();
        return ofPartition.stream()
                .filter(choice -> isThere(choice, optIns, partition, faults))
                .filter(choice -> isKeyOf(partition, choice, request))
                .toList();
    }

    /** Region → whether the account has enabled it. */
    private Map<String, String> optIns() {
        return ec2.in(deployment.region()).describeRegions(describe -> describe.allRegions(true)).regions().stream()
                .collect(Collectors.toMap(Region::regionName, Region::optInStatus));
    }

    private boolean isThere(RegionChoice choice, Map<String, String> optIns, String partition, Faults faults) {
        String region = choice.region();
        if (region.equals(deployment.region())) {
            return true;
        } else if (!optIns.containsKey(region)) {
            faults.invalid("regions: there is no Region " + region + " in partition " + partition
                    + ": correct its name (aws ec2 describe-regions --all-regions lists them)");
            return false;
        } else if (NOT_OPTED_IN.equals(optIns.get(region))) {
            faults.forbidden("regions: " + region + " is not enabled for account " + deployment.account()
                    + ": enable it (aws account enable-region --region-name " + region
                    + ") and make a share key there, or leave it out");
            return false;
        }
        return true;
    }

    /** A key of another partition was refused with the request; no Region knows it. */
    private static boolean isKeyOf(String partition, RegionChoice choice, ShareRequest request) {
        String key = choice.kmsKeyId() == null ? request.kmsKeyId() : choice.kmsKeyId();
        return key == null || !key.startsWith("arn:") || RequestReader.isOf(partition, key);
    }
}
