package dev.awssandbox.iam;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiPredicate;

/** The condition operators of the policy language, without their qualifiers and {@code IfExists}. */
enum Operator {
    STRING_EQUALS("StringEquals", Type.TEXT, false, String::equals),
    STRING_NOT_EQUALS("StringNotEquals", Type.TEXT, true, String::equals),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", Type.TEXT, false, String::equalsIgnoreCase),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", Type.TEXT, true, String::equalsIgnoreCase),
    STRING_LIKE("StringLike", Type.TEXT, false, Wildcard::matches),
    STRING_NOT_LIKE("StringNotLike", Type.TEXT, true, Wildcard::matches),
    NUMERIC_EQUALS("NumericEquals", Type.NUMBER, false, (policy, asked) -> compareNumbers(asked, policy, 0, 0)),
    NUMERIC_NOT_EQUALS("NumericNotEquals", Type.NUMBER, true, (policy, asked) -> compareNumbers(asked, policy, 0, 0)),
    NUMERIC_LESS_THAN("NumericLessThan", Type.NUMBER, false, (policy, asked) -> compareNumbers(asked, policy, -1, -1)),
    NUMERIC_LESS_THAN_EQUALS(
            "NumericLessThanEquals", Type.NUMBER, false, (policy, asked) -> compareNumbers(asked, policy, -1, 0)),
    NUMERIC_GREATER_THAN(
            "NumericGreaterThan", Type.NUMBER, false, (policy, asked) -> compareNumbers(asked, policy, 1, 1)),
    NUMERIC_GREATER_THAN_EQUALS(
            "NumericGreaterThanEquals", Type.NUMBER, false, (policy, asked) -> compareNumbers(asked, policy, 0, 1)),
    DATE_EQUALS("DateEquals", Type.DATE, false, (policy, asked) -> compareDates(asked, policy, 0, 0)),
    DATE_NOT_EQUALS("DateNotEquals", Type.DATE, true, (policy, asked) -> compareDates(asked, policy, 0, 0)),
    DATE_LESS_THAN("DateLessThan", Type.DATE, false, (policy, asked) -> compareDates(asked, policy, -1, -1)),
    DATE_LESS_THAN_EQUALS(
            "DateLessThanEquals", Type.DATE, false, (policy, asked) -> compareDates(asked, policy, -1, 0)),
    DATE_GREATER_THAN("DateGreaterThan", Type.DATE, false, (policy, asked) -> compareDates(asked, policy, 1, 1)),
    DATE_GREATER_THAN_EQUALS(
            "DateGreaterThanEquals", Type.DATE, false, (policy, asked) -> compareDates(asked, policy, 0, 1)),
    BOOL("Bool", Type.TRUTH, false, String::equalsIgnoreCase),
    BINARY_EQUALS("BinaryEquals", Type.TEXT, false, String::equals),
    IP_ADDRESS("IpAddress", Type.NETWORK, false, Operator::contains),
    NOT_IP_ADDRESS("NotIpAddress", Type.NETWORK, true, Operator::contains),
    // ArnEquals and ArnLike behave identically (IAM User Guide, condition operators).
    ARN_EQUALS("ArnEquals", Type.TEXT, false, Wildcard::matchesArn),
    ARN_LIKE("ArnLike", Type.TEXT, false, Wildcard::matchesArn),
    ARN_NOT_EQUALS("ArnNotEquals", Type.TEXT, true, Wildcard::matchesArn),
    ARN_NOT_LIKE("ArnNotLike", Type.TEXT, true, Wildcard::matchesArn),
    /** Asks whether the key is there at all, so it never sees a value. */
    NULL("Null", Type.TRUTH, false, (policy, asked) -> false);

    private enum Type {
        TEXT,
        NUMBER,
        DATE,
        TRUTH,
        NETWORK
    }

    private final String word;
    private final Type type;
    private final boolean negated;

    @SuppressWarnings("ImmutableEnumChecker") // only method references and lambdas without state
    private final BiPredicate<String, String> test;

    Operator(String word, Type type, boolean negated, BiPredicate<String, String> test) {
        this.word = word;
        this.type = type;
        this.negated = negated;
        this.test = test;
    }

    static Optional<Operator> of(String word) {
        return Arrays.stream(values())
                .filter(operator -> operator.word.equals(word))
                .findFirst();
    }

    /** Whether it says what a value must not be. */
    boolean isNegated() {
        return negated;
    }

    /** Whether {@code *} and {@code ?} in a policy's value are more than characters. */
    boolean takesWildcards() {
        return switch (this) {
            case STRING_LIKE, STRING_NOT_LIKE, ARN_EQUALS, ARN_LIKE, ARN_NOT_EQUALS, ARN_NOT_LIKE -> true;
            default -> false;
        };
    }

    /** Whether {@code asked} is to one of the policy's values as the operator says; a negated one asks that it be so to none. */
    boolean holds(Iterable<String> policyValues, String asked) {
        for (String value : policyValues) {
            if (test.test(value, asked)) {
                return !negated;
            }
        }
        return negated;
    }

    /** Whether a policy may hold this value. */
    boolean accepts(String policyValue) {
        return switch (type) {
            case TEXT -> true;
            case NUMBER -> number(policyValue).isPresent();
            case DATE -> date(policyValue).isPresent();
            case TRUTH -> policyValue.toLowerCase(Locale.ROOT).matches("true|false");
            case NETWORK -> network(policyValue).isPresent();
        };
    }

    private static boolean compareNumbers(String asked, String policy, int least, int most) {
        return number(asked)
                .flatMap(a -> number(policy).map(p -> isBetween(a.compareTo(p), least, most)))
                .orElse(false);
    }

    private static boolean compareDates(String asked, String policy, int least, int most) {
        return date(asked)
                .flatMap(a -> date(policy).map(p -> isBetween(a.compareTo(p), least, most)))
                .orElse(false);
    }

    private static boolean isBetween(int comparison, int least, int most) {
        int sign = Integer.signum(comparison);
        return sign >= least && sign <= most;
    }

    private static Optional<BigDecimal> number(String text) {
        try {
            return Optional.of(new BigDecimal(text));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> date(String text) {
        try {
            if (text.matches("\\d{1,12}")) {
                return Optional.of(Instant.ofEpochSecond(Long.parseLong(text)));
            }
            if (text.matches("\\d{4}-\\d\\d-\\d\\d")) {
                return Optional.of(
                        LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
            }
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private record Network(InetAddress address, int bits) {}

    private static boolean contains(String policy, String asked) {
        return network(policy)
                .flatMap(net -> network(asked).map(host -> contains(net, host)))
                .orElse(false);
    }

    private static boolean contains(Network net, Network host) {
        byte[] expected = net.address.getAddress();
        byte[] asked = host.address.getAddress();
        if (expected.length != asked.length) {
            return false;
        }
        for (int bit = 0; bit < net.bits; bit++) {
            int mask = 0x80 >> (bit % 8);
            if ((expected[bit / 8] & mask) != (asked[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Network> network(String text) {
        String[] parts = text.split("/", 2);
        // Digits only, so that no name is ever looked up.
        if (!parts[0].matches("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*")) {
            return Optional.empty();
        }
        try {
            InetAddress address = InetAddress.getByName(parts[0]);
            int most = address.getAddress().length * 8;
            int bits = parts.length == 1 ? most : Integer.parseInt(parts[1]);
            return bits < 0 || bits > most ? Optional.empty() : Optional.of(new Network(address, bits));
        } catch (UnknownHostException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
