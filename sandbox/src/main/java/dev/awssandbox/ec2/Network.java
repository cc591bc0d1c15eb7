package dev.awssandbox.ec2;

import dev.awssandbox.Regions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AvailabilityZone;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAvailabilityZonesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRegionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.Region;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.Vpc;

/** The default network that every account has in every Region: one VPC, a subnet in each of three zones. */
final class Network {
    private static final List<String> ZONES = List.of("a", "b", "c");

    private final Call call;

    Network(Call call) {
        this.call = call;
    }

    DescribeAvailabilityZonesResponse zones(DescribeAvailabilityZonesRequest request) {
        begin("DescribeAvailabilityZones", request.dryRun());
        List<AvailabilityZone> all = new ArrayList<>();
        for (String letter : ZONES) {
            all.add(AvailabilityZone.builder()
                    .zoneName(call.region() + letter)
                    .zoneId(zoneId(letter))
                    .regionName(call.region())
                    .groupName(call.region())
                    .networkBorderGroup(call.region())
                    .zoneType("availability-zone")
                    .optInStatus("opt-in-not-required")
                    .state("available")
                    .build());
        }
        Filters<AvailabilityZone> filters = new Filters<AvailabilityZone>()
                .by("group-name", AvailabilityZone::groupName)
                .by("opt-in-status", AvailabilityZone::optInStatusAsString)
                .by("region-name", AvailabilityZone::regionName)
                .by("state", AvailabilityZone::stateAsString)
                .by("zone-id", AvailabilityZone::zoneId)
                .by("zone-name", AvailabilityZone::zoneName)
                .by("zone-type", AvailabilityZone::zoneType);
        List<String> names = request.zoneNames();
        names.stream()
                .filter(name -> all.stream().noneMatch(zone -> zone.zoneName().equals(name)))
                .findFirst()
                .ifPresent(name -> {
                    throw Errors.invalidValue("Invalid availability zone: [" + name + "]");
                });
        return DescribeAvailabilityZonesResponse.builder()
                .availabilityZones(all.stream()
                        .filter(zone -> names.isEmpty() || names.contains(zone.zoneName()))
                        .filter(zone ->
                                request.zoneIds().isEmpty() || request.zoneIds().contains(zone.zoneId()))
                        .filter(filters.matching(request.filters()))
                        .toList())
                .build();
    }

    /** The Regions that the account can work in; all of the partition, or those named, where it asks for them. */
    DescribeRegionsResponse regions(DescribeRegionsRequest request) {
        begin("DescribeRegions", request.dryRun());
        List<String> names = request.regionNames();
        List<String> unknown =
                names.stream().filter(name -> !Regions.all().contains(name)).toList();
        if (!unknown.isEmpty()) {
            throw Errors.invalidValue("Invalid region names: " + String.join(", ", unknown));
        }
        Filters<Region> filters = new Filters<Region>()
                .by("endpoint", Region::endpoint)
                .by("opt-in-status", Region::optInStatus)
                .by("region-name", Region::regionName);
        return DescribeRegionsResponse.builder()
                .regions(Regions.all().stream()
                        .filter(name -> names.isEmpty()
                                ? Boolean.TRUE.equals(request.allRegions())
                                        || status(name).isEnabled()
                                : names.contains(name))
                        .map(name -> Region.builder()
                                .regionName(name)
                                .endpoint("ec2." + name + ".amazonaws.com")
                                .optInStatus(status(name).toString())
                                .build())
                        .filter(filters.matching(request.filters()))
                        .toList())
                .build();
    }

    private Regions.Status status(String region) {
        return call.cloud().regions().of(call.account(), region).orElseThrow();
    }

    DescribeVpcsResponse vpcs(DescribeVpcsRequest request) {
        begin("DescribeVpcs", request.dryRun());
        Vpc vpc = Vpc.builder()
                .vpcId(vpcId())
                .ownerId(call.account())
                .cidrBlock("172.31.0.0/16")
                .isDefault(true)
                .state("available")
                .instanceTenancy("default")
                .build();
        request.vpcIds().stream().filter(id -> !id.equals(vpcId())).findFirst().ifPresent(id -> {
            throw Errors.of("InvalidVpcID.NotFound", "The vpc ID '" + id + "' does not exist");
        });
        Filters<Vpc> filters = new Filters<Vpc>()
                .by("cidr", Vpc::cidrBlock)
                .by("is-default", Vpc::isDefault)
                .by("isDefault", Vpc::isDefault)
                .by("owner-id", Vpc::ownerId)
                .by("state", Vpc::stateAsString)
                .by("vpc-id", Vpc::vpcId);
        return DescribeVpcsResponse.builder()
                .vpcs(List.of(vpc).stream()
                        .filter(filters.matching(request.filters()))
                        .toList())
                .build();
    }

    DescribeSubnetsResponse subnets(DescribeSubnetsRequest request) {
        begin("DescribeSubnets", request.dryRun());
        request.subnetIds().forEach(this::subnet);
        Filters<Subnet> filters = new Filters<Subnet>()
                .by("availability-zone", Subnet::availabilityZone)
                .by("availabilityZone", Subnet::availabilityZone)
                .by("availability-zone-id", Subnet::availabilityZoneId)
                .by("default-for-az", Subnet::defaultForAz)
                .by("defaultForAz", Subnet::defaultForAz)
                .by("owner-id", Subnet::ownerId)
                .by("state", Subnet::stateAsString)
                .by("subnet-id", Subnet::subnetId)
                .by("vpc-id", Subnet::vpcId);
        return DescribeSubnetsResponse.builder()
                .subnets(all().stream()
                        .filter(subnet -> request.subnetIds().isEmpty()
                                || request.subnetIds().contains(subnet.subnetId()))
                        .filter(filters.matching(request.filters()))
                        .toList())
                .build();
    }

    /** The subnet that a launch goes into: the one named, else that of the zone named, else the first. */
    Subnet subnetFor(@Nullable String subnetId, @Nullable String zone) {
        if (subnetId != null && !subnetId.isEmpty()) {
            return subnet(subnetId);
        }
        if (zone == null || zone.isEmpty()) {
            return all().get(0);
        }
        Optional<Subnet> inZone = all().stream()
                .filter(subnet -> subnet.availabilityZone().equals(zone))
                .findFirst();
        return inZone.orElseThrow(() -> Errors.invalidValue("Invalid availability zone: [" + zone + "]"));
    }

    /** The security group that every VPC has. */
    String defaultSecurityGroup() {
        return id("sg");
    }

    private Subnet subnet(String id) {
        return all().stream()
                .filter(subnet -> subnet.subnetId().equals(id))
                .findFirst()
                .orElseThrow(() -> Errors.of("InvalidSubnetID.NotFound", "The subnet ID '" + id + "' does not exist"));
    }

    private List<Subnet> all() {
        List<Subnet> subnets = new ArrayList<>();
        for (String letter : ZONES) {
            String id = id("subnet" + letter).replaceFirst("^subnet.", "subnet");
            subnets.add(Subnet.builder()
                    .subnetId(id)
                    .subnetArn("arn:aws:ec2:" + call.region() + ":" + call.account() + ":subnet/" + id)
                    .vpcId(vpcId())
                    .ownerId(call.account())
                    .availabilityZone(call.region() + letter)
                    .availabilityZoneId(zoneId(letter))
                    .cidrBlock("172.31." + 16 * ZONES.indexOf(letter) + ".0/20")
                    .availableIpAddressCount(4091)
                    .defaultForAz(true)
                    .mapPublicIpOnLaunch(true)
                    .state("available")
                    .build());
        }
        return subnets;
    }

    private String vpcId() {
        return id("vpc");
    }

    private String zoneId(String letter) {
        return call.region().replaceAll("([a-z]{2})-([a-z])[a-z]*-(\\d)", "$1$2$3") + "-az"
                + (ZONES.indexOf(letter) + 1);
    }

    /** The same id for the same account and Region, always. */
    private String id(String kind) {
        int hash = (kind + call.account() + call.region()).hashCode();
        return String.format("%s-0%08x%08x", kind, hash, hash * 31);
    }

    private void begin(String action, @Nullable Boolean dryRun) {
        call.permit(action).onAnything().check();
        call.endDryRun(dryRun);
    }
}
