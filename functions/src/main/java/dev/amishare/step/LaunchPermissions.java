package dev.amishare.step;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.ImageAttributeName;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;

/**
 * Who may launch from an image.
 *
 * @param entities account ids and ARNs of organizations and units, as the ledger keeps them
 * @param isPublic whether everybody may
 */
record LaunchPermissions(Set<String> entities, boolean isPublic) {
    static LaunchPermissions of(Ec2Client ec2, String imageId) {
        Set<String> entities = new LinkedHashSet<>();
        boolean isPublic = false;
        for (LaunchPermission permission : ec2.describeImageAttribute(
                        r -> r.imageId(imageId).attribute(ImageAttributeName.LAUNCH_PERMISSION))
                .launchPermissions()) {
            if (permission.userId() != null) {
                entities.add(permission.userId());
            } else if (permission.organizationArn() != null) {
                entities.add(permission.organizationArn());
            } else if (permission.organizationalUnitArn() != null) {
                entities.add(permission.organizationalUnitArn());
            } else if (permission.group() == PermissionGroup.ALL) {
                isPublic = true;
            }
        }
        return new LaunchPermissions(entities, isPublic);
    }

    /** The same entities as EC2 takes them. */
    static List<LaunchPermission> named(Collection<String> entities) {
        return entities.stream().map(LaunchPermissions::named).toList();
    }

    private static LaunchPermission named(String entity) {
        LaunchPermission.Builder permission = LaunchPermission.builder();
        if (entity.contains(":organization/")) {
            permission.organizationArn(entity);
        } else if (entity.contains(":ou/")) {
            permission.organizationalUnitArn(entity);
        } else {
            permission.userId(entity);
        }
        return permission.build();
    }
}
