package dev.awssandbox.ec2;

import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.Instance;

/** An instance. */
final class Machine extends Resource {
    private Instance instance;
    private final String reservation;

    Machine(Instance instance, String owner, String region, String reservation) {
        super(instance.instanceId(), "instance", owner, region);
        this.instance = instance;
        this.reservation = reservation;
    }

    /** Without tags. */
    Instance instance() {
        return instance;
    }

    void change(Instance changed) {
        this.instance = changed;
    }

    String reservation() {
        return reservation;
    }

    @Override
    Map<String, List<String>> conditionKeys() {
        return Map.of(
                "ec2:InstanceID", List.of(id()),
                "ec2:InstanceType", List.of(instance.instanceTypeAsString()),
                "ec2:AvailabilityZone", List.of(instance.placement().availabilityZone()),
                "ec2:RootDeviceType", List.of("ebs"),
                "ec2:Tenancy", List.of("default"));
    }
}
