package dev.amishare.step;

import java.util.LinkedHashSet;
import java.util.Set;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.CreateVolumePermission;
import software.amazon.awssdk.services.ec2.model.PermissionGroup;
import software.amazon.awssdk.services.ec2.model.SnapshotAttributeName;

/**
 * Who may make volumes of a snapshot, and so copy what is on it.
 *
 * @param accounts account ids, as the ledger keeps them
 * @param isPublic whether everybody may
 */
record CopyPermissions(Set<String> accounts, boolean isPublic) {
    static CopyPermissions of(Ec2Client ec2, String snapshotId) {
        Set<String> accounts = new LinkedHashSet<>();
        boolean isPublic = false;
        for (CreateVolumePermission permission : ec2.describeSnapshotAttribute(
                        r -> r.snapshotId(snapshotId).attribute(SnapshotAttributeName.CREATE_VOLUME_PERMISSION))
                .createVolumePermissions()) {
            if (permission.userId() != null) {
                accounts.add(permission.userId());
            } else if (permission.group() == PermissionGroup.ALL) {
                isPublic = true;
            }
        }
        return new CopyPermissions(accounts, isPublic);
    }
}
