package dev.amishare.keypolicy;

import dev.amishare.json.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The statements of ours in the policy of a share key, derived from whom it is shared with and from nothing else: the same principals
 * always give the same statements.
 *
 * <p>Each group of principals has a pair: {@code …Use}, what launching from a shared encrypted snapshot takes, by AWS's own list
 * (EBS User Guide, "Share the KMS key"), only through EC2; and {@code …Describe}. The groups differ in their conditions:
 * <ul>
 *   <li>plain: accounts and roles that the boundary lists, or all of them where it is {@code any};
 *   <li>{@code Member}: accounts and roles that only an organization of the boundary covers, so they must be its members;
 *   <li>{@code Org}: organizations and units, which a policy can name by conditions only.
 * </ul>
 */
public final class ShareStatements {
    private static final String USE = "AmiShareUse";
    private static final String DESCRIBE = "AmiShareDescribe";
    private static final String MEMBER = "Member";
    private static final String ORG = "Org";

    /** By these, and by nothing else, a statement is known as ours. */
    static final Set<String> SIDS = Set.of(USE, DESCRIBE, USE + MEMBER, DESCRIBE + MEMBER, USE + ORG, DESCRIBE + ORG);

    private static final List<String> USE_ACTIONS = List.of(
            "kms:CreateGrant",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            "kms:GenerateDataKeyWithoutPlaintext",
            "kms:ReEncrypt*");

    /** The Sids of all our statements, for messages. */
    public static List<String> sids() {
        return SIDS.stream().sorted().toList();
    }

    private final List<Statement> statements;
    private final Principals principals;

    private ShareStatements(List<Statement> statements, Principals principals) {
        this.statements = List.copyOf(statements);
        this.principals = principals;
    }

    /** The statements that grant all {@code principals} whom the boundary permits, and nobody else, the launch. */
    public static ShareStatements derive(Principals principals, Boundary boundary, String keyArn) {
        String[] arn = keyArn.split(":", -1);
        String partition = arn[1];
        String throughEc2 = "ec2." + arn[3] + ".amazonaws.com";
        Principals permitted = principals.where(boundary::permits);
        Principals named = permitted.where(Principal::isNamed);
        Principals members = named.where(boundary::onlyAsMember);
        Principals plain = named.minus(members);
        Principals organizations = permitted.minus(named);
        List<Statement> statements = new ArrayList<>();
        if (!plain.isEmpty()) {
            addPair(statements, "", arns(plain, partition), throughEc2, Map.of());
        }
        if (!members.isEmpty()) {
            Json.Obj anyOrganization = object("aws:PrincipalOrgID", Json.strings(boundary.organizations()));
            addPair(statements, MEMBER, arns(members, partition), throughEc2, Map.of("StringEquals", anyOrganization));
        }
        if (!organizations.isEmpty()) {
            addPair(statements, ORG, object("AWS", Json.of("*")), throughEc2, insideOneOf(organizations));
        }
        return new ShareStatements(statements, permitted);
    }

    private static void addPair(
            List<Statement> statements,
            String group,
            Json principal,
            String throughEc2,
            Map<String, Json.Obj> membership) {
        Map<String, Json> use = new LinkedHashMap<>();
        use.put("Sid", Json.of(USE + group));
        use.put("Effect", Json.of("Allow"));
        use.put("Principal", principal);
        use.put("Action", Json.strings(USE_ACTIONS));
        use.put("Resource", Json.of("*"));
        use.put("Condition", onlyThroughEc2(throughEc2, membership));
        statements.add(Statement.of(new Json.Obj(use)));

        Map<String, Json> describe = new LinkedHashMap<>();
        describe.put("Sid", Json.of(DESCRIBE + group));
        describe.put("Effect", Json.of("Allow"));
        describe.put("Principal", principal);
        describe.put("Action", Json.of("kms:DescribeKey"));
        describe.put("Resource", Json.of("*"));
        if (!membership.isEmpty()) {
            describe.put("Condition", new Json.Obj(new LinkedHashMap<>(membership)));
        }
        statements.add(Statement.of(new Json.Obj(describe)));
    }

    /** {@code GrantIsForAWSResource} exists in CreateGrant only, hence IfExists; a direct CreateGrant does not come through EC2. */
    private static Json onlyThroughEc2(String throughEc2, Map<String, Json.Obj> membership) {
        Map<String, Json> conditions = new LinkedHashMap<>();
        Json.Obj equals = membership.getOrDefault("StringEquals", new Json.Obj(Map.of()));
        conditions.put("StringEquals", equals.with("kms:ViaService", Json.of(throughEc2)));
        conditions.put("BoolIfExists", object("kms:GrantIsForAWSResource", Json.of("true")));
        membership.forEach(conditions::putIfAbsent);
        return new Json.Obj(conditions);
    }

    private static Json arns(Principals named, String partition) {
        return object(
                "AWS", Json.strings(named.stream().map(p -> p.arn(partition)).toList()));
    }

    private static Map<String, Json.Obj> insideOneOf(Principals organizations) {
        Map<String, Json.Obj> membership = new LinkedHashMap<>();
        membership.put("StringEquals", object("aws:PrincipalOrgID", each(organizations, Principal::organizationId)));
        membership.put(
                "ForAnyValue:StringLike",
                object("aws:PrincipalOrgPaths", each(organizations, Principal::organizationPath)));
        return membership;
    }

    private static Json each(Principals principals, Function<Principal, String> value) {
        return Json.strings(principals.stream().map(value).collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Json.Obj object(String name, Json value) {
        return new Json.Obj(Map.of(name, value));
    }

    /** Whom these statements grant the launch. */
    public Principals principals() {
        return principals;
    }

    /** The statements, as the policy will hold them. */
    List<Statement> statements() {
        return statements;
    }

    /** A short name for these statements: two derivations with the same digest say the same. */
    public String digest() {
        return Canonical.digest(statements);
    }
}
