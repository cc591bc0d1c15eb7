package dev.amishare.keypolicy;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One whom an image is shared with.
 *
 * @param value as requests name it and the ledger keeps it: the twelve digits of an account, or the ARN of a role, an organization or
 *     an organizational unit
 */
public record Principal(Kind kind, String value) implements Comparable<Principal> {
    /** Narrow or wide, and so how the key policy and the launch permissions can name it. */
    public enum Kind {
        ACCOUNT,
        ROLE,
        ORGANIZATION,
        ORGANIZATIONAL_UNIT
    }

    private static final Pattern ACCOUNT = Pattern.compile("\\d{12}");
    private static final Pattern ROLE = Pattern.compile("arn:aws[a-z-]*:iam::(\\d{12}):role/[\\w+=,.@/-]*[\\w+=,.@-]");
    private static final Pattern ORGANIZATION =
            Pattern.compile("arn:aws[a-z-]*:organizations::\\d{12}:organization/(o-[a-z0-9]{10,32})");
    private static final Pattern UNIT = Pattern.compile(
            "arn:aws[a-z-]*:organizations::\\d{12}:ou/(o-[a-z0-9]{10,32})/(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})");
    private static final Comparator<Principal> ORDER =
            Comparator.comparing(Principal::kind).thenComparing(Principal::value);

    /** Reads what {@link #value} gives; empty if it is none of the four. */
    public static Optional<Principal> parse(String value) {
        if (ACCOUNT.matcher(value).matches()) {
            return Optional.of(new Principal(Kind.ACCOUNT, value));
        }
        if (ROLE.matcher(value).matches()) {
            return Optional.of(new Principal(Kind.ROLE, value));
        }
        if (ORGANIZATION.matcher(value).matches()) {
            return Optional.of(new Principal(Kind.ORGANIZATION, value));
        }
        if (UNIT.matcher(value).matches()) {
            return Optional.of(new Principal(Kind.ORGANIZATIONAL_UNIT, value));
        }
        return Optional.empty();
    }

    /** As {@link #parse}, for values that were checked before. */
    public static Principal of(String value) {
        return parse(value)
                .orElseThrow(() -> new IllegalArgumentException(
                        "neither an account, a role, an organization nor an organizational unit: " + value));
    }

    /** Whether this is an account or a role, which the key policy names as a principal. */
    public boolean isNamed() {
        return kind == Kind.ACCOUNT || kind == Kind.ROLE;
    }

    /** The account itself, or the role's. */
    public String account() {
        return switch (kind) {
            case ACCOUNT -> value;
            case ROLE -> group(ROLE, 1);
            case ORGANIZATION, ORGANIZATIONAL_UNIT -> throw new IllegalStateException("no single account: " + value);
        };
    }

    /** The id of the organization itself, or of the unit's. */
    public String organizationId() {
        return switch (kind) {
            case ORGANIZATION -> group(ORGANIZATION, 1);
            case ORGANIZATIONAL_UNIT -> group(UNIT, 1);
            case ACCOUNT, ROLE -> throw new IllegalStateException("an account may be in any organization: " + value);
        };
    }

    /** What {@code aws:PrincipalOrgPaths} of every member is like. Ids of units are unique only within their organization. */
    public String organizationPath() {
        return kind == Kind.ORGANIZATION ? organizationId() + "/*" : organizationId() + "/*/" + group(UNIT, 2) + "/*";
    }

    /** How the policy of a key in {@code partition} names this account or role. */
    public String arn(String partition) {
        return kind == Kind.ROLE ? value : "arn:" + partition + ":iam::" + account() + ":root";
    }

    /** Whom the image's launch permission must name: AWS knows none for a role, so it is the role's account. */
    public String launchPermission() {
        return isNamed() ? account() : value;
    }

    private String group(Pattern pattern, int group) {
        Matcher matcher = pattern.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalStateException("not of kind " + kind + ": " + value);
        }
        return matcher.group(group);
    }

    @Override
    public int compareTo(Principal other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return switch (kind) {
            case ACCOUNT -> "account " + value;
            case ROLE -> "role " + value;
            case ORGANIZATION -> "organization " + value;
            case ORGANIZATIONAL_UNIT -> "organizational unit " + value;
        };
    }
}
