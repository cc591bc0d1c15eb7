package dev.amishare.request;

import dev.amishare.error.InvalidRequest;
import dev.amishare.error.NotShareable;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** All that is wrong with a request: collected, so that whoever asked learns of everything at once. */
public final class Faults {
    private final Set<String> invalid = new LinkedHashSet<>();
    private final Set<String> forbidden = new LinkedHashSet<>();

    /** The request is wrong in itself, or names what does not exist. */
    public void invalid(String line) {
        invalid.add(line);
    }

    /** The request is well formed, but AWS, the boundary or the state of things forbids it. */
    public void forbidden(String line) {
        forbidden.add(line);
    }

    /** Whether a line is about this field, of the request or of its profile. */
    public boolean mention(String field) {
        return lines().stream().anyMatch(line -> line.startsWith(field) || line.contains("): " + field));
    }

    /** Takes over what another check has found. */
    public void add(Faults others) {
        invalid.addAll(others.invalid);
        forbidden.addAll(others.forbidden);
    }

    public boolean isEmpty() {
        return invalid.isEmpty() && forbidden.isEmpty();
    }

    /** All lines, the request's own faults first. */
    public List<String> lines() {
        return Stream.concat(invalid.stream(), forbidden.stream()).toList();
    }

    /**
     * Ends the request here if anything is wrong with it.
     *
     * @throws InvalidRequest with all lines, if the request itself has a fault
     * @throws NotShareable with all lines, if it has none but is forbidden
     */
    public void throwIfAny() {
        String message = String.join("\n", lines());
        if (!invalid.isEmpty()) {
            throw new InvalidRequest(message);
        } else if (!forbidden.isEmpty()) {
            throw new NotShareable(message);
        }
    }
}
