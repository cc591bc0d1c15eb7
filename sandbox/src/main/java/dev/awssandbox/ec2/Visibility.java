package dev.awssandbox.ec2;

import dev.awssandbox.Cloud;
import java.util.Objects;
import java.util.stream.Stream;
import software.amazon.awssdk.services.ec2.model.LaunchPermission;

/** Who sees what: owners, those with a permission, and everybody where a thing is public. */
final class Visibility {
    private final Cloud cloud;

    Visibility(Cloud cloud) {
        this.cloud = cloud;
    }

    boolean isVisible(Resource resource, String account) {
        if (resource instanceof Ami image) {
            return mayLaunch(image, account) && hasBeenHeardOf(image);
        }
        if (resource instanceof EbsSnapshot snapshot) {
            return snapshot.readableBy(account);
        }
        return resource.ownedBy(account);
    }

    /** Readers hear of a new image a little after it was made. */
    boolean hasBeenHeardOf(Ami image) {
        return !cloud.kernel().now().isBefore(image.visibleFrom());
    }

    /** Whether {@code account} may launch {@code image}, and so sees it. */
    boolean mayLaunch(Ami image, String account) {
        return image.ownedBy(account) || image.isPublic() || isShared(image, account);
    }

    /** Whether a launch permission names {@code account}, its organization, or a unit that it is in. */
    boolean isShared(Ami image, String account) {
        return image.permissions().stream().anyMatch(permission -> names(permission, account));
    }

    private boolean names(LaunchPermission permission, String account) {
        if (permission.userId() != null) {
            return permission.userId().equals(account);
        }
        return Stream.of(permission.organizationArn(), permission.organizationalUnitArn())
                .filter(Objects::nonNull)
                .anyMatch(arn -> cloud.organization().contains(arn, account));
    }
}
