package dev.amishare.keypolicy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the statements of ours in a policy grant beyond what is explained: somebody else has written under our Sids, or has widened what
 * they say. Less than is explained is no surplus: that is what {@link LaunchRights} judges.
 */
public final class Surplus {
    private Surplus() {}

    /**
     * Each surplus in words, with the statement it stands in; always in the same order.
     *
     * @param explained whom a statement of ours may name: more than it must, while executions are adding some and taking out others
     */
    public static List<String> in(KeyPolicy policy, Principals explained, Boundary boundary, String keyArn) {
        Map<String, Statement> derived = ShareStatements.derive(explained, boundary, keyArn).statements().stream()
                .collect(Collectors.toMap(Statement::sid, Function.identity()));
        Set<String> surplus = new TreeSet<>();
        policy.ours().forEach(found -> {
            Optional<Statement> wanted = Optional.ofNullable(derived.get(found.sid()));
            Set<String> whom = new TreeSet<>(LaunchRights.Ours.whom(found));
            wanted.ifPresent(statement -> whom.removeAll(LaunchRights.Ours.whom(statement)));
            policy.orphansInOurs().forEach(whom::remove); // a deleted role lets nobody in
            whom.forEach(name -> surplus.add(name + " in the statement " + found.sid()));
            if (wanted.isEmpty() && whom.isEmpty()) {
                surplus.add("the statement " + found.sid() + ", under which nothing is shared");
            } else if (wanted.isPresent()
                    && !LaunchRights.Ours.shape(found).equals(LaunchRights.Ours.shape(wanted.get()))) {
                surplus.add("the statement " + found.sid() + ", which was changed by somebody");
            }
        });
        return List.copyOf(surplus);
    }
}
