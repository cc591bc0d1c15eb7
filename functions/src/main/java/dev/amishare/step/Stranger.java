package dev.amishare.step;

import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import dev.amishare.ledger.Claim;
import dev.amishare.ledger.Committed;
import dev.amishare.ledger.Share;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Somebody who may launch from a shared image, or make volumes of its snapshots, and whom the ledger does not name.
 *
 * @param resource the id of the image or the snapshot
 * @param stranger an account, the ARN of an organization or a unit, {@code everybody}; or that it cannot be told
 * @param remedy what to do, if naming it as a target is not what is wanted
 */
public record Stranger(String resource, String region, String stranger, String remedy) {
    private static final String EVERYBODY = "everybody";

    /** The share's own account is no stranger, and everybody is none here: that an image is not public is a check of its own. */
    static List<Stranger> launching(
            String imageId,
            String region,
            String owner,
            LaunchPermissions permissions,
            Share share,
            Boundary boundary) {
        Set<String> strangers = new TreeSet<>(permissions.entities());
        strangers.removeAll(launchers(share, boundary));
        strangers.remove(owner);
        List<Stranger> found = new ArrayList<>();
        if (permissions.isPublic()) {
            found.add(new Stranger(imageId, region, EVERYBODY, unlaunch(imageId, region, "{Group=all}")));
        }
        strangers.forEach(who -> found.add(new Stranger(imageId, region, who, unlaunch(imageId, region, named(who)))));
        return found;
    }

    /** Whom the image's launch permissions may name. */
    private static Set<String> launchers(Share share, Boundary boundary) {
        Principals adding = share.claim().map(Claim::adding).orElse(Principals.none());
        Set<String> launchers = new TreeSet<>(share.committedPrincipals()
                .plus(adding)
                .where(boundary::permits)
                .launchPermissions());
        share.claim().map(Claim::permissions).ifPresent(launchers::addAll);
        return launchers;
    }

    static List<Stranger> copying(
            String snapshotId,
            String region,
            String owner,
            CopyPermissions permissions,
            Share share,
            Boundary boundary) {
        List<String> named =
                new ArrayList<>(share.committed().map(Committed::copiers).orElse(List.of()));
        share.claim().map(Claim::copiers).ifPresent(named::addAll);
        named.removeIf(account -> !boundary.permits(Principal.of(account)));
        return copying(snapshotId, region, owner, permissions, named);
    }

    /**
     * @param named the accounts that may make volumes of it
     */
    static List<Stranger> copying(
            String snapshotId, String region, String owner, CopyPermissions permissions, Collection<String> named) {
        Set<String> strangers = new TreeSet<>(permissions.accounts());
        strangers.removeAll(named);
        strangers.remove(owner);
        List<Stranger> found = new ArrayList<>();
        if (permissions.isPublic()) {
            found.add(new Stranger(snapshotId, region, EVERYBODY, uncopy(snapshotId, region, "--group-names all")));
        }
        strangers.forEach(who ->
                found.add(new Stranger(snapshotId, region, who, uncopy(snapshotId, region, "--user-ids " + who))));
        return found;
    }

    /** Without the tag we may not read who has been let in; with it gone, anybody may have been. */
    static Stranger untold(String resource, String region) {
        return new Stranger(
                resource,
                region,
                "unknown",
                "the tag ami-share:managed is gone, so its permissions cannot be read: put it back (aws ec2 create-tags --region "
                        + region + " --resources " + resource + " --tags Key=ami-share:managed,Value=true)");
    }

    private static String unlaunch(String imageId, String region, String whom) {
        return "aws ec2 modify-image-attribute --region " + region + " --image-id " + imageId
                + " --launch-permission \"Remove=[" + whom + "]\"";
    }

    private static String named(String entity) {
        if (entity.contains(":organization/")) {
            return "{OrganizationArn=" + entity + "}";
        }
        return entity.contains(":ou/") ? "{OrganizationalUnitArn=" + entity + "}" : "{UserId=" + entity + "}";
    }

    private static String uncopy(String snapshotId, String region, String whom) {
        return "aws ec2 modify-snapshot-attribute --region " + region + " --snapshot-id " + snapshotId
                + " --attribute createVolumePermission --operation-type remove " + whom;
    }

    boolean isEverybody() {
        return stranger.equals(EVERYBODY);
    }

    String line() {
        return stranger + " on " + resource + " in " + region + " (to remove it: " + remedy + ")";
    }
}
