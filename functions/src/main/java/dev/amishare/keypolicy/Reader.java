package dev.amishare.keypolicy;

import dev.amishare.keypolicy.Situation.Access;
import dev.amishare.keypolicy.Situation.Who;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the statements of a key's policy with the eyes of one who calls KMS: do they reach him, in what he asks of this key? */
final class Reader {
    private static final String ANY_ACCOUNT = "????????????";

    private final List<String> identities;
    private final Who who;
    private final String keyArn;

    private Reader(List<String> identities, Who who, String keyArn) {
        this.identities = identities;
        this.who = who;
        this.keyArn = keyArn;
    }

    /** One that the key is shared with, or is to be. */
    static Reader of(Principal target, Boundary boundary, String keyArn) {
        return switch (target.kind()) {
            case ACCOUNT ->
                new Reader(
                        List.of(target.value()),
                        new Who(target.value(), "*", membership(target, boundary), Optional.empty()),
                        keyArn);
            case ROLE ->
                new Reader(
                        List.of(target.value(), target.account()),
                        new Who(
                                target.account(),
                                target.value().split(":", 6)[5],
                                membership(target, boundary),
                                Optional.empty()),
                        keyArn);
            case ORGANIZATION, ORGANIZATIONAL_UNIT ->
                new Reader(
                        List.of(target.value()),
                        new Who(
                                ANY_ACCOUNT,
                                "*",
                                Optional.of(target.organizationId()),
                                Optional.of(target.organizationPath())),
                        keyArn);
        };
    }

    /** Our statements let one who is covered by organizations only use the key as a member of them, so he is one where he uses it. */
    private static Optional<String> membership(Principal target, Boundary boundary) {
        if (!boundary.onlyAsMember(target)) {
            return Optional.empty();
        }
        return Optional.of(
                boundary.organizations().size() == 1 ? boundary.organizations().first() : "o-*");
    }

    /** A role of the key's own account; where its ARN is not known, one whom only what is said of the whole account reaches. */
    static Reader ofOwnRole(Optional<String> arn, String keyArn) {
        String account = keyArn.split(":", -1)[4];
        List<String> identities = new ArrayList<>(arn.stream().toList());
        identities.add(account);
        String resource = arn.map(a -> a.split(":", 6)[5]).orElse("role/*");
        return new Reader(identities, new Who(account, resource, Optional.empty(), Optional.empty()), keyArn);
    }

    /** What of {@code accesses} this statement reaches. */
    Set<Truth> reach(Statement statement, KeyPolicy policy, Collection<Access> accesses) {
        return accesses.stream()
                .map(access -> reaches(statement, policy, access))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Truth.class)));
    }

    /** Whether this statement says something of {@code access} by this caller. */
    Truth reaches(Statement statement, KeyPolicy policy, Access access) {
        Situation situation = Situation.of(who, access, keyArn);
        boolean variables = policy.knowsVariables();
        return Truth.all(List.of(
                names(statement),
                Truth.of(coversAction(statement, access.action())),
                coversKey(statement, situation, variables),
                new Conditions(situation, variables).hold(statement)));
    }

    /** Whether a statement names this caller, surely and not only by {@code *}. */
    boolean isNamedBy(Statement statement) {
        return statement.has("Principal") && identities.stream().anyMatch(listed(statement, "Principal")::contains);
    }

    /** Whether the conditions of a statement may hold for this caller, in some call or other. */
    boolean mayMeet(Statement statement, KeyPolicy policy) {
        return Stream.of(true, false)
                .flatMap(ec2 -> Stream.of("kms:Decrypt", "kms:CreateGrant", "kms:DescribeKey")
                        .map(action -> new Access(action, ec2)))
                .map(access -> new Conditions(Situation.of(who, access, keyArn), policy.knowsVariables()))
                .anyMatch(conditions -> conditions.hold(statement) != Truth.NO);
    }

    private Truth names(Statement statement) {
        if (statement.has("NotPrincipal")) {
            // IAM spares only whose account, role and session are all listed: sessions, and the roles of an account,
            // are not known.
            return Set.copyOf(listed(statement, "NotPrincipal")).containsAll(identities) ? Truth.UNKNOWN : Truth.YES;
        }
        List<String> named = listed(statement, "Principal");
        if (named.contains("*") || identities.stream().anyMatch(named::contains)) {
            return Truth.YES;
        }
        return named.stream().anyMatch(this::isSession) ? Truth.UNKNOWN : Truth.NO;
    }

    /** A session of the role: how ours, or a target's, will be called is not known. */
    private boolean isSession(String name) {
        String role = identities.get(0).replaceFirst("^.*/", "");
        return name.matches("arn:aws[a-z-]*:sts::" + who.account() + ":assumed-role/" + Pattern.quote(role) + "/.*");
    }

    private static List<String> listed(Statement statement, String element) {
        return statement.awsPrincipals(element).stream()
                .map(Canonical::accountOfRoot)
                .toList();
    }

    private static boolean coversAction(Statement statement, String action) {
        if (statement.has("NotAction")) {
            return statement.values("NotAction").stream().noneMatch(p -> isLike(p, action));
        }
        return statement.values("Action").stream().anyMatch(p -> isLike(p, action));
    }

    /** Actions are told apart without regard to case. */
    private static boolean isLike(String pattern, String action) {
        return Template.like(pattern)
                        .lowerCase()
                        .matches(Template.exactly(action).lowerCase())
                == Truth.YES;
    }

    private Truth coversKey(Statement statement, Situation situation, boolean variables) {
        boolean isNot = statement.has("NotResource");
        Template key = Template.exactly(keyArn);
        Truth covered = Truth.any(statement.values(isNot ? "NotResource" : "Resource").stream()
                .map(p -> situation.pattern(p, true, variables).matches(key))
                .toList());
        return isNot ? covered.not() : covered;
    }
}
