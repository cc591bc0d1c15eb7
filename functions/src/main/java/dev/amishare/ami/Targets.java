package dev.amishare.ami;

import java.util.ArrayList;
import java.util.List;

/**
 * Who receives the image.
 *
 * @param accounts account ids
 * @param roles ARNs of roles in other accounts
 * @param organizations ARNs of organizations
 * @param organizationalUnits ARNs of organizational units
 */
public record Targets(
        List<String> accounts, List<String> roles, List<String> organizations, List<String> organizationalUnits) {
    public Targets {
        accounts = List.copyOf(accounts);
        roles = List.copyOf(roles);
        organizations = List.copyOf(organizations);
        organizationalUnits = List.copyOf(organizationalUnits);
    }

    public static final Targets NONE = new Targets(List.of(), List.of(), List.of(), List.of());

    /** All principals, as the ledger and the result name them: account ids and ARNs. */
    public List<String> principals() {
        List<String> all = new ArrayList<>(accounts);
        all.addAll(roles);
        all.addAll(organizations);
        all.addAll(organizationalUnits);
        return List.copyOf(all);
    }
}
