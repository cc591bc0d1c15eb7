package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import dev.amishare.json.MalformedJson;
import dev.amishare.json.Records;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

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
     * Reads the boundary that the deployment was configured with: {@code {"any": true}}, or {@code {"accounts": [], "organizations": []}}.
     *
     * @throws MalformedJson if it is neither
     */
    public static Boundary parse(String json) {
        Configured configured = Records.read(Json.parse(json), Configured.class);
        return new Boundary(
                Boolean.TRUE.equals(configured.any()), set(configured.accounts()), set(configured.organizations()));
    }

    private record Configured(
            @Nullable Boolean any, @Nullable List<String> accounts, @Nullable List<String> organizations) {}

    private static SortedSet<String> set(@Nullable List<String> ids) {
        return ids == null ? new TreeSet<>() : new TreeSet<>(ids);
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
