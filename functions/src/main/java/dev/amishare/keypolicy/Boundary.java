package dev.amishare.keypolicy;

import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Whom this deployment may ever share with. Nothing outside is granted, whatever a request, a profile or the ledger says.
 *
 * @param any whether everybody is inside; the lists are then empty
 * @param accounts the accounts that are inside by name
 * @param organizations the ids of the organizations whose members, units and themselves are inside
 */
public record Boundary(boolean any, SortedSet<String> accounts, SortedSet<String> organizations) {
    public Boundary {
        accounts = new TreeSet<>(accounts);
        organizations = new TreeSet<>(organizations);
        if (any && !(accounts.isEmpty() && organizations.isEmpty())) {
            throw new IllegalArgumentException("a boundary is either any, or accounts and organizations");
        }
    }

    /** No limit but the request's own targets. */
    public static Boundary unlimited() {
        return new Boundary(true, new TreeSet<>(), new TreeSet<>());
    }

    /**
     * Whether this principal may be shared with. An account that is not listed may be a member of one of the organizations, which
     * only AWS knows: it is inside, but only as a member ({@link #onlyAsMember}).
     */
    public boolean permits(Principal principal) {
        if (any) {
            return true;
        }
        return principal.isNamed()
                ? accounts.contains(principal.account()) || !organizations.isEmpty()
                : organizations.contains(principal.organizationId());
    }

    /** Whether the key policy must ask for membership, since nothing but an organization makes this principal permitted. */
    public boolean onlyAsMember(Principal principal) {
        return !any && principal.isNamed() && !accounts.contains(principal.account());
    }
}
