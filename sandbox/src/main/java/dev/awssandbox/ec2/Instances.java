package dev.awssandbox.ec2;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceState;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.Reservation;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesRequest;
import software.amazon.awssdk.services.ec2.model.TerminateInstancesResponse;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/** Instances that are there. How they are launched is elsewhere. */
final class Instances {
    private static final Map<InstanceStateName, Integer> CODES = Map.of(
            InstanceStateName.PENDING, 0,
            InstanceStateName.RUNNING, 16,
            InstanceStateName.SHUTTING_DOWN, 32,
            InstanceStateName.TERMINATED, 48);

    private final Call call;

    Instances(Call call) {
        this.call = call;
    }

    DescribeInstancesResponse describe(DescribeInstancesRequest request) {
        call.permit("DescribeInstances").onAnything().check();
        call.endDryRun(request.dryRun());
        List<Machine> found = all().filter(machine -> request.instanceIds().isEmpty()
                        || named(request.instanceIds()).contains(machine))
                .filter(filters().matching(request.filters()))
                .toList();
        Page<Machine> page = Page.of(found, 5, request.maxResults(), request.nextToken());
        Map<String, List<Instance>> reservations = new LinkedHashMap<>();
        page.items().forEach(machine -> reservations
                .computeIfAbsent(machine.reservation(), id -> new ArrayList<>())
                .add(described(machine)));
        return DescribeInstancesResponse.builder()
                .reservations(reservations.entrySet().stream()
                        .map(entry -> Reservation.builder()
                                .reservationId(entry.getKey())
                                .ownerId(call.account())
                                .instances(entry.getValue())
                                .build())
                        .toList())
                .nextToken(page.nextToken())
                .build();
    }

    private Filters<Machine> filters() {
        return new Filters<Machine>()
                .by("architecture", machine -> machine.instance().architectureAsString())
                .by(
                        "availability-zone",
                        machine -> machine.instance().placement().availabilityZone())
                .by("image-id", machine -> machine.instance().imageId())
                .by("instance-id", Machine::id)
                .by("instance-state-code", machine -> machine.instance().state().code())
                .by("instance-state-name", machine -> machine.instance().state().nameAsString())
                .by("instance-type", machine -> machine.instance().instanceTypeAsString())
                .by("owner-id", Machine::owner)
                .by("reservation-id", Machine::reservation)
                .by("subnet-id", machine -> machine.instance().subnetId())
                .by("vpc-id", machine -> machine.instance().vpcId())
                .byTags(machine -> machine.tags(call.account()));
    }

    TerminateInstancesResponse terminate(TerminateInstancesRequest request) {
        if (request.instanceIds().isEmpty()) {
            throw Errors.missing("InstanceId");
        }
        List<Machine> machines = named(request.instanceIds());
        Permit permit = call.permit("TerminateInstances");
        machines.forEach(permit::on);
        permit.check();
        call.endDryRun(request.dryRun());
        return TerminateInstancesResponse.builder()
                .terminatingInstances(machines.stream().map(this::terminate).toList())
                .build();
    }

    private InstanceStateChange terminate(Machine machine) {
        InstanceState before = machine.instance().state();
        boolean isGone = before.name() == InstanceStateName.TERMINATED;
        if (!isGone) {
            String time = call.now()
                    .truncatedTo(ChronoUnit.SECONDS)
                    .toString()
                    .replace('T', ' ')
                    .replace("Z", " GMT");
            machine.change(machine.instance().toBuilder()
                    .state(state(InstanceStateName.SHUTTING_DOWN))
                    .stateTransitionReason("User initiated (" + time + ")")
                    .stateReason(StateReason.builder()
                            .code("Client.UserInitiatedShutdown")
                            .message("Client.UserInitiatedShutdown: User initiated shutdown")
                            .build())
                    .build());
            call.cloud().kernel().after(Duration.ofSeconds(1), () -> {
                deleteVolumes(call, machine, false);
                machine.change(machine.instance().toBuilder()
                        .state(state(InstanceStateName.TERMINATED))
                        .blockDeviceMappings(List.of())
                        .build());
            });
        }
        return InstanceStateChange.builder()
                .instanceId(machine.id())
                .previousState(before)
                .currentState(machine.instance().state())
                .build();
    }

    /** Deletes the volumes of an instance that ends, and frees those that are to stay. */
    static void deleteVolumes(Call call, Machine machine, boolean all) {
        List<EbsVolume> volumes = call.store().volumes().values().stream()
                .filter(volume -> volume.volume().attachments().stream()
                        .anyMatch(attachment -> machine.id().equals(attachment.instanceId())))
                .toList();
        for (EbsVolume volume : volumes) {
            String key = volume.key();
            String grant = volume.grant();
            if (key != null && grant != null) {
                call.ec2().keys().retireGrant(key, grant);
                volume.grant(null);
            }
            boolean deleted = all || volume.volume().attachments().get(0).deleteOnTermination();
            if (deleted) {
                call.store().volumes().remove(volume.id());
            } else {
                volume.change(volume.volume().toBuilder()
                        .state(VolumeState.AVAILABLE)
                        .attachments(List.of())
                        .build());
            }
        }
    }

    Instance described(Machine machine) {
        return machine.instance().toBuilder()
                .tags(machine.tagList(call.account()))
                .build();
    }

    static InstanceState state(InstanceStateName name) {
        return InstanceState.builder().name(name).code(CODES.get(name)).build();
    }

    private List<Machine> named(List<String> ids) {
        List<String> unknown = ids.stream()
                .filter(id -> all().noneMatch(machine -> machine.id().equals(id)))
                .toList();
        if (!unknown.isEmpty()) {
            throw Errors.unknownInstances(unknown);
        }
        return ids.stream()
                .distinct()
                .map(id -> call.store().machines().get(id))
                .toList();
    }

    private Stream<Machine> all() {
        return call.store().machines().values().stream().filter(machine -> machine.ownedBy(call.account()));
    }
}
