package dev.awssandbox.ec2;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionRequest;
import software.amazon.awssdk.services.ec2.model.CancelImageLaunchPermissionResponse;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.Image;
import software.amazon.awssdk.services.ec2.model.ImageState;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyImageAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ResetImageAttributeResponse;

/** One attribute of an image at a time: launch permissions above all. */
final class ImageAttributes {
    private static final String LAUNCH_PERMISSION = "launchPermission";
    private static final String DESCRIPTION = "description";
    private static final String IMDS_SUPPORT = "imdsSupport";
    private static final int MOST_ENTITIES = 1_000;
    private static final int MOST_ACCOUNTS_OF_A_REQUEST = 10_000;
    private static final String ORGANIZATION = "arn:aws:organizations::\\d{12}:organization/o-[a-z0-9]{10,32}";
    private static final String UNIT =
            "arn:aws:organizations::\\d{12}:ou/o-[a-z0-9]{10,32}/ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}";

    private final Call call;

    ImageAttributes(Call call) {
        this.call = call;
    }

    DescribeImageAttributeResponse describe(DescribeImageAttributeRequest request) {
        String attribute = Errors.required(request.attributeAsString(), "Attribute");
        if (attribute.equals("blockDeviceMapping")) {
            throw Errors.of("AuthFailure", "Unauthorized attempt to access restricted resource");
        }
        Images images = new Images(call);
        Ami image = attribute.equals(LAUNCH_PERMISSION)
                ? images.owned(request.imageId())
                : images.visible(request.imageId());
        call.permit("DescribeImageAttribute")
                .on(image, attributeKeys(attribute, ""))
                .check();
        call.endDryRun(request.dryRun());
        Image shown = image.image();
        DescribeImageAttributeResponse.Builder response =
                DescribeImageAttributeResponse.builder().imageId(image.id());
        switch (attribute) {
            case LAUNCH_PERMISSION -> response.launchPermissions(image.permissions());
            case DESCRIPTION -> response.description(value(shown.description()));
            case "kernel" -> response.kernelId(value(shown.kernelId()));
            case "ramdisk" -> response.ramdiskId(value(shown.ramdiskId()));
            case "productCodes" -> response.productCodes(shown.productCodes());
            case "sriovNetSupport" -> response.sriovNetSupport(value(shown.sriovNetSupport()));
            case "bootMode" -> response.bootMode(value(shown.bootModeAsString()));
            case "tpmSupport" -> response.tpmSupport(value(shown.tpmSupportAsString()));
            case "uefiData" -> response.uefiData(value(image.uefiData()));
            case "lastLaunchedTime" -> response.lastLaunchedTime(value(shown.lastLaunchedTime()));
            case IMDS_SUPPORT -> response.imdsSupport(value(shown.imdsSupportAsString()));
            case "deregistrationProtection" ->
                response.deregistrationProtection(value(shown.deregistrationProtection()));
            default -> throw Errors.invalidValue("Value (" + attribute + ") for parameter attribute is invalid.");
        }
        return response.build();
    }

    private static AttributeValue value(@Nullable String value) {
        return AttributeValue.builder().value(value).build();
    }

    ModifyImageAttributeResponse modify(ModifyImageAttributeRequest request) {
        Ami image = new Images(call).owned(request.imageId());
        String attribute = attribute(request);
        if (attribute == null) {
            call.permit("ModifyImageAttribute").on(image).check();
            throw Errors.combination("No attributes specified.");
        }
        String value = newValue(request, attribute);
        call.permit("ModifyImageAttribute")
                .on(image, attributeKeys(attribute, value))
                .check();
        switch (attribute) {
            case LAUNCH_PERMISSION -> {
                Set<LaunchPermission> changed = permissions(image, request);
                call.endDryRun(request.dryRun());
                image.permissions().clear();
                image.permissions().addAll(changed);
            }
            case DESCRIPTION -> {
                Registration.checkDescription(value);
                call.endDryRun(request.dryRun());
                image.change(image.image().toBuilder().description(value).build());
            }
            case IMDS_SUPPORT -> {
                if (!value.equals("v2.0")) {
                    throw Errors.invalidValue("Value (" + value + ") for parameter imdsSupport is invalid.");
                }
                call.endDryRun(request.dryRun());
                image.change(image.image().toBuilder().imdsSupport(value).build());
            }
            default -> throw Errors.invalidValue("Value (" + attribute + ") for parameter attribute is invalid.");
        }
        return ModifyImageAttributeResponse.builder().build();
    }

    /** The one attribute that a request is about, or null. */
    private static @Nullable String attribute(ModifyImageAttributeRequest request) {
        Set<String> named = new LinkedHashSet<>();
        if (request.attribute() != null && !request.attribute().isEmpty()) {
            named.add(request.attribute());
        }
        boolean flat = request.operationType() != null
                || !request.userIds().isEmpty()
                || !request.userGroups().isEmpty()
                || !request.organizationArns().isEmpty()
                || !request.organizationalUnitArns().isEmpty();
        if (request.launchPermission() != null || flat) {
            named.add(LAUNCH_PERMISSION);
        }
        if (request.description() != null) {
            named.add(DESCRIPTION);
        }
        if (request.imdsSupport() != null) {
            named.add(IMDS_SUPPORT);
        }
        if (named.size() > 1) {
            throw Errors.combination("Fields for multiple attribute types specified: " + String.join(", ", named));
        }
        return named.stream().findFirst().orElse(null);
    }

    private static String newValue(ModifyImageAttributeRequest request, String attribute) {
        AttributeValue nested =
                switch (attribute) {
                    case DESCRIPTION -> request.description();
                    case IMDS_SUPPORT -> request.imdsSupport();
                    default -> null;
                };
        String value = nested == null ? request.value() : nested.value();
        return value == null ? "" : value;
    }

    private static Map<String, List<String>> attributeKeys(String attribute, String value) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("ec2:Attribute", List.of(attribute));
        if (!value.isEmpty()) {
            keys.put("ec2:Attribute/" + attribute, List.of(value));
        }
        return keys;
    }

    /** The launch permissions as they will be; adding what is there and removing what is not is no error. */
    private Set<LaunchPermission> permissions(Ami image, ModifyImageAttributeRequest request) {
        List<LaunchPermission> add = permissions(request, "add");
        List<LaunchPermission> remove = permissions(request, "remove");
        if (add.isEmpty() && remove.isEmpty()) {
            throw Errors.combination("No attributes specified.");
        }
        if (image.is(ImageState.PENDING) || image.is(ImageState.FAILED) || image.is(ImageState.DISABLED)) {
            throw Errors.unavailableImage(image.id());
        }
        if (Stream.concat(add.stream(), remove.stream())
                        .filter(permission -> permission.userId() != null)
                        .count()
                > MOST_ACCOUNTS_OF_A_REQUEST) {
            throw Errors.invalidValue("A request takes at most " + MOST_ACCOUNTS_OF_A_REQUEST + " user ids");
        }
        add.forEach(this::checkPermission);
        remove.forEach(this::checkForm);
        if (!add.isEmpty()) {
            checkShareable(image, add);
        }
        Set<LaunchPermission> changed = new LinkedHashSet<>(image.permissions());
        changed.addAll(add);
        remove.forEach(changed::remove);
        if (!add.isEmpty() && changed.size() > MOST_ENTITIES) {
            throw Errors.of(
                    "ResourceLimitExceeded",
                    "An image can be shared with at most " + MOST_ENTITIES + " entities; this request would make it "
                            + changed.size());
        }
        return changed;
    }

    private static List<LaunchPermission> permissions(ModifyImageAttributeRequest request, String operation) {
        if (request.launchPermission() != null) {
            return operation.equals("add")
                    ? request.launchPermission().add()
                    : request.launchPermission().remove();
        }
        String wanted = request.operationType() == null ? "add" : request.operationTypeAsString();
        if (!wanted.equals("add") && !wanted.equals("remove")) {
            throw Errors.invalidValue("Value (" + wanted + ") for parameter operationType is invalid.");
        }
        if (!wanted.equals(operation)) {
            return List.of();
        }
        return Stream.of(
                        request.userIds().stream()
                                .map(id -> LaunchPermission.builder().userId(id)),
                        request.userGroups().stream()
                                .map(group -> LaunchPermission.builder().group(group)),
                        request.organizationArns().stream()
                                .map(arn -> LaunchPermission.builder().organizationArn(arn)),
                        request.organizationalUnitArns().stream()
                                .map(arn -> LaunchPermission.builder().organizationalUnitArn(arn)))
                .flatMap(builders -> builders)
                .map(LaunchPermission.Builder::build)
                .toList();
    }

    private void checkPermission(LaunchPermission permission) {
        checkForm(permission);
        String account = permission.userId();
        if (account != null && !call.ec2().accountExists(account)) {
            throw invalidItem(account, "userId");
        }
    }

    private void checkForm(LaunchPermission permission) {
        long named = Stream.of(
                        permission.userId(),
                        permission.groupAsString(),
                        permission.organizationArn(),
                        permission.organizationalUnitArn())
                .filter(Objects::nonNull)
                .count();
        if (named != 1) {
            throw Errors.combination("A launch permission names exactly one of UserId, Group, OrganizationArn and"
                    + " OrganizationalUnitArn");
        }
        if (permission.userId() != null && !permission.userId().matches("\\d{12}")) {
            throw invalidItem(permission.userId(), "userId");
        }
        if (permission.groupAsString() != null && !permission.groupAsString().equals("all")) {
            throw invalidItem(permission.groupAsString(), "UserGroup");
        }
        if (permission.organizationArn() != null
                && !permission.organizationArn().matches(ORGANIZATION)) {
            throw invalidItem(permission.organizationArn(), "organizationArn");
        }
        if (permission.organizationalUnitArn() != null
                && !permission.organizationalUnitArn().matches(UNIT)) {
            throw invalidItem(permission.organizationalUnitArn(), "organizationalUnitArn");
        }
    }

    private static RuntimeException invalidItem(String value, String type) {
        return Errors.of(
                "InvalidAMIAttributeItemValue",
                "Invalid attribute item value \"" + value + "\" for " + type + " item type.");
    }

    private void checkShareable(Ami image, List<LaunchPermission> added) {
        image.snapshotIds().stream()
                .map(call.store().snapshots()::get)
                .filter(Objects::nonNull)
                .forEach(SnapshotAttributes::checkIsNotOnOutpost);
        boolean underManagedKey = image.snapshotIds().stream()
                .map(call.store().snapshots()::get)
                .filter(Objects::nonNull)
                .anyMatch(call.ec2().keys()::isAwsManaged);
        if (underManagedKey) {
            throw Errors.of(
                    "InvalidParameter",
                    "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.");
        }
        boolean becomesPublic =
                added.stream().anyMatch(permission -> permission.groupAsString() != null) && !image.isPublic();
        if (becomesPublic && call.settings().blocksPublicImages(call.now())) {
            throw Errors.of(
                    "OperationNotPermitted",
                    "You can't publicly share this image because block public access for AMIs is enabled for this"
                            + " account. To publicly share the image, you must call the DisableImageBlockPublicAccess"
                            + " API.");
        }
        boolean encrypted = image.volumes()
                .anyMatch(mapping -> Boolean.TRUE.equals(mapping.ebs().encrypted()));
        if (becomesPublic && encrypted) {
            throw Errors.of("OperationNotPermitted", "Images with encrypted snapshots cannot be made public");
        }
    }

    ResetImageAttributeResponse reset(ResetImageAttributeRequest request) {
        Ami image = new Images(call).owned(request.imageId());
        call.permit("ResetImageAttribute").on(image).check();
        if (!LAUNCH_PERMISSION.equals(request.attributeAsString())) {
            throw Errors.invalidValue("The only attribute that can be reset is " + LAUNCH_PERMISSION);
        }
        call.endDryRun(request.dryRun());
        image.permissions().clear();
        return ResetImageAttributeResponse.builder().build();
    }

    /** A consumer takes itself off the list. */
    CancelImageLaunchPermissionResponse cancel(CancelImageLaunchPermissionRequest request) {
        Ami image = new Images(call).visible(request.imageId());
        call.permit("CancelImageLaunchPermission").on(image).check();
        LaunchPermission own = LaunchPermission.builder().userId(call.account()).build();
        if (!image.permissions().contains(own)) {
            throw Errors.unauthorizedImage(image.id());
        }
        call.endDryRun(request.dryRun());
        image.permissions().remove(own);
        return CancelImageLaunchPermissionResponse.builder().returnValue(true).build();
    }
}
