package dev.amishare.keypolicy;

import java.util.ArrayList;
import java.util.List;

/**
 * A role that is shared with beside something that holds it, under one key: naming the role would restrict nothing, since the wider
 * principal's statement lets every role of the account use the key. Which accounts an organization or a unit holds, only AWS knows,
 * so any of them overlaps with any role.
 */
public record Overlap(Principal role, Principal wider) {
    /** The overlaps within {@code all} of which at least one side is in {@code asked}. */
    public static List<Overlap> among(Principals all, Principals asked) {
        List<Overlap> overlaps = new ArrayList<>();
        for (Principal role : all.where(p -> p.kind() == Principal.Kind.ROLE)) {
            for (Principal wider : all.where(p -> covers(p, role))) {
                if (asked.contains(role) || asked.contains(wider)) {
                    overlaps.add(new Overlap(role, wider));
                }
            }
        }
        return overlaps;
    }

    private static boolean covers(Principal wider, Principal role) {
        return switch (wider.kind()) {
            case ACCOUNT -> wider.value().equals(role.account());
            case ORGANIZATION, ORGANIZATIONAL_UNIT -> true;
            case ROLE -> false;
        };
    }

    /** What is wrong and what to do. */
    public String message(String keyArn) {
        String holds = wider.kind() == Principal.Kind.ACCOUNT ? "the whole " + wider : wider + ", which may hold it,";
        return role + " and " + holds
                + " would share key " + keyArn
                + ": naming the role would restrict nothing. Share with one of them only, or use "
                + "another key (kmsKeyId) for one of them.";
    }
}
