package dev.awssandbox.iam;

import dev.awssandbox.Caller;
import dev.awssandbox.iam.Verdict.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Evaluates one policy for one request: an explicit deny wins, else the closest allow counts. */
final class PolicyEvaluator {
    private PolicyEvaluator() {}

    static Verdict evaluate(PolicyDocument policy, Request request) {
        Verdict best = Verdict.SILENT;
        for (Statement statement : policy.statements()) {
            Optional<Outcome> outcome = outcome(statement, request);
            if (outcome.isEmpty()) {
                continue;
            }
            Verdict verdict = new Verdict(outcome.get(), statement.name());
            if (verdict.isDenied()) {
                return verdict;
            }
            if (verdict.outcome().compareTo(best.outcome()) < 0) {
                best = verdict;
            }
        }
        return best;
    }

    private static Optional<Outcome> outcome(Statement statement, Request request) {
        if (statement.isInert()
                || !matchesAction(statement, request)
                || !matchesResource(statement, request)
                || !statement.conditions().stream()
                        .allMatch(condition -> condition.holds(request.context(), statement.allows()))) {
            return Optional.empty();
        }
        Optional<Outcome> allowed = reach(statement, request);
        return statement.allows() ? allowed : allowed.map(outcome -> Outcome.DENIED);
    }

    private static boolean matchesAction(Statement statement, Request request) {
        String asked = request.action().toLowerCase(Locale.ROOT);
        boolean named = statement.actions().stream()
                .anyMatch(action -> Wildcard.matches(action.toLowerCase(Locale.ROOT), asked));
        return named != statement.butActions();
    }

    private static boolean matchesResource(Statement statement, Request request) {
        List<String> resources = statement.resources();
        boolean named = resources.stream()
                .flatMap(resource -> Variables.replaced(resource, request.context()).stream())
                .anyMatch(resource -> resource.equals("*") || Wildcard.matchesArn(resource, request.resource()));
        return named != statement.butResources();
    }

    /** How the statement reaches who asks; empty where it does not. */
    private static Optional<Outcome> reach(Statement statement, Request request) {
        Principals principals = statement.principals();
        if (principals == null) {
            return Optional.of(Outcome.ALLOWED);
        }
        Caller caller = request.caller();
        if (caller == null) {
            boolean named = request.service() != null && principals.names(request.service());
            return named != statement.sparing() ? Optional.of(Outcome.ALLOWED) : Optional.empty();
        }
        if (statement.sparing()) {
            // Whoever is named at all gets nothing from an Allow; only who is named in full escapes a Deny.
            boolean spared = statement.allows() ? principals.naming(caller).isPresent() : principals.sparesAll(caller);
            return spared ? Optional.empty() : Optional.of(Outcome.ALLOWED);
        }
        return principals.naming(caller).map(naming -> switch (naming) {
            case SESSION -> Outcome.ALLOWED_TO_SESSION;
            case IDENTITY, ANYONE -> Outcome.ALLOWED;
            case ACCOUNT -> Outcome.ALLOWED_TO_ACCOUNT;
        });
    }
}
