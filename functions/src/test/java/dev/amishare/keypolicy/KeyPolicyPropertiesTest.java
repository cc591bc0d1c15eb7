package dev.amishare.keypolicy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.json.Json;
import dev.awssandbox.Access;
import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.iam.PolicyDocument;
import dev.awssandbox.kernel.Kernel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What holds of every policy, every set of principals and every boundary. */
final class KeyPolicyPropertiesTest {
    private static final List<String> ACCOUNTS = List.of("222222222222", "333333333333", "444444444444");
    private static final List<String> ORGANIZATIONS = List.of("o-aaaaaaaaaa", "o-bbbbbbbbbb");
    private static final List<String> UNITS = List.of("ou-ab12-aaaaaaaa", "ou-ab12-bbbbbbbb");

    @Property
    void writingTwiceIsWritingOnce(
            @ForAll("policies") KeyPolicy policy,
            @ForAll("principals") Principals principals,
            @ForAll("boundaries") Boundary boundary) {
        ShareStatements derived = ShareStatements.derive(principals, boundary, Some.KEY);
        KeyPolicy once = KeyPolicy.parse(policy.with(derived).text());

        assertThat(once.says(derived)).isTrue();
        assertThat(once.with(derived)).hasToString(once.text());
    }

    @Property
    void theOrderOfPrincipalsAndOfExecutionsDoesNotMatter(
            @ForAll("policies") KeyPolicy policy,
            @ForAll("principals") Principals first,
            @ForAll("principals") Principals second,
            @ForAll Random random) {
        List<Principal> shuffled = new ArrayList<>(first.plus(second).stream().toList());
        Collections.shuffle(shuffled, random);

        assertThat(policy.with(derive(first)).with(derive(first.plus(second))))
                .hasToString(policy.with(derive(second))
                        .with(derive(Principals.of(shuffled)))
                        .text());
    }

    @Property
    void addingAndRemovingGivesThePolicyBack(
            @ForAll("policies") KeyPolicy policy,
            @ForAll("principals") Principals before,
            @ForAll("principals") Principals added) {
        KeyPolicy shared = policy.with(derive(before));
        KeyPolicy wider =
                KeyPolicy.parse(shared.with(derive(before.plus(added))).text());

        assertThat(wider.with(derive(before.plus(added).minus(added.minus(before)))))
                .hasToString(shared.text());
        assertThat(wider.with(derive(Principals.none())))
                .hasToString(policy.with(derive(Principals.none())).text());
    }

    @Property
    void foreignStatementsAreUntouchedAndInOrder(
            @ForAll("foreign") List<String> foreign, @ForAll("principals") Principals principals) {
        String text = "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(" ,\n", foreign) + "]}";

        KeyPolicy written =
                KeyPolicy.parse(KeyPolicy.parse(text).with(derive(principals)).text());

        assertThat(written.foreign().map(Statement::raw)).containsExactlyElementsOf(foreign);
    }

    @Property
    void aDamagedPolicyIsReadAndKeptOrCalledUnreadable(
            @ForAll("policies") KeyPolicy policy,
            @ForAll("principals") Principals principals,
            @ForAll("damage") String damage,
            @ForAll @DoubleRange(max = 1) double from,
            @ForAll @IntRange(max = 20) int length) {
        StringBuilder text = new StringBuilder(policy.text());
        int at = (int) (from * text.length());
        text.replace(at, Math.min(text.length(), at + length), damage);
        try {
            KeyPolicy read = KeyPolicy.parse(text.toString());

            assertThat(read.foreign().map(Statement::raw))
                    .allSatisfy(raw -> assertThat(text).contains(raw));
            assertThat(KeyPolicy.parse(read.with(derive(principals)).text())
                            .foreign()
                            .map(Statement::json))
                    .containsExactlyElementsOf(
                            read.foreign().map(Statement::json).toList());
        } catch (UnreadablePolicy e) {
            assertThat(e).hasMessageNotContaining("\n at ");
        }
    }

    @Property
    void nothingIsEverGrantedThatWasNotAskedForAndPermitted(
            @ForAll("policies") KeyPolicy policy,
            @ForAll("principals") Principals asked,
            @ForAll("boundaries") Boundary boundary,
            @ForAll("callers") Caller caller) {
        KeyPolicy written = policy.with(ShareStatements.derive(asked, boundary, Some.KEY));

        boolean granted = written.ours().anyMatch(caller::isAllowedBy);

        assertThat(granted).isEqualTo(caller.isLaunching() && asked.stream().anyMatch(p -> caller.mayBe(p, boundary)));
    }

    @Property
    void whomThePolicyNamesIsJudgedToLaunchAndNobodyElse(
            @ForAll("principals") Principals asked,
            @ForAll("boundaries") Boundary boundary,
            @ForAll("principal") Principal somebody) {
        KeyPolicy written = Some.policy().with(ShareStatements.derive(asked, boundary, Some.KEY));

        boolean granted = LaunchRights.judge(written, somebody, boundary, Some.KEY) instanceof LaunchRights.Granted;

        boolean covered = asked.stream().filter(boundary::permits).anyMatch(p -> p.equals(somebody));
        assertThat(granted || !covered).isTrue();
        // A unit may be covered by the unit of that name in another organization that was asked for: not here, they
        // differ.
        assertThat(granted).isEqualTo(covered);
    }

    /** The sandbox's IAM as a second opinion, over the whole policy: what others allow and deny stays as it is, ours only adds what was asked. */
    @Property
    void theWholePolicyAllowsWhatItDidBeforeAndWhatWasAsked(
            @ForAll("enforceable") KeyPolicy policy,
            @ForAll("principals") Principals asked,
            @ForAll("boundaries") Boundary boundary,
            @ForAll("callers") Caller caller) {
        KeyPolicy others = policy.with(derive(Principals.none()));
        KeyPolicy written = policy.with(ShareStatements.derive(asked, boundary, Some.KEY));
        boolean isAsked = caller.isLaunching()
                && asked.stream().filter(p -> p.kind() != Principal.Kind.ROLE).anyMatch(p -> caller.mayBe(p, boundary));

        boolean before = Iam.allows(others, caller);
        boolean after = Iam.allows(written, caller);

        assertThat(after).isEqualTo(before || (isAsked && !Iam.denies(others, caller)));
    }

    /** Judges a key policy for the administrator of an account, who may do all that the policy lets the account do. */
    private static final class Iam {
        private static final Map<String, Cloud> CLOUDS = new ConcurrentHashMap<>();

        private Iam() {}

        static boolean allows(KeyPolicy policy, Caller caller) {
            if (Stream.concat(policy.ours(), policy.foreign()).findAny().isEmpty()) {
                return false; // KMS takes no policy without statements
            }
            Cloud cloud = CLOUDS.computeIfAbsent(caller.organization() + "/r-ab12/" + caller.unit() + "/", Iam::cloud);
            Map<String, List<String>> context = caller.throughEc2()
                    ? Map.of(
                            "kms:ViaService", List.of("ec2.eu-west-1.amazonaws.com"),
                            "kms:GrantIsForAWSResource", List.of("true"))
                    : Map.of();
            return cloud.iam()
                    .wouldAllow(
                            dev.awssandbox.Caller.administrator(caller.account()),
                            new Access(caller.action(), Some.KEY, context),
                            "111111111111",
                            PolicyDocument.parse(PolicyDocument.Kind.KEY, policy.text()));
        }

        /** Denied is what stays refused beside a statement that allows everybody everything. */
        static boolean denies(KeyPolicy policy, Caller caller) {
            Statement all = Statement.of(
                    (Json.Obj)
                            Json.parse(
                                    """
                    {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}"""));
            List<String> statements = Stream.concat(policy.foreign(), Stream.of(all))
                    .map(Statement::raw)
                    .toList();
            return !allows(KeyPolicy.parse("{\"Statement\":[" + String.join(",", statements) + "]}"), caller);
        }

        private static Cloud cloud(String path) {
            Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults());
            cloud.organization()
                    .replace(
                            path.substring(0, path.indexOf('/')),
                            "999999999990",
                            ACCOUNTS.stream().collect(Collectors.toMap(account -> account, account -> path)));
            return cloud;
        }
    }

    /** Somebody who calls KMS, as far as our statements ask. */
    record Caller(String account, String role, String organization, String unit, String action, boolean throughEc2) {
        private static final Set<String> LAUNCH = Set.of(
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo");

        boolean isLaunching() {
            return action.equals("kms:DescribeKey") || (throughEc2 && LAUNCH.contains(action));
        }

        boolean mayBe(Principal asked, Boundary boundary) {
            if (!boundary.permits(asked)) {
                return false;
            }
            boolean isMember =
                    !boundary.onlyAsMember(asked) || boundary.organizations().contains(organization);
            return switch (asked.kind()) {
                case ACCOUNT -> asked.value().equals(account) && isMember;
                case ROLE -> asked.value().equals(roleArn()) && isMember;
                case ORGANIZATION -> asked.organizationId().equals(organization);
                case ORGANIZATIONAL_UNIT ->
                    asked.organizationId().equals(organization) && asked.value().endsWith(unit);
            };
        }

        private String roleArn() {
            return "arn:aws:iam::" + account + ":role/" + role;
        }

        /** A second reading of our statements, by what their words mean, not by how they are made. */
        boolean isAllowedBy(Statement statement) {
            List<String> principals = statement.awsPrincipals("Principal");
            boolean named = principals.contains("*")
                    || principals.contains(roleArn())
                    || principals.contains("arn:aws:iam::" + account + ":root");
            boolean action = statement.values("Action").stream()
                    .anyMatch(a -> a.equals(this.action)
                            || (a.endsWith("*") && this.action.startsWith(a.substring(0, a.length() - 1))));
            String path = organization + "/r-ab12/" + unit + "/";
            return named
                    && action
                    && holds(
                            statement,
                            "StringEquals",
                            "kms:ViaService",
                            throughEc2 ? "ec2.eu-west-1.amazonaws.com" : "")
                    && holds(statement, "StringEquals", "aws:PrincipalOrgID", organization)
                    && holds(statement, "ForAnyValue:StringLike", "aws:PrincipalOrgPaths", path);
        }

        private static boolean holds(Statement statement, String operator, String key, String value) {
            List<String> patterns = statement.json().get("Condition").stream()
                    .flatMap(c -> ((Json.Obj) c).get(operator).stream())
                    .flatMap(keys -> ((Json.Obj) keys).get(key).stream())
                    .flatMap(values -> Statement.texts(values).stream())
                    .toList();
            return patterns.isEmpty()
                    || patterns.stream()
                            .anyMatch(p -> value.matches(p.replace("*", ".*").replace("/", "\\/")));
        }
    }

    private static ShareStatements derive(Principals principals) {
        return ShareStatements.derive(principals, Boundary.unlimited(), Some.KEY);
    }

    @Provide
    Arbitrary<Caller> callers() {
        return Combinators.combine(
                        Arbitraries.of(ACCOUNTS),
                        Arbitraries.of("Launcher", "Other"),
                        Arbitraries.of(ORGANIZATIONS),
                        Arbitraries.of(UNITS),
                        Arbitraries.of(
                                "kms:CreateGrant",
                                "kms:Decrypt",
                                "kms:DescribeKey",
                                "kms:Encrypt",
                                "kms:GenerateDataKey",
                                "kms:GenerateDataKeyPair",
                                "kms:PutKeyPolicy",
                                "kms:ReEncryptFrom"),
                        Arbitraries.of(true, false))
                .as(Caller::new);
    }

    @Provide
    Arbitrary<Principal> principal() {
        String organizations = "arn:aws:organizations::111111111111:";
        return Arbitraries.of(Stream.of(
                        ACCOUNTS.stream(),
                        ACCOUNTS.stream().map(account -> "arn:aws:iam::" + account + ":role/Launcher"),
                        ORGANIZATIONS.stream().map(id -> organizations + "organization/" + id),
                        ORGANIZATIONS.stream()
                                .flatMap(id -> UNITS.stream().map(unit -> organizations + "ou/" + id + "/" + unit)))
                .flatMap(values -> values)
                .map(Principal::of)
                .toList());
    }

    @Provide
    Arbitrary<Principals> principals() {
        return principal().list().ofMaxSize(6).map(Principals::of);
    }

    @Provide
    Arbitrary<Boundary> boundaries() {
        Arbitrary<Boundary> limited = Combinators.combine(
                        Arbitraries.of(ACCOUNTS).set(),
                        Arbitraries.of(ORGANIZATIONS).set())
                .as((accounts, ids) -> new Boundary(false, new TreeSet<>(accounts), new TreeSet<>(ids)));
        return Arbitraries.oneOf(Arbitraries.just(Boundary.unlimited()), limited);
    }

    /** Statements as found in the wild, with blanks where one may put some. Some of them make a policy of 31 KB. */
    @Provide
    Arbitrary<List<String>> foreign() {
        Arbitrary<List<String>> few = statement().list().ofMaxSize(5);
        Arbitrary<List<String>> many = statement().list().ofSize(220).map(s -> s.subList(0, fitting(s)));
        return Arbitraries.frequencyOf(Tuple.of(9, few), Tuple.of(1, many));
    }

    /** How many of these fill 31 KB. */
    private static int fitting(List<String> statements) {
        int bytes = 0;
        int fitting = 0;
        while (fitting < statements.size()
                && (bytes += statements.get(fitting).getBytes(StandardCharsets.UTF_8).length) < 31 * 1024) {
            fitting++;
        }
        return fitting;
    }

    private static Arbitrary<String> statement() {
        Arbitrary<String> blank = Arbitraries.of("", " ", "\n  ", "\t");
        Arbitrary<String> sid = Arbitraries.of(
                "",
                "\"Sid\":\"\",",
                "\"Sid\":\"Twin\",",
                "\"Sid\" : \"AmiShare\",",
                "\"Sid\":\"amishareuse\",",
                "\"Sid\":\"AmiShareUse2\",",
                "\"Sid\":[\"AmiShareUse\"],",
                "\"Sid\":\"Allow use of the key \",",
                "\"Sid\":\"\\u20ac\",");
        Arbitrary<String> effect = Arbitraries.of("\"Effect\":\"Allow\"", "\"Effect\" : \"Deny\"");
        Arbitrary<String> whom = Arbitraries.of(
                "\"Principal\":\"*\"",
                "\"Principal\":{\"AWS\":\"*\"}",
                "\"Principal\":{\"AWS\":\"222222222222\"}",
                "\"Principal\":{\"AWS\":[\"arn:aws:iam::333333333333:root\"]}",
                "\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:root\"}",
                "\"Principal\":{\"Federated\":\"cognito-identity.amazonaws.com\"}",
                "\"Principal\":{\"Service\":[\"s3.amazonaws.com\",\"logs.us-east-1.amazonaws.com\"]}",
                "\"Principal\":{\"AWS\":[\"222222222222\",\"arn:aws:iam::333333333333:role/x\"],\"Service\":\"s3.amazonaws.com\"}",
                "\"NotPrincipal\":\"*\"",
                "\"NotPrincipal\":{\"AWS\":[\"222222222222\",\"arn:aws:iam::222222222222:root\"]}",
                "\"NotPrincipal\":{\"AWS\":\"AROAEXAMPLETHEIRS001\"}");
        Arbitrary<String> what = Arbitraries.of(
                "\"Action\":\"kms:*\"",
                "\"Action\":\"*\"",
                "\"Action\":[\"kms:Describe*\", \"kms:CreateGrant\"]",
                "\"NotAction\":[\"kms:Decrypt\", \"kms:Encrypt\"]",
                "\"Action\":[]",
                "\"Action\":\"kms:Decrypt\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":false},\"NumericLessThan\":{\"x\":1.50}}",
                "\"Action\":\"kms:*\",\"Condition\":{\"StringEquals\":{\"aws:PrincipalOrgID\":[\"o-aaaaaaaaaa\"],\"kms:CallerAccount\":\"222222222222\"}}",
                "\"Action\":\"kms:Decrypt\",\"Condition\":{}",
                "\"Action\":\"a\\\"]}\\\\\"");
        return Combinators.combine(blank, sid, effect, whom, what)
                .as((b, s, e, p, a) ->
                        "{" + b + s + b + e + "," + p + b + "," + b + a + ",\"Resource\":\"*\"" + b + "}");
    }

    @Provide
    Arbitrary<String> damage() {
        return Arbitraries.of(
                "",
                " ",
                "{}",
                "[]",
                "\"",
                "\\",
                "\\u0022",
                "}",
                "]",
                ",",
                ",{},",
                ",\"x\":[{\"}\":\"]\"}],",
                "null",
                "1e5",
                "\ud800");
    }

    /** As KMS keeps them: it refuses Sids that are no strings, and strings that no condition takes. */
    @Provide
    Arbitrary<KeyPolicy> enforceable() {
        return policies().filter(policy -> {
            try {
                PolicyDocument.parse(PolicyDocument.Kind.KEY, policy.text());
                return true;
            } catch (RuntimeException e) {
                return false;
            }
        });
    }

    @Provide
    Arbitrary<KeyPolicy> policies() {
        Arbitrary<String> frame = Arbitraries.of(
                "{\"Version\":\"2012-10-17\",\"Statement\":[%s]}",
                "{ \"Id\" : \"x\" , \"Statement\" : [ %s ] , \"Version\" : \"2012-10-17\" }",
                "{\"Version\":\"2008-10-17\",\"Statement\":[%s\n],\"Id\":\"key-default-1\"}");
        return Combinators.combine(
                        frame, foreign(), principals(), Arbitraries.integers().between(0, 5))
                .as((f, foreign, ours, at) -> {
                    List<String> statements = new ArrayList<>(foreign);
                    derive(ours).statements().forEach(s -> statements.add(Math.min(at, statements.size()), s.raw()));
                    return KeyPolicy.parse(String.format(f, String.join(",", statements)));
                });
    }
}
