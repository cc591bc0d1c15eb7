package dev.awssandbox.ec2;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;
import software.amazon.awssdk.services.ec2.model.EbsBlockDevice;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.RegisterImageRequest;
import software.amazon.awssdk.services.ec2.model.RegisterImageResponse;
import software.amazon.awssdk.services.ec2.model.SnapshotState;

/** RegisterImage: an image made of snapshots. */
final class Registration {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9()\\[\\] ./\\-'@_]{3,128}");
    private static final Set<String> ARCHITECTURES = Set.of("i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac");
    private static final Set<String> VIRTUALIZATIONS = Set.of("hvm", "paravirtual");
    private static final Set<String> BOOT_MODES = Set.of("legacy-bios", "uefi", "uefi-preferred");
    private static final int LONGEST_DESCRIPTION = 255;
    private static final int LONGEST_UEFI_DATA = 64_000;

    private final Call call;

    Registration(Call call) {
        this.call = call;
    }

    RegisterImageResponse register(RegisterImageRequest request) {
        String name = checkedName(request.name());
        Map<String, String> tags =
                Tags.requested(request.tagSpecifications(), Set.of("image")).getOrDefault("image", Map.of());
        List<EbsSnapshot> snapshots = snapshots(request.blockDeviceMappings());
        Permit permit = call.permit("RegisterImage")
                .making(
                        "image",
                        tags,
                        Map.of("ec2:Owner", List.of(call.account()), "ec2:RootDeviceType", List.of("ebs")));
        snapshots.forEach(permit::on);
        permit.check();
        checkAttributes(request);
        String root = request.rootDeviceName() == null ? "/dev/sda1" : request.rootDeviceName();
        List<BlockDeviceMapping> mappings = mappings(request.blockDeviceMappings(), root);
        checkNameIsFree(name);
        call.endDryRun(request.dryRun());

        EbsSnapshot.Billing billing = billing(mappings, root);
        Image image = Image.builder()
                .imageId(call.newId("ami"))
                .name(name)
                .description(request.description())
                .ownerId(call.account())
                .imageLocation(call.account() + "/" + name)
                .imageType("machine")
                .creationDate(Resource.timestamp(call.now()))
                .state(ImageState.PENDING)
                .architecture(request.architecture() == null ? "i386" : request.architectureAsString())
                .virtualizationType(request.virtualizationType() == null ? "paravirtual" : request.virtualizationType())
                .hypervisor("xen")
                .rootDeviceName(root)
                .rootDeviceType("ebs")
                .blockDeviceMappings(mappings)
                .bootMode(request.bootModeAsString())
                .tpmSupport(request.tpmSupportAsString())
                .imdsSupport(request.imdsSupportAsString())
                .enaSupport(request.enaSupport())
                .sriovNetSupport(request.sriovNetSupport())
                .kernelId(request.kernelId())
                .ramdiskId(request.ramdiskId())
                .platform(billing == null ? null : billing.platform())
                .platformDetails(billing == null ? "Linux/UNIX" : billing.platformDetails())
                .usageOperation(billing == null ? "RunInstances" : billing.usageOperation())
                .productCodes(billing == null ? List.of() : billing.productCodes())
                .build();
        Ami ami = add(call, image, tags);
        ami.uefiData(request.uefiData());
        call.cloud().kernel().after(Call.MOMENT, () -> becomeAvailable(call, ami));
        return RegisterImageResponse.builder().imageId(ami.id()).build();
    }

    /** Puts a new image where readers will hear of it. */
    static Ami add(Call call, Image image, Map<String, String> tags) {
        Ami ami = new Ami(
                image, call.region(), call.now().plus(call.cloud().settings().imageVisibility()));
        call.store().images().put(ami.id(), ami);
        new Tags(call).put(ami, tags);
        return ami;
    }

    static void becomeAvailable(Call call, Ami ami) {
        if (call.store().images().containsKey(ami.id()) && ami.is(ImageState.PENDING)) {
            ami.become(ImageState.AVAILABLE);
            call.ec2().notices().imageBecame(ami, "available", "");
        }
    }

    static String checkedName(@Nullable String name) {
        String given = Errors.required(name, "name");
        if (!NAME.matcher(given).matches()) {
            throw Errors.of(
                    "InvalidAMIName.Malformed",
                    "AMI names must be between 3 and 128 characters long, and may contain letters, numbers,"
                            + " '(', ')', '[', ']', ' ', '.', '/', '-', ''', '@' and '_'");
        }
        return given;
    }

    static void checkDescription(@Nullable String description) {
        if (description == null) {
            return;
        }
        if (description.length() > LONGEST_DESCRIPTION) {
            throw Errors.invalidValue("Description exceeds the maximum length of " + LONGEST_DESCRIPTION);
        }
        if (!description.chars().allMatch(c -> c < 128)) {
            throw Errors.invalidValue("Character sets beyond ASCII are not supported.");
        }
    }

    void checkNameIsFree(String name) {
        call.store().images().values().stream()
                .filter(image -> image.ownedBy(call.account())
                        && name.equals(image.image().name()))
                .filter(Ami::holdsSnapshots)
                .findFirst()
                .ifPresent(image -> {
                    throw Errors.of(
                            "InvalidAMIName.Duplicate", "AMI name " + name + " is already in use by AMI " + image.id());
                });
    }

    private static void checkAttributes(RegisterImageRequest request) {
        checkDescription(request.description());
        String architecture = oneOf(ARCHITECTURES, request.architectureAsString(), "i386", "architecture");
        String virtualization =
                oneOf(VIRTUALIZATIONS, request.virtualizationType(), "paravirtual", "virtualizationType");
        String bootMode = oneOf(BOOT_MODES, request.bootModeAsString(), "", "bootMode");
        String tpm = oneOf(Set.of("v2.0"), request.tpmSupportAsString(), "", "tpmSupport");
        oneOf(Set.of("v2.0"), request.imdsSupportAsString(), "", "imdsSupport");
        String sriov = oneOf(Set.of("simple"), request.sriovNetSupport(), "", "sriovNetSupport");
        boolean paravirtual = virtualization.equals("paravirtual");
        if (!sriov.isEmpty() && paravirtual) {
            throw Errors.combination("Enhanced networking is supported by HVM images only");
        }
        if (!paravirtual && (request.kernelId() != null || request.ramdiskId() != null)) {
            throw Errors.combination("Kernel and RAM disk are for paravirtual images only");
        }
        if (paravirtual && !bootMode.isEmpty()) {
            throw Errors.combination("A paravirtual image has no boot mode");
        }
        if (paravirtual && !architecture.equals("i386") && !architecture.equals("x86_64")) {
            throw Errors.combination("Architecture " + architecture + " requires virtualization type hvm");
        }
        if (architecture.startsWith("arm64") && bootMode.equals("legacy-bios")) {
            throw Errors.combination("Boot mode legacy-bios is not supported with architecture " + architecture);
        }
        if (!tpm.isEmpty() && !bootMode.equals("uefi")) {
            throw Errors.combination("TpmSupport requires the boot mode uefi");
        }
        if (request.uefiData() != null && request.uefiData().length() > LONGEST_UEFI_DATA) {
            throw Errors.invalidValue("UefiData exceeds the maximum length of " + LONGEST_UEFI_DATA);
        }
        if (request.uefiData() != null && !request.uefiData().matches("[A-Za-z0-9+/\\s]*={0,2}\\s*")) {
            throw Errors.invalidValue("UefiData is not base64");
        }
        if (!request.billingProducts().isEmpty()) {
            throw Errors.of("AuthFailure", "This account is not authorized to set billing products");
        }
        if (request.imageLocation() != null) {
            throw Errors.of("InvalidManifest", "Images of instance store volumes cannot be registered here");
        }
    }

    private static String oneOf(Set<String> allowed, @Nullable String value, String otherwise, String parameter) {
        if (value == null || value.isEmpty()) {
            return otherwise;
        }
        if (!allowed.contains(value)) {
            throw Errors.invalidValue("Value (" + value + ") for parameter " + parameter + " is invalid.");
        }
        return value;
    }

    /** The snapshots named, each once; completed, and readable. */
    private List<EbsSnapshot> snapshots(List<BlockDeviceMapping> mappings) {
        return mappings.stream()
                .map(BlockDeviceMapping::ebs)
                .filter(Objects::nonNull)
                .map(EbsBlockDevice::snapshotId)
                .filter(id -> id != null && !id.isEmpty())
                .distinct()
                .map(id -> new Snapshots(call).readable(id))
                .toList();
    }

    /** The mappings as the image will show them, in their order. */
    private List<BlockDeviceMapping> mappings(List<BlockDeviceMapping> requested, String root) {
        List<BlockDeviceMapping> mappings = new ArrayList<>();
        Set<String> devices = new HashSet<>();
        for (BlockDeviceMapping mapping : requested) {
            String device = Errors.required(mapping.deviceName(), "BlockDeviceMapping.DeviceName");
            if (!devices.add(device)) {
                throw badMapping("The device '" + device + "' is used in more than one block-device mapping");
            }
            mappings.add(mapping.ebs() == null ? withoutVolume(mapping) : volume(mapping, device.equals(root)));
        }
        boolean hasRoot = mappings.stream()
                .filter(mapping -> mapping.ebs() != null && mapping.ebs().snapshotId() != null)
                .anyMatch(mapping -> isSameDisk(mapping.deviceName(), root));
        if (!hasRoot) {
            throw badMapping("No root snapshot specified in device mapping.");
        }
        return mappings;
    }

    /** A root device name may be that of a partition: {@code /dev/sda1} on the disk {@code /dev/sda}. */
    private static boolean isSameDisk(String device, String root) {
        return device.equals(root) || device.equals(root.replaceAll("\\d+$", ""));
    }

    private static BlockDeviceMapping withoutVolume(BlockDeviceMapping mapping) {
        boolean isOff = mapping.noDevice() != null;
        if (isOff == (mapping.virtualName() != null)) {
            throw badMapping(
                    "The mapping of '" + mapping.deviceName() + "' must have one of Ebs, VirtualName and NoDevice");
        }
        if (!isOff && !mapping.virtualName().matches("ephemeral\\d{1,2}")) {
            throw badMapping("Invalid virtual name '" + mapping.virtualName() + "'");
        }
        return mapping;
    }

    private BlockDeviceMapping volume(BlockDeviceMapping mapping, boolean isRoot) {
        EbsBlockDevice ebs = mapping.ebs();
        if (mapping.virtualName() != null || mapping.noDevice() != null) {
            throw badMapping(
                    "The mapping of '" + mapping.deviceName() + "' must have one of Ebs, VirtualName and NoDevice");
        }
        if (ebs.kmsKeyId() != null) {
            throw Errors.combination("The parameter KmsKeyId is not supported in block device mappings of images");
        }
        EbsBlockDevice.Builder volume = ebs.toBuilder();
        int size;
        if (ebs.snapshotId() == null || ebs.snapshotId().isEmpty()) {
            if (ebs.volumeSize() == null) {
                throw badMapping("A blank volume needs a size");
            }
            size = ebs.volumeSize();
            volume.snapshotId(null).encrypted(Boolean.TRUE.equals(ebs.encrypted()));
        } else {
            if (ebs.encrypted() != null) {
                throw badMapping("the encrypted flag cannot be specified since device " + mapping.deviceName()
                        + " has a snapshot specified.");
            }
            EbsSnapshot snapshot = new Snapshots(call).readable(ebs.snapshotId());
            if (!snapshot.is(SnapshotState.COMPLETED)) {
                throw Errors.of(
                        "IncorrectState",
                        "Snapshot is in invalid state - " + snapshot.snapshot().stateAsString());
            }
            int smallest = snapshot.snapshot().volumeSize();
            size = ebs.volumeSize() == null ? smallest : ebs.volumeSize();
            if (size < smallest) {
                throw badMapping("Volume of size " + size + "GB is smaller than snapshot '" + snapshot.id()
                        + "', expect size >= " + smallest + "GB");
            }
            volume.encrypted(snapshot.key() != null);
        }
        String type = ebs.volumeType() == null ? "gp2" : ebs.volumeTypeAsString();
        VolumeRules.check(type, size, ebs.iops(), ebs.throughput());
        volume.volumeType(type)
                .volumeSize(size)
                .deleteOnTermination(ebs.deleteOnTermination() == null ? isRoot : ebs.deleteOnTermination());
        return mapping.toBuilder().ebs(volume.build()).build();
    }

    private static RuntimeException badMapping(String message) {
        return Errors.of("InvalidBlockDeviceMapping", message);
    }

    /** What the snapshots know of licences, the root's first; null where they know nothing. */
    private EbsSnapshot.@Nullable Billing billing(List<BlockDeviceMapping> mappings, String root) {
        return mappings.stream()
                .filter(mapping -> mapping.ebs() != null && mapping.ebs().snapshotId() != null)
                .sorted(Comparator.comparing(mapping -> !isSameDisk(mapping.deviceName(), root)))
                .map(mapping -> call.store().snapshots().get(mapping.ebs().snapshotId()))
                .filter(Objects::nonNull)
                .map(EbsSnapshot::billing)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }
}
