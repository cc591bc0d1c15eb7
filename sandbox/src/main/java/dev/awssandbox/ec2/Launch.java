package dev.awssandbox.ec2;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.Instance;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.InstanceStateName;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.VolumeAttachment;
import software.amazon.awssdk.services.ec2.model.VolumeState;

/**
 * RunInstances. Who may launch what is judged before the answer; whether the keys of the volumes can be used only after it: then the
 * instance runs, or is terminated with a reason that says little.
 */
final class Launch {
    /** What was wanted, and the volume that it became. */
    private record Made(NewVolume wanted, EbsVolume volume) {}

    private final Call call;

    Launch(Call call) {
        this.call = call;
    }

    RunInstancesResponse run(RunInstancesRequest request) {
        Ami image = new Images(call).visible(Errors.required(request.imageId(), "ImageId"));
        int count = count(request);
        String typeName = request.instanceType() == null ? "m1.small" : request.instanceTypeAsString();
        Map<String, Map<String, String>> tags = Tags.requested(
                request.tagSpecifications(),
                Set.of("instance", "volume", "network-interface", "spot-instances-request"));
        Subnet subnet = new Network(call)
                .subnetFor(
                        request.subnetId(),
                        request.placement() == null ? null : request.placement().availabilityZone());
        Map<String, NewVolume> volumes = volumes(image, request.blockDeviceMappings(), subnet.availabilityZone());
        permit(request, image, typeName, subnet, volumes, tags).check();
        if (!image.is(ImageState.AVAILABLE)) {
            throw Errors.unavailableImage(image.id());
        }
        if (!"ebs".equals(image.image().rootDeviceTypeAsString())) {
            throw Errors.of(
                    "UnsupportedOperation",
                    "The instance type '" + typeName + "' does not support images of instance store volumes");
        }
        InstanceTypeInfo type = InstanceTypes.named(typeName);
        InstanceTypes.checkFits(type, image.image());
        ImageMarks.checkIsFor(image.image(), typeName);
        call.endDryRun(request.dryRun());
        return call.once(
                "RunInstances",
                request.clientToken(),
                request,
                RunInstancesResponse.class,
                () -> launched(request, image, count, type, subnet, volumes, tags));
    }

    private static int count(RunInstancesRequest request) {
        if (request.minCount() == null) {
            throw Errors.missing("MinCount");
        }
        if (request.maxCount() == null) {
            throw Errors.missing("MaxCount");
        }
        if (request.minCount() < 1 || request.maxCount() < request.minCount()) {
            throw Errors.invalidValue("MaxCount must be at least MinCount, and that at least 1");
        }
        return request.maxCount();
    }

    private Permit permit(
            RunInstancesRequest request,
            Ami image,
            String type,
            Subnet subnet,
            Map<String, NewVolume> volumes,
            Map<String, Map<String, String>> tags) {
        String zone = subnet.availabilityZone();
        String vpc = "arn:aws:ec2:" + call.region() + ":" + call.account() + ":vpc/" + subnet.vpcId();
        Map<String, List<String>> ofInstance = new LinkedHashMap<>();
        ofInstance.put("ec2:InstanceType", List.of(type));
        ofInstance.put("ec2:AvailabilityZone", List.of(zone));
        ofInstance.put("ec2:RootDeviceType", List.of("ebs"));
        ofInstance.put("ec2:Tenancy", List.of("default"));
        ofInstance.put("ec2:EbsOptimized", List.of(String.valueOf(Boolean.TRUE.equals(request.ebsOptimized()))));
        Permit permit = call.permit("RunInstances")
                .on(image)
                .making("instance", tags.getOrDefault("instance", Map.of()), ofInstance)
                .making(
                        "network-interface",
                        tags.getOrDefault("network-interface", Map.of()),
                        Map.of(
                                "ec2:AvailabilityZone", List.of(zone),
                                "ec2:Subnet", List.of(subnet.subnetArn()),
                                "ec2:Vpc", List.of(vpc)))
                .on(
                        subnet.subnetArn(),
                        Map.of(
                                "ec2:AvailabilityZone", List.of(zone),
                                "ec2:SubnetID", List.of(subnet.subnetId()),
                                "ec2:Vpc", List.of(vpc)));
        List<String> groups = request.securityGroupIds().isEmpty()
                ? List.of(new Network(call).defaultSecurityGroup())
                : request.securityGroupIds();
        groups.forEach(group -> permit.on(
                "arn:aws:ec2:" + call.region() + ":" + call.account() + ":security-group/" + group,
                Map.of("ec2:SecurityGroupID", List.of(group), "ec2:Vpc", List.of(vpc))));
        volumes.values()
                .forEach(volume -> permit.making(
                        "volume",
                        tags.getOrDefault("volume", Map.of()),
                        EbsVolume.keysOf(volume.volume(), call.region())));
        request.blockDeviceMappings().stream()
                .filter(mapping -> mapping.ebs() != null && mapping.ebs().snapshotId() != null)
                .forEach(mapping ->
                        permit.on(new Snapshots(call).readable(mapping.ebs().snapshotId())));
        if (request.keyName() != null) {
            permit.on(
                    "arn:aws:ec2:" + call.region() + ":" + call.account() + ":key-pair/" + request.keyName(),
                    Map.of("ec2:KeyPairName", List.of(request.keyName())));
        }
        return permit;
    }

    /** The volumes by device: the image's, as the request changes them, and those that it adds. */
    private Map<String, NewVolume> volumes(Ami image, List<BlockDeviceMapping> requested, String zone) {
        Map<String, EbsBlockDevice> byDevice = new LinkedHashMap<>();
        image.volumes()
                .forEach(mapping -> byDevice.put(
                        mapping.deviceName(),
                        mapping.ebs().toBuilder().encrypted(null).build()));
        Map<String, EbsBlockDevice> ofImage = Map.copyOf(byDevice);
        for (BlockDeviceMapping mapping : requested) {
            String device = Errors.required(mapping.deviceName(), "BlockDeviceMapping.DeviceName");
            if (mapping.ebs() != null) {
                byDevice.put(device, merged(ofImage.get(device), mapping.ebs()));
            } else if (mapping.noDevice() != null) {
                byDevice.remove(device);
            }
        }
        Map<String, Boolean> encryptedBlanks = new LinkedHashMap<>();
        image.volumes()
                .filter(mapping -> mapping.ebs().snapshotId() == null)
                .forEach(mapping ->
                        encryptedBlanks.put(mapping.deviceName(), mapping.ebs().encrypted()));
        Map<String, NewVolume> volumes = new LinkedHashMap<>();
        byDevice.forEach((device, ebs) -> {
            boolean isBlank = ebs.snapshotId() == null || ebs.snapshotId().isEmpty();
            EbsBlockDevice wanted =
                    isBlank && ebs.encrypted() == null && Boolean.TRUE.equals(encryptedBlanks.get(device))
                            ? ebs.toBuilder().encrypted(true).build()
                            : ebs;
            volumes.put(device, volume(image, ofImage.get(device), wanted, zone));
        });
        return volumes;
    }

    private NewVolume volume(Ami image, @Nullable EbsBlockDevice ofImage, EbsBlockDevice ebs, String zone) {
        if (ebs.snapshotId() == null || ebs.snapshotId().isEmpty()) {
            return NewVolume.of(call, ebs, null, true, zone);
        }
        boolean throughImage = ofImage != null && ebs.snapshotId().equals(ofImage.snapshotId());
        EbsSnapshot snapshot = throughImage
                ? call.store().snapshots().get(ebs.snapshotId())
                : new Snapshots(call).readable(ebs.snapshotId());
        if (snapshot == null) {
            throw Errors.unknownSnapshot(ebs.snapshotId());
        }
        boolean owns = throughImage ? image.ownedBy(call.account()) : snapshot.ownedBy(call.account());
        return NewVolume.of(call, ebs, snapshot, owns, zone);
    }

    /** What the request says of a device counts before what the image says. */
    private static EbsBlockDevice merged(@Nullable EbsBlockDevice ofImage, EbsBlockDevice ofRequest) {
        if (ofImage == null) {
            return ofRequest;
        }
        EbsBlockDevice.Builder merged = ofRequest.toBuilder();
        boolean sameType = ofRequest.volumeType() == null || ofRequest.volumeType() == ofImage.volumeType();
        if (ofRequest.snapshotId() == null) {
            merged.snapshotId(ofImage.snapshotId());
        }
        if (ofRequest.volumeSize() == null) {
            merged.volumeSize(ofImage.volumeSize());
        }
        if (ofRequest.volumeType() == null) {
            merged.volumeType(ofImage.volumeTypeAsString());
        }
        if (ofRequest.iops() == null && sameType) {
            merged.iops(ofImage.iops());
        }
        if (ofRequest.throughput() == null && sameType) {
            merged.throughput(ofImage.throughput());
        }
        if (ofRequest.deleteOnTermination() == null) {
            merged.deleteOnTermination(ofImage.deleteOnTermination());
        }
        return merged.build();
    }

    private RunInstancesResponse launched(
            RunInstancesRequest request,
            Ami image,
            int count,
            InstanceTypeInfo type,
            Subnet subnet,
            Map<String, NewVolume> volumes,
            Map<String, Map<String, String>> tags) {
        String reservation = call.newId("r");
        List<Machine> machines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Machine machine = machine(request, image.image(), type, subnet, reservation, i);
            call.store().machines().put(machine.id(), machine);
            new Tags(call).put(machine, tags.getOrDefault("instance", Map.of()));
            List<Made> made = new ArrayList<>();
            volumes.forEach((device, wanted) -> made.add(new Made(
                    wanted, attached(machine, device, wanted, image, request, tags.getOrDefault("volume", Map.of())))));
            call.cloud().kernel().after(Call.MOMENT, () -> judge(machine, made));
            machines.add(machine);
        }
        Instances instances = new Instances(call);
        return RunInstancesResponse.builder()
                .reservationId(reservation)
                .ownerId(call.account())
                .instances(machines.stream().map(instances::described).toList())
                .build();
    }

    private Machine machine(
            RunInstancesRequest request,
            Image image,
            InstanceTypeInfo type,
            Subnet subnet,
            String reservation,
            int index) {
        int address = call.store().machines().size() + 4;
        Instance instance = Instance.builder()
                .instanceId(call.newId("i"))
                .imageId(image.imageId())
                .instanceType(type.instanceTypeAsString())
                .state(Instances.state(InstanceStateName.PENDING))
                .stateTransitionReason("")
                .launchTime(call.now())
                .amiLaunchIndex(index)
                .architecture(image.architectureAsString())
                .virtualizationType(image.virtualizationTypeAsString())
                .hypervisor("xen")
                .bootMode(image.bootModeAsString())
                .currentInstanceBootMode(InstanceTypes.bootMode(type, image.bootModeAsString()))
                .tpmSupport(image.tpmSupportAsString())
                .enaSupport(image.enaSupport())
                .sriovNetSupport(image.sriovNetSupport())
                .kernelId(image.kernelId())
                .ramdiskId(image.ramdiskId())
                .platform(image.platformAsString())
                .platformDetails(image.platformDetails())
                .usageOperation(image.usageOperation())
                .productCodes(image.productCodes())
                .rootDeviceName(image.rootDeviceName())
                .rootDeviceType(image.rootDeviceTypeAsString())
                .blockDeviceMappings(List.of())
                .keyName(request.keyName())
                .clientToken(request.clientToken())
                .ebsOptimized(Boolean.TRUE.equals(request.ebsOptimized()))
                .subnetId(subnet.subnetId())
                .vpcId(subnet.vpcId())
                .privateIpAddress("172.31." + address / 250 % 250 + "." + address % 250)
                .placement(placement ->
                        placement.availabilityZone(subnet.availabilityZone()).tenancy("default"))
                .monitoring(monitoring -> monitoring.state("disabled"))
                .metadataOptions(options ->
                        options.httpTokens("v2.0".equals(image.imdsSupportAsString()) ? "required" : "optional"))
                .build();
        return new Machine(instance, call.account(), call.region(), reservation);
    }

    private EbsVolume attached(
            Machine machine,
            String device,
            NewVolume wanted,
            Ami image,
            RunInstancesRequest request,
            Map<String, String> tags) {
        EbsVolume volume = new Volumes(call).add(wanted, tags);
        boolean deleted = deleteOnTermination(device, image, request);
        volume.change(volume.volume().toBuilder()
                .attachments(VolumeAttachment.builder()
                        .instanceId(machine.id())
                        .volumeId(volume.id())
                        .device(device)
                        .deleteOnTermination(deleted)
                        .attachTime(call.now())
                        .state("attaching")
                        .build())
                .build());
        List<InstanceBlockDeviceMapping> mappings =
                new ArrayList<>(machine.instance().blockDeviceMappings());
        mappings.add(InstanceBlockDeviceMapping.builder()
                .deviceName(device)
                .ebs(ebs -> ebs.volumeId(volume.id())
                        .deleteOnTermination(deleted)
                        .attachTime(call.now())
                        .status("attaching"))
                .build());
        machine.change(
                machine.instance().toBuilder().blockDeviceMappings(mappings).build());
        return volume;
    }

    private static boolean deleteOnTermination(String device, Ami image, RunInstancesRequest request) {
        Optional<Boolean> asked = request.blockDeviceMappings().stream()
                .filter(mapping -> device.equals(mapping.deviceName()) && mapping.ebs() != null)
                .map(mapping -> Optional.ofNullable(mapping.ebs().deleteOnTermination()))
                .flatMap(Optional::stream)
                .findFirst();
        return asked.orElseGet(() -> image.volumes()
                .filter(mapping -> device.equals(mapping.deviceName()))
                .anyMatch(mapping -> !Boolean.FALSE.equals(mapping.ebs().deleteOnTermination())));
    }

    /** What EC2 finds out when it makes the volumes. */
    private void judge(Machine machine, List<Made> volumes) {
        if (machine.instance().state().name() != InstanceStateName.PENDING) {
            return;
        }
        for (Made made : volumes) {
            Optional<String> refusal = made.wanted().refusal(call, made.volume().id());
            if (refusal.isPresent()) {
                fail(machine, made.volume(), refusal.get());
                return;
            }
        }
        for (Made made : volumes) {
            EbsVolume volume = made.volume();
            volume.change(volume.volume().toBuilder()
                    .state(VolumeState.IN_USE)
                    .attachments(volume.volume().attachments().stream()
                            .map(attachment ->
                                    attachment.toBuilder().state("attached").build())
                            .toList())
                    .build());
            String key = volume.key();
            if (key != null) {
                volume.grant(call.ec2()
                        .keys()
                        .grantToInstance(call.caller(), call.region(), key, volume.id(), machine.id()));
            }
            made.wanted().recordUse(call);
        }
        machine.change(machine.instance().toBuilder()
                .state(Instances.state(InstanceStateName.RUNNING))
                .blockDeviceMappings(machine.instance().blockDeviceMappings().stream()
                        .map(mapping -> mapping.toBuilder()
                                .ebs(mapping.ebs().toBuilder()
                                        .status("attached")
                                        .build())
                                .build())
                        .toList())
                .build());
    }

    /**
     * A key in a wrong state is named as the cause; a missing right is not (aws-facts 0: both were seen, when which is an inference). KMS's
     * message of a key's state begins with the key's ARN, that of a missing right with the user.
     */
    private static StateReason reason(String cause) {
        boolean byState = cause.startsWith("arn:");
        String code = byState ? "Client.InvalidKMSKey.InvalidState" : "Client.InternalError";
        String message = byState ? "The KMS key provided is in an incorrect state" : "Client error on launch";
        return StateReason.builder().code(code).message(code + ": " + message).build();
    }

    private void fail(Machine machine, EbsVolume culprit, String cause) {
        Instances.deleteVolumes(call, machine, true);
        call.ec2().notices().volumeFailed(machine.owner(), machine.region(), culprit.id(), cause);
        machine.change(machine.instance().toBuilder()
                .state(Instances.state(InstanceStateName.TERMINATED))
                .stateTransitionReason("Server.InternalError")
                .stateReason(reason(cause))
                .blockDeviceMappings(List.of())
                .build());
    }
}
