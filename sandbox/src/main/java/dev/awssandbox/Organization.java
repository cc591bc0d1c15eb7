package dev.awssandbox;

import dev.awssandbox.kernel.Kernel;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** AWS Organizations, as far as policies and launch permissions ask: which account belongs to which organization, and where in it. */
public final class Organization {
    private final Kernel kernel;
    private final Map<String, Membership> members = new TreeMap<>();

    Organization(Kernel kernel) {
        this.kernel = kernel;
    }

    /**
     * Where an account stands.
     *
     * @param organizationId {@code o-…}
     * @param path as {@code aws:PrincipalOrgPaths} gives it: {@code o-…/r-…/ou-…/}, a slash at the end
     */
    public record Membership(String organizationId, String managementAccount, String path) {}

    /**
     * Replaces the organization of this id: its members are exactly {@code paths}' keys and the management account.
     *
     * @param paths account to path, {@code o-…/r-…/ou-…/}
     */
    public void replace(String organizationId, String managementAccount, Map<String, String> paths) {
        kernel.locked(() -> {
            paths.values().forEach(path -> requirePath(organizationId, path));
            members.values().removeIf(member -> member.organizationId().equals(organizationId));
            String root = paths.values().stream()
                    .map(path -> path.split("/", -1)[1])
                    .findFirst()
                    .orElse("r-root");
            members.put(
                    managementAccount,
                    new Membership(organizationId, managementAccount, organizationId + "/" + root + "/"));
            paths.forEach(
                    (account, path) -> members.put(account, new Membership(organizationId, managementAccount, path)));
        });
    }

    private static void requirePath(String organizationId, String path) {
        if (!path.matches("o-[a-z0-9]+/r-[a-z0-9]+/(ou-[a-z0-9-]+/)*") || !path.startsWith(organizationId + "/")) {
            throw new IllegalArgumentException("a path in " + organizationId + " is like " + organizationId
                    + "/r-ab12/ou-ab12-cdefgh34/, not \"" + path + "\"");
        }
    }

    /** Where {@code account} stands; empty for an account of no organization. */
    public Optional<Membership> of(String account) {
        return kernel.locked(() -> Optional.ofNullable(members.get(account)));
    }

    /**
     * Whether {@code account} is in the organization or below the organizational unit that this ARN names, whole:
     * {@code arn:aws:organizations::MANAGEMENT:organization/o-…} or {@code arn:aws:organizations::MANAGEMENT:ou/o-…/ou-…}.
     */
    public boolean contains(String arn, String account) {
        Optional<Membership> membership = of(account);
        if (membership.isEmpty()) {
            return false;
        }
        Membership member = membership.get();
        String prefix = "arn:aws:organizations::" + member.managementAccount() + ":";
        if (arn.equals(prefix + "organization/" + member.organizationId())) {
            return true;
        }
        String units = prefix + "ou/" + member.organizationId() + "/";
        return arn.startsWith(units) && member.path().contains("/" + arn.substring(units.length()) + "/");
    }
}
