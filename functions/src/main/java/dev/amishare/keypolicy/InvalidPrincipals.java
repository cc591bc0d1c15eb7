package dev.amishare.keypolicy;

import java.util.List;
import java.util.function.Predicate;

/** Finds out which principals KMS refuses: it says only that there are some. */
public final class InvalidPrincipals {
    private InvalidPrincipals() {}

    /**
     * Those of {@code suspects} that must be left out for {@code accepted} to hold. Found by halves, so that a few among many take
     * few tries. Each try holds all that were found good before, so that the last accepted one holds them all.
     */
    public static Principals among(Principals suspects, Predicate<Principals> accepted) {
        List<Principal> list = suspects.stream().toList();
        return suspects.minus(good(Principals.none(), list, accepted));
    }

    private static Principals good(Principals good, List<Principal> suspects, Predicate<Principals> accepted) {
        if (suspects.isEmpty()) {
            return good;
        }
        Principals tried = good.plus(Principals.of(suspects));
        if (accepted.test(tried)) {
            return tried;
        }
        if (suspects.size() == 1) {
            return good;
        }
        int half = suspects.size() / 2;
        Principals first = good(good, suspects.subList(0, half), accepted);
        return good(first, suspects.subList(half, suspects.size()), accepted);
    }
}
