package dev.awssandbox.iam;

import dev.awssandbox.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A statement's Principal or NotPrincipal. Roles stand in it by their unique id, as AWS stores them: a role that was deleted and made
 * anew is not the same.
 *
 * @param anyone {@code "*"}
 */
record Principals(boolean anyone, Set<String> aws, Set<String> services) {
    Principals {
        aws = Set.copyOf(aws);
        services = Set.copyOf(services);
    }

    /** How a statement names a caller, the closest first: what it takes beside depends on it. */
    enum Naming {
        /** The session itself. */
        SESSION,
        /** The user, or the session's role. */
        IDENTITY,
        /** Everybody. */
        ANYONE,
        /** The whole account: it may hand the right on by its own identity policies, and only by them. */
        ACCOUNT
    }

    Optional<Naming> naming(Caller caller) {
        if (aws.contains(caller.arn()) && caller.kind() == Caller.Kind.ROLE_SESSION) {
            return Optional.of(Naming.SESSION);
        }
        if (aws.contains(identityOf(caller))) {
            return Optional.of(Naming.IDENTITY);
        }
        if (anyone) {
            return Optional.of(Naming.ANYONE);
        }
        return aws.contains(accountOf(caller)) ? Optional.of(Naming.ACCOUNT) : Optional.empty();
    }

    /**
     * Whether NotPrincipal spares the caller. It must name the account, the role and the session: the documentation says that leaving one
     * of them out still denies.
     */
    boolean sparesAll(Caller caller) {
        List<String> all = new ArrayList<>(List.of(accountOf(caller), identityOf(caller)));
        if (caller.kind() == Caller.Kind.ROLE_SESSION) {
            all.add(caller.arn());
        }
        return anyone || aws.containsAll(all);
    }

    boolean names(String service) {
        return services.contains(service);
    }

    private static String accountOf(Caller caller) {
        return "arn:aws:iam::" + caller.account() + ":root";
    }

    private static String identityOf(Caller caller) {
        return caller.kind() == Caller.Kind.ROLE_SESSION ? caller.userId().split(":", 2)[0] : caller.arn();
    }
}
