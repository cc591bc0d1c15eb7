package dev.amishare.infra;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The accounts and organizations that the deployment may ever share with, whatever a request, a profile or a tag asks for. There is no
 * default: a deployment that nobody limited must say so itself, with the word {@code any}.
 *
 * @param any whether there is no limit
 * @param accounts account ids
 * @param organizations ids of organizations ({@code o-…})
 */
record Boundary(boolean any, List<String> accounts, List<String> organizations) {
    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern ORGANIZATION = Pattern.compile("o-[a-z0-9]{10,32}");

    /** All environment variables of a function together have 4 KB; the others need the rest. */
    private static final int LARGEST = 3_000;

    Boundary {
        accounts = List.copyOf(accounts);
        organizations = List.copyOf(organizations);
    }

    /**
     * Reads what {@code -c boundary=…} or cdk.json gives: a comma list, or the same as a list in JSON.
     *
     * @throws IllegalArgumentException saying what to write instead
     */
    static Boundary parse(List<String> entries) {
        List<String> given = entries.stream()
                .flatMap(entry -> Arrays.stream(entry.split(",", -1)))
                .map(String::strip)
                .filter(entry -> !entry.isEmpty())
                .distinct()
                .toList();
        if (given.isEmpty()) {
            throw new IllegalArgumentException(
                    "No boundary is configured. Set the context value \"boundary\" (in cdk.json, or "
                            + "-c boundary=...) to the account ids and organization ids that this deployment may ever share with, separated "
                            + "by commas, or to the word any if there is to be no limit.");
        }
        if (given.contains("any")) {
            if (given.size() > 1) {
                throw new IllegalArgumentException(
                        "The boundary " + given + " says any and also names ids: say one or the other.");
            }
            return new Boundary(true, List.of(), List.of());
        }
        List<String> accounts = new ArrayList<>();
        List<String> organizations = new ArrayList<>();
        for (String entry : given) {
            if (ACCOUNT.matcher(entry).matches()) {
                accounts.add(entry);
            } else if (ORGANIZATION.matcher(entry).matches()) {
                organizations.add(entry);
            } else {
                throw new IllegalArgumentException(
                        "The boundary holds \"" + entry
                                + "\", which is neither an account id (12 digits), nor an organization id (o-...), nor the word any.");
            }
        }
        Boundary boundary = new Boundary(false, accounts, organizations);
        if (boundary.json().length() > LARGEST) {
            throw new IllegalArgumentException(
                    "The boundary lists " + accounts.size() + " accounts, which is more than a function's "
                            + "environment holds. Name their organization instead.");
        }
        return boundary;
    }

    /** As the functions read it. */
    String json() {
        return any
                ? "{\"any\":true}"
                : "{\"accounts\":" + list(accounts) + ",\"organizations\":" + list(organizations) + "}";
    }

    private static String list(List<String> ids) {
        return ids.stream().map(id -> '"' + id + '"').collect(Collectors.joining(",", "[", "]"));
    }
}
