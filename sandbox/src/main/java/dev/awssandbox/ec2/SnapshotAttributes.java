package dev.awssandbox.ec2;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSnapshotAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifySnapshotAttributeResponse;

/** Who else may make volumes of a snapshot. */
final class SnapshotAttributes {
    private static final String CREATE_VOLUME_PERMISSION = "createVolumePermission";
    private static final int MOST_CHANGES = 500;

    private final Call call;

    SnapshotAttributes(Call call) {
        this.call = call;
    }

    DescribeSnapshotAttributeResponse describe(DescribeSnapshotAttributeRequest request) {
        EbsSnapshot snapshot = new Snapshots(call).owned(request.snapshotId());
        String attribute = Errors.required(request.attributeAsString(), "Attribute");
        call.permit("DescribeSnapshotAttribute").on(snapshot).check();
        call.endDryRun(request.dryRun());
        DescribeSnapshotAttributeResponse.Builder response =
                DescribeSnapshotAttributeResponse.builder().snapshotId(snapshot.id());
        switch (attribute) {
            case CREATE_VOLUME_PERMISSION -> response.createVolumePermissions(snapshot.permissions());
            case "productCodes" ->
                response.productCodes(Optional.ofNullable(snapshot.billing())
                        .map(EbsSnapshot.Billing::productCodes)
                        .orElse(List.of()));
            default -> throw Errors.invalidValue("Value (" + attribute + ") for parameter attribute is invalid.");
        }
        return response.build();
    }

    ModifySnapshotAttributeResponse modify(ModifySnapshotAttributeRequest request) {
        EbsSnapshot snapshot = new Snapshots(call).owned(request.snapshotId());
        if (request.attribute() != null && !request.attributeAsString().equals(CREATE_VOLUME_PERMISSION)) {
            throw Errors.invalidValue("Only " + CREATE_VOLUME_PERMISSION + " can be modified");
        }
        List<CreateVolumePermission> add = changes(request, "add");
        List<CreateVolumePermission> remove = changes(request, "remove");
        call.permit("ModifySnapshotAttribute").on(snapshot, keys(add, remove)).check();
        if (add.isEmpty() && remove.isEmpty()) {
            throw Errors.combination("No attributes specified.");
        }
        if (!add.isEmpty() && !remove.isEmpty()) {
            throw Errors.combination("Permissions can be added or removed in one request, not both");
        }
        if (add.size() + remove.size() > MOST_CHANGES) {
            throw Errors.of(
                    "InvalidParameterValue",
                    "A request takes at most " + MOST_CHANGES + " changes of create-volume permissions");
        }
        Stream.concat(add.stream(), remove.stream()).forEach(SnapshotAttributes::checkForm);
        add.forEach(this::checkAccount);
        if (!add.isEmpty()) {
            checkShareable(snapshot, add);
        }
        call.endDryRun(request.dryRun());
        for (CreateVolumePermission permission : add) {
            if (snapshot.permissions().add(permission) && permission.userId() != null) {
                call.ec2().notices().snapshotShared(snapshot, permission.userId());
            }
        }
        remove.forEach(snapshot.permissions()::remove);
        return ModifySnapshotAttributeResponse.builder().build();
    }

    private static List<CreateVolumePermission> changes(ModifySnapshotAttributeRequest request, String operation) {
        if (request.createVolumePermission() != null) {
            return operation.equals("add")
                    ? request.createVolumePermission().add()
                    : request.createVolumePermission().remove();
        }
        String wanted = request.operationType() == null ? "add" : request.operationTypeAsString();
        if (!wanted.equals("add") && !wanted.equals("remove")) {
            throw Errors.invalidValue("Value (" + wanted + ") for parameter operationType is invalid.");
        }
        if (!wanted.equals(operation)) {
            return List.of();
        }
        return Stream.concat(
                        request.userIds().stream()
                                .map(id -> CreateVolumePermission.builder().userId(id)),
                        request.groupNames().stream()
                                .map(group -> CreateVolumePermission.builder().group(group)))
                .map(CreateVolumePermission.Builder::build)
                .toList();
    }

    private static Map<String, List<String>> keys(
            List<CreateVolumePermission> add, List<CreateVolumePermission> remove) {
        Map<String, List<String>> keys = new LinkedHashMap<>();
        keys.put("ec2:Attribute", List.of(CREATE_VOLUME_PERMISSION));
        put(keys, "Add", add);
        put(keys, "Remove", remove);
        return keys;
    }

    private static void put(Map<String, List<String>> keys, String operation, List<CreateVolumePermission> changes) {
        List<String> users = changes.stream()
                .map(CreateVolumePermission::userId)
                .filter(Objects::nonNull)
                .toList();
        List<String> groups = changes.stream()
                .map(CreateVolumePermission::groupAsString)
                .filter(Objects::nonNull)
                .toList();
        if (!users.isEmpty()) {
            keys.put("ec2:" + operation + "/userId", users);
        }
        if (!groups.isEmpty()) {
            keys.put("ec2:" + operation + "/group", groups);
        }
    }

    private static void checkForm(CreateVolumePermission permission) {
        boolean byUser = permission.userId() != null;
        if (byUser == (permission.groupAsString() != null)) {
            throw Errors.combination("A create-volume permission names exactly one of UserId and Group");
        }
        if (byUser && !permission.userId().matches("\\d{12}")) {
            throw invalidUser(permission.userId());
        }
        if (!byUser && !permission.groupAsString().equals("all")) {
            throw Errors.invalidValue("Value (" + permission.groupAsString() + ") for parameter group is invalid.");
        }
    }

    private void checkAccount(CreateVolumePermission permission) {
        if (permission.userId() != null && !call.ec2().accountExists(permission.userId())) {
            throw invalidUser(permission.userId());
        }
    }

    private static RuntimeException invalidUser(String account) {
        return Errors.invalidValue(
                "Value (" + account + ") for parameter userId is invalid. The account does not exist.");
    }

    /** What is on an Outpost stays with its owner (EBS User Guide, local snapshots on Outposts; code and words are UNVERIFIED). */
    static void checkIsNotOnOutpost(EbsSnapshot snapshot) {
        if (snapshot.snapshot().outpostArn() != null) {
            throw Errors.of(
                    "OperationNotPermitted",
                    "The snapshot '" + snapshot.id() + "' is on an Outpost and cannot be shared");
        }
    }

    private void checkShareable(EbsSnapshot snapshot, List<CreateVolumePermission> added) {
        checkIsNotOnOutpost(snapshot);
        if (call.ec2().keys().isAwsManaged(snapshot)) {
            throw Errors.of("OperationNotPermitted", "Encrypted snapshots with EBS default key cannot be shared");
        }
        boolean becomesPublic = added.stream().anyMatch(permission -> permission.groupAsString() != null);
        EbsSnapshot.Billing billing = snapshot.billing();
        boolean hasProductCodes = billing != null && !billing.productCodes().isEmpty();
        if (becomesPublic && (snapshot.key() != null || hasProductCodes)) {
            throw Errors.of(
                    "OperationNotPermitted",
                    "Snapshots that are encrypted or have product codes cannot be made public");
        }
    }
}
