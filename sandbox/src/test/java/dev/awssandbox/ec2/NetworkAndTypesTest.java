package dev.awssandbox.ec2;

import static dev.awssandbox.ec2.World.FRIEND;
import static dev.awssandbox.ec2.World.OWNER;
import static dev.awssandbox.ec2.World.assertRefused;
import static dev.awssandbox.ec2.World.filter;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.AvailabilityZone;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.InstanceTypeOffering;
import software.amazon.awssdk.services.ec2.model.Subnet;

final class NetworkAndTypesTest {
    @Test
    void everyAccountHasADefaultNetworkOfItsOwn() {
        try (World world = World.empty()) {
            String vpc = vpc(world, OWNER);

            assertThat(vpc).isEqualTo(vpc(world, OWNER)).isNotEqualTo(vpc(world, FRIEND));
            assertThat(world.owner()
                            .describeSubnets(request -> request.filters(filter("vpc-id", vpc)))
                            .subnets())
                    .hasSize(3)
                    .extracting(Subnet::availabilityZone)
                    .containsExactly("us-east-1a", "us-east-1b", "us-east-1c");
            assertThat(world.owner().describeAvailabilityZones(request -> {}).availabilityZones())
                    .extracting(AvailabilityZone::zoneId)
                    .containsExactly("use1-az1", "use1-az2", "use1-az3");
        }
    }

    private static String vpc(World world, String account) {
        return world.as(account)
                .describeVpcs(request -> request.filters(filter("is-default", "true")))
                .vpcs()
                .get(0)
                .vpcId();
    }

    @Test
    void instanceTypesSayWhatTheyFit() {
        try (World world = World.empty()) {
            InstanceTypeInfo type = world.owner()
                    .describeInstanceTypes(request -> request.instanceTypesWithStrings("t4g.micro"))
                    .instanceTypes()
                    .get(0);

            assertThat(type.processorInfo().supportedArchitecturesAsStrings()).containsExactly("arm64");
            assertThat(type.supportedBootModesAsStrings()).containsExactly("uefi");
            assertThat(type.networkInfo().enaSupportAsString()).isEqualTo("required");
            assertRefused(
                    () -> world.owner().describeInstanceTypes(request -> request.instanceTypesWithStrings("q9.huge")),
                    "InvalidInstanceType");
        }
    }

    @Test
    void instanceTypesAreOfferedInEveryZone() {
        try (World world = World.empty()) {
            assertThat(world.owner()
                            .describeInstanceTypeOfferings(request -> request.locationType("availability-zone")
                                    .filters(filter("instance-type", "t3.micro")))
                            .instanceTypeOfferings())
                    .extracting(InstanceTypeOffering::location)
                    .containsExactly("us-east-1a", "us-east-1b", "us-east-1c");
        }
    }

    @Test
    void theDefaultKeyIsTheManagedOneUntilAnotherIsChosen() {
        try (World world = World.empty()) {
            assertThat(world.owner().getEbsDefaultKmsKeyId(request -> {}).kmsKeyId())
                    .isEqualTo("alias/aws/ebs");
            assertThat(world.owner().getEbsEncryptionByDefault(request -> {}).ebsEncryptionByDefault())
                    .isFalse();
        }
    }
}
