package dev.amishare.keypolicy;

import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A set of principals, always in the same order whatever order they came in. Immutable. */
public final class Principals implements Iterable<Principal> {
    private final SortedSet<Principal> sorted;

    private Principals(SortedSet<Principal> sorted) {
        this.sorted = sorted;
    }

    public static Principals none() {
        return of(List.of());
    }

    public static Principals of(Collection<Principal> principals) {
        return new Principals(new TreeSet<>(principals));
    }

    /** Reads them as requests name them and the ledger keeps them. */
    public static Principals parse(Collection<String> values) {
        return of(values.stream().map(Principal::of).toList());
    }

    public Principals plus(Principals others) {
        return of(Stream.concat(stream(), others.stream()).toList());
    }

    public Principals minus(Principals others) {
        return where(p -> !others.contains(p));
    }

    public Principals where(Predicate<Principal> predicate) {
        return of(stream().filter(predicate).toList());
    }

    public boolean contains(Principal principal) {
        return sorted.contains(principal);
    }

    public boolean isEmpty() {
        return sorted.isEmpty();
    }

    public int size() {
        return sorted.size();
    }

    public Stream<Principal> stream() {
        return sorted.stream();
    }

    @Override
    public Iterator<Principal> iterator() {
        return List.copyOf(sorted).iterator();
    }

    /** As requests name them and the ledger keeps them. */
    public List<String> values() {
        return stream().map(Principal::value).toList();
    }

    /** The accounts of those who have a single one, each once. */
    public Set<String> accounts() {
        return stream().filter(Principal::isNamed).map(Principal::account).collect(Collectors.toSet());
    }

    /** The launch permissions that all of them need, each once. */
    public List<String> launchPermissions() {
        return stream().map(Principal::launchPermission).distinct().toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Principals that && sorted.equals(that.sorted);
    }

    @Override
    public int hashCode() {
        return sorted.hashCode();
    }

    @Override
    public String toString() {
        return values().toString();
    }
}
