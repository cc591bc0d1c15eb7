package dev.awssandbox.ec2;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.BootModeType;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypeOfferingsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceTypesResponse;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.InstanceTypeInfo;
import software.amazon.awssdk.services.ec2.model.InstanceTypeOffering;

/** Some instance types of each kind, with what decides whether an image fits. */
final class InstanceTypes {
    /** Name, architectures, virtualization types, boot modes, ENA, NVMe, hypervisor, NitroTPM, virtual CPUs, memory in MiB. */
    private static final String TABLE =
            """
            t1.micro    i386,x86_64  hvm,paravirtual  legacy-bios       unsupported  unsupported  xen    -     1  627
            t2.micro    i386,x86_64  hvm              legacy-bios       unsupported  unsupported  xen    -     1  1024
            t2.small    i386,x86_64  hvm              legacy-bios       unsupported  unsupported  xen    -     1  2048
            t2.medium   i386,x86_64  hvm              legacy-bios       unsupported  unsupported  xen    -     2  4096
            m1.small    i386,x86_64  hvm,paravirtual  legacy-bios       unsupported  unsupported  xen    -     1  1740
            m1.medium   i386,x86_64  hvm,paravirtual  legacy-bios       unsupported  unsupported  xen    -     1  3788
            c1.medium   i386,x86_64  hvm,paravirtual  legacy-bios       unsupported  unsupported  xen    -     2  1740
            c3.large    i386,x86_64  hvm,paravirtual  legacy-bios       unsupported  unsupported  xen    -     2  3840
            m3.medium   x86_64       hvm,paravirtual  legacy-bios       unsupported  unsupported  xen    -     1  3840
            m4.large    x86_64       hvm              legacy-bios       unsupported  unsupported  xen    -     2  8192
            t3.nano     x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  512
            t3.micro    x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  1024
            t3.small    x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  2048
            t3.medium   x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  4096
            t3.large    x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  8192
            t3a.micro   x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  1024
            t3a.small   x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  2048
            m5.large    x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  8192
            m5.xlarge   x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  4  16384
            c5.large    x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  4096
            r5.large    x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  16384
            m6i.large   x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  8192
            m7i.large   x86_64       hvm              legacy-bios,uefi  required     required     nitro  v2.0  2  8192
            a1.medium   arm64        hvm              uefi              required     required     nitro  -     1  2048
            t4g.nano    arm64        hvm              uefi              required     required     nitro  -     2  512
            t4g.micro   arm64        hvm              uefi              required     required     nitro  -     2  1024
            t4g.small   arm64        hvm              uefi              required     required     nitro  -     2  2048
            t4g.medium  arm64        hvm              uefi              required     required     nitro  -     2  4096
            m6g.medium  arm64        hvm              uefi              required     required     nitro  -     1  4096
            m6g.large   arm64        hvm              uefi              required     required     nitro  -     2  8192
            c6g.medium  arm64        hvm              uefi              required     required     nitro  -     1  2048
            c7g.medium  arm64        hvm              uefi              required     required     nitro  v2.0  1  2048
            m7g.medium  arm64        hvm              uefi              required     required     nitro  v2.0  1  4096
            mac1.metal  x86_64_mac   hvm              uefi              required     required     nitro  -     12 32768
            mac2.metal  arm64_mac    hvm              uefi              required     required     nitro  -     8  16384
            """;

    private static final Map<String, InstanceTypeInfo> ALL = parse();

    private final Call call;

    InstanceTypes(Call call) {
        this.call = call;
    }

    DescribeInstanceTypesResponse describe(DescribeInstanceTypesRequest request) {
        call.permit("DescribeInstanceTypes").onAnything().check();
        call.endDryRun(request.dryRun());
        List<String> wanted = request.instanceTypesAsStrings();
        List<String> unknown =
                wanted.stream().filter(type -> !ALL.containsKey(type)).toList();
        if (!unknown.isEmpty()) {
            throw Errors.of(
                    "InvalidInstanceType",
                    "The following supplied instance types do not exist: [" + String.join(", ", unknown) + "]");
        }
        Filters<InstanceTypeInfo> filters = new Filters<InstanceTypeInfo>()
                .by("bare-metal", InstanceTypeInfo::bareMetal)
                .by("current-generation", InstanceTypeInfo::currentGeneration)
                .by("hypervisor", InstanceTypeInfo::hypervisorAsString)
                .by("instance-type", InstanceTypeInfo::instanceTypeAsString)
                .by("memory-info.size-in-mib", type -> type.memoryInfo().sizeInMiB())
                .by("network-info.ena-support", type -> type.networkInfo().enaSupportAsString())
                .by("nitro-tpm-support", InstanceTypeInfo::nitroTpmSupportAsString)
                .by("processor-info.supported-architecture", type -> type.processorInfo()
                        .supportedArchitecturesAsStrings())
                .by("supported-boot-mode", InstanceTypeInfo::supportedBootModesAsStrings)
                .by("supported-root-device-type", InstanceTypeInfo::supportedRootDeviceTypesAsStrings)
                .by("supported-virtualization-type", InstanceTypeInfo::supportedVirtualizationTypesAsStrings)
                .by("vcpu-info.default-vcpus", type -> type.vCpuInfo().defaultVCpus());
        List<InstanceTypeInfo> found = ALL.values().stream()
                .filter(type -> wanted.isEmpty() || wanted.contains(type.instanceTypeAsString()))
                .filter(filters.matching(request.filters()))
                .toList();
        Page<InstanceTypeInfo> page = Page.of(found, 5, request.maxResults(), request.nextToken());
        return DescribeInstanceTypesResponse.builder()
                .instanceTypes(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeInstanceTypeOfferingsResponse offerings(DescribeInstanceTypeOfferingsRequest request) {
        call.permit("DescribeInstanceTypeOfferings").onAnything().check();
        call.endDryRun(request.dryRun());
        String kind = request.locationType() == null ? "region" : request.locationTypeAsString();
        List<String> locations =
                switch (kind) {
                    case "region" -> List.of(call.region());
                    case "availability-zone" -> List.of(call.region() + "a", call.region() + "b", call.region() + "c");
                    default -> throw Errors.invalidValue("Value (" + kind + ") for parameter locationType is invalid.");
                };
        Filters<InstanceTypeOffering> filters = new Filters<InstanceTypeOffering>()
                .by("instance-type", InstanceTypeOffering::instanceTypeAsString)
                .by("location", InstanceTypeOffering::location);
        List<InstanceTypeOffering> found = locations.stream()
                .flatMap(location -> ALL.keySet().stream().map(type -> InstanceTypeOffering.builder()
                        .instanceType(type)
                        .location(location)
                        .locationType(kind)
                        .build()))
                .filter(filters.matching(request.filters()))
                .toList();
        Page<InstanceTypeOffering> page = Page.of(found, 5, request.maxResults(), request.nextToken());
        return DescribeInstanceTypeOfferingsResponse.builder()
                .instanceTypeOfferings(page.items())
                .nextToken(page.nextToken())
                .build();
    }

    static InstanceTypeInfo named(String type) {
        InstanceTypeInfo info = ALL.get(type);
        if (info == null) {
            throw Errors.invalidValue("Invalid value '" + type + "' for InstanceType.");
        }
        return info;
    }

    /** Refuses an image that cannot run on {@code type}. */
    static void checkFits(InstanceTypeInfo type, Image image) {
        String name = type.instanceTypeAsString();
        String architecture = image.architectureAsString();
        List<String> architectures = type.processorInfo().supportedArchitecturesAsStrings();
        if (!architectures.contains(architecture)) {
            throw Errors.invalidValue("The architecture '" + String.join(",", architectures)
                    + "' of the specified instance type does not match the architecture '" + architecture
                    + "' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and"
                    + " try again. You can use 'describe-instance-types' or 'describe-images' to discover the"
                    + " architecture of the instance type or AMI.");
        }
        String virtualization = image.virtualizationTypeAsString();
        if (!type.supportedVirtualizationTypesAsStrings().contains(virtualization)) {
            throw Errors.combination("Virtualization type '" + virtualization
                    + "' is not supported for instances of type '" + name
                    + "'. Ensure that you are using an AMI with a virtualization type that it supports: "
                    + String.join(", ", type.supportedVirtualizationTypesAsStrings()) + ".");
        }
        boolean isMac = architecture.endsWith("_mac");
        boolean needsEna = "required".equals(type.networkInfo().enaSupportAsString());
        if (needsEna && !isMac && !Boolean.TRUE.equals(image.enaSupport())) {
            throw Errors.combination("Enhanced networking with the Elastic Network Adapter (ENA) is required for the '"
                    + name + "' instance type. Ensure that you are using an AMI that is enabled for ENA.");
        }
        bootMode(type, image.bootModeAsString());
        if (image.tpmSupport() != null && !"supported".equals(type.nitroTpmSupportAsString())) {
            throw Errors.combination(
                    "The instance type '" + name + "' does not support NitroTPM, which the AMI requires.");
        }
    }

    /** The mode that an instance of {@code type} boots in; refuses a mode that the type does not have. */
    static String bootMode(InstanceTypeInfo type, @Nullable String imageMode) {
        List<String> modes = type.supportedBootModesAsStrings();
        if (imageMode == null) {
            return modes.get(0);
        }
        String mode = imageMode.equals("uefi-preferred") ? modes.get(modes.size() - 1) : imageMode;
        if (!modes.contains(mode)) {
            throw Errors.invalidValue("The boot mode '" + imageMode + "' of the specified AMI is not supported by the"
                    + " instance type '" + type.instanceTypeAsString() + "', which boots in " + String.join(", ", modes)
                    + ".");
        }
        return mode;
    }

    private static Map<String, InstanceTypeInfo> parse() {
        Map<String, InstanceTypeInfo> types = new LinkedHashMap<>();
        TABLE.lines().map(line -> line.trim().split("\\s+", -1)).forEach(row -> types.put(row[0], info(row)));
        return types;
    }

    private static InstanceTypeInfo info(String[] row) {
        boolean isNitro = row[6].equals("nitro");
        boolean isMetal = row[0].endsWith(".metal");
        Optional<String> tpm = Optional.of(row[7]).filter(version -> !version.equals("-"));
        return InstanceTypeInfo.builder()
                .instanceType(row[0])
                .currentGeneration(isNitro || row[0].startsWith("t2."))
                .freeTierEligible(row[0].equals("t2.micro") || row[0].equals("t3.micro"))
                .supportedUsageClassesWithStrings("on-demand", "spot")
                .supportedRootDeviceTypesWithStrings("ebs")
                .supportedVirtualizationTypesWithStrings(split(row[2]))
                .bareMetal(isMetal)
                .hypervisor(isMetal ? null : row[6])
                .processorInfo(info -> info.supportedArchitecturesWithStrings(split(row[1])))
                .vCpuInfo(info -> info.defaultVCpus(Integer.valueOf(row[8])))
                .memoryInfo(info -> info.sizeInMiB(Long.valueOf(row[9])))
                .ebsInfo(info -> info.encryptionSupport("supported").nvmeSupport(row[5]))
                .networkInfo(info -> info.enaSupport(row[4]).ipv6Supported(true))
                .burstablePerformanceSupported(row[0].startsWith("t") && !row[0].startsWith("t1."))
                .supportedBootModes(
                        split(row[3]).stream().map(BootModeType::fromValue).toList())
                .nitroTpmSupport(tpm.isPresent() ? "supported" : "unsupported")
                .nitroTpmInfo(info -> tpm.ifPresent(info::supportedVersions))
                .build();
    }

    private static List<String> split(String list) {
        return Arrays.asList(list.split(",", -1));
    }
}
