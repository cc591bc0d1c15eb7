package dev.amishare.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.amishare.ami.Way;
import dev.amishare.keypolicy.Audience;
import dev.amishare.keypolicy.Boundary;
import dev.amishare.keypolicy.Principal;
import dev.amishare.keypolicy.Principals;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class GrantsTest {
    private static final String BLUE = "arn:aws:iam::333333333333:role/Blue";
    private static final String GREEN = "arn:aws:iam::333333333333:role/Green";
    private static final String ORGANIZATION = "arn:aws:organizations::111111111111:organization/o-example1234";

    @Test
    void areWhomItIsCommittedForWhomKmsAcceptedAndOnesOwn() {
        List<Share> shares = List.of(
                committed("a", "222222222222"),
                claimed("b", 1, List.of("444444444444", "555555555555"), List.of("444444444444")),
                claimed("c", 2, List.of("666666666666"), List.of()));

        assertThat(grants(shares, "c").all()).isEqualTo(principals("222222222222", "444444444444", "666666666666"));
        assertThat(grants(shares, "nobody").all()).isEqualTo(principals("222222222222", "444444444444"));
        assertThat(grants(shares, "nobody").isForward()).isFalse();
    }

    @Test
    void ofOneWhoIsUndoneAreNone() {
        Share running = claimed("a", 1, List.of("222222222222"), List.of("222222222222"));
        Share undone = running.withClaim(running.claim().map(claim -> claim.undoing("sweep")));

        assertThat(grants(List.of(undone), "a").all()).isEqualTo(Principals.none());
        assertThat(grants(List.of(undone), "a").isForward()).isFalse();
    }

    @Test
    void doNotGrantOutsideTheBoundaryAndSayWhoIsThere() {
        Share share = committed("a", "222222222222", "444444444444");
        Boundary narrow = new Boundary(false, new TreeSet<>(List.of("222222222222")), new TreeSet<>());

        assertThat(Grants.of(List.of(share), narrow, Optional.empty(), "x").all())
                .isEqualTo(principals("222222222222"));
        assertThat(Grants.outside(share, narrow)).isEqualTo(principals("444444444444"));
        assertThat(Grants.audiences(List.of(share), narrow))
                .singleElement()
                .extracting(Audience::principals)
                .isEqualTo(principals("222222222222"));
    }

    @Test
    void doNotForgetTheLaunchPermissionOfARoleThatWasDeleted() {
        Share golden = orphaned("a", BLUE);
        Share silver = claimed("b", 1, List.of(GREEN), List.of());

        assertThat(audiencesForGreen(golden)).hasSize(1);
        assertThat(grants(List.of(golden, silver), "b").refusals("key")).hasSize(1);
        assertThat(grants(List.of(golden, claimed("b", 1, List.of("444444444444"), List.of())), "b")
                        .refusals("key"))
                .isEmpty();
        assertThat(grants(List.of(golden, claimed("b", 1, List.of(GREEN), List.of(GREEN))), "x")
                        .all())
                .isEqualTo(Principals.none());
    }

    @Test
    void letARoleInAgainOnceBothImagesNameIt() {
        Share golden = orphaned("a", BLUE);
        Share again = golden.withCommitted(golden.committed()
                .map(c -> new Committed(
                        c.sourceImageId(),
                        c.imageId(),
                        c.snapshots(),
                        principals(BLUE, GREEN),
                        c.orphaned(),
                        c.copiers(),
                        c.at(),
                        c.execution())));

        assertThat(audiencesForGreen(again)).isEmpty();
        assertThat(grants(List.of(again, claimed("b", 1, List.of(GREEN), List.of())), "b")
                        .refusals("key"))
                .isEmpty();
    }

    @Test
    void doNotForgetTheLaunchPermissionOfARoleThatTheBoundaryHoldsNoMore() {
        Boundary narrow = new Boundary(false, new TreeSet<>(List.of("444444444444")), new TreeSet<>());

        assertThat(Grants.audiences(List.of(committed("a", BLUE)), narrow))
                .singleElement()
                .satisfies(audience -> assertThat(audience.accounts()).containsExactly("333333333333"))
                .satisfies(audience -> assertThat(audience.principals()).isEqualTo(Principals.none()));
    }

    @Test
    void countTheAccountsThatAnUndoneClaimMayLeave() {
        Share asked = claimed("a", 1, List.of(BLUE), List.of(BLUE));
        Share undone = undoneAfter(asked, List.of("333333333333"));

        assertThat(audiencesForGreen(undone)).hasSize(1);
        assertThat(audiencesForGreen(undoneAfter(asked, List.of()))).isEmpty();
        assertThat(grants(List.of(undone, claimed("b", 2, List.of(GREEN), List.of())), "b")
                        .refusals("key"))
                .hasSize(1);
        assertThat(grants(List.of(undone, claimed("b", 2, List.of(BLUE), List.of())), "b")
                        .refusals("key"))
                .hasSize(1);
    }

    @Test
    void doNotFailAnAcceptedClaimForTheUndoOfOneForTheSame() {
        Share undone = undoneAfter(claimed("a", 1, List.of(BLUE), List.of(BLUE)), List.of("333333333333"));
        Share same = claimed("b", 2, List.of(BLUE), List.of(BLUE));
        Share other = claimed("b", 2, List.of(GREEN), List.of(GREEN));

        assertThat(grants(List.of(undone, same), "b").refusals("key")).isEmpty();
        assertThat(grants(List.of(undone, same), "a").all()).isEqualTo(principals(BLUE));
        assertThat(grants(List.of(undone, other), "b").refusals("key")).hasSize(1);
    }

    @Test
    void failTheLaterOfTwoClaims() {
        List<Share> shares =
                List.of(claimed("a", 1, List.of(BLUE), List.of()), claimed("b", 2, List.of(GREEN), List.of()));

        assertThat(grants(shares, "a").refusals("key")).isEmpty();
        assertThat(grants(shares, "b").refusals("key")).hasSize(1);
        assertThat(grants(List.of(shares.get(1)), "b").refusals("key")).isEmpty();
    }

    @Test
    void failARoleBesideAnOrganizationOfAnEarlierClaim() {
        List<Share> shares =
                List.of(claimed("a", 1, List.of(ORGANIZATION), List.of()), claimed("b", 2, List.of(GREEN), List.of()));

        assertThat(grants(shares, "a").refusals("key")).isEmpty();
        assertThat(grants(shares, "b").refusals("key"))
                .singleElement()
                .asString()
                .contains(GREEN, ORGANIZATION);
    }

    /** Whatever others have claimed and got accepted: of an account that it adds somebody of, an execution lets nobody else in. */
    @Property
    void neverLetRolesOfAnotherImageIn(@ForAll("claims") List<Share> shares) {
        for (Share share : shares) {
            String execution = share.claim().orElseThrow().execution();
            Grants grants = Grants.of(shares, Boundary.unlimited(), Optional.of(share.id()), execution);
            if (grants.refusals("key").isEmpty()) {
                Set<String> accounts =
                        grants.mine().stream().map(Principal::account).collect(Collectors.toSet());
                assertThat(grants.all().where(p -> accounts.contains(p.account())))
                        .isEqualTo(grants.mine());
            }
        }
    }

    /** Somebody always comes through: no crowd of claims refuses all of its members. */
    @Property
    void letTheEarliestThroughWhereNobodyWasAcceptedYet(@ForAll("claims") List<Share> shares) {
        List<Share> fresh =
                shares.stream().filter(share -> share.proven().isEmpty()).toList();
        if (!fresh.isEmpty()) {
            Share first = fresh.get(0);
            String execution = first.claim().orElseThrow().execution();
            assertThat(Grants.of(fresh, Boundary.unlimited(), Optional.of(first.id()), execution)
                            .refusals("key"))
                    .isEmpty();
        }
    }

    @Provide
    Arbitrary<List<Share>> claims() {
        Arbitrary<List<String>> whom =
                Arbitraries.of(BLUE, GREEN, "444444444444").set().ofMinSize(1).map(List::copyOf);
        return Combinators.combine(whom, Arbitraries.of(true, false))
                .as((principals, isProven) -> List.of(principals, isProven ? principals : List.<String>of()))
                .list()
                .ofMinSize(1)
                .ofMaxSize(4)
                .map(all -> {
                    List<Share> shares = new ArrayList<>();
                    all.forEach(pair ->
                            shares.add(claimed("image" + shares.size(), shares.size(), pair.get(0), pair.get(1))));
                    return List.copyOf(shares);
                });
    }

    private static Grants grants(List<Share> shares, String name) {
        return Grants.of(shares, Boundary.unlimited(), Optional.of(new ShareId("key", name)), "execution-" + name);
    }

    private static Principals principals(String... values) {
        return Principals.parse(List.of(values));
    }

    private static List<Audience.Conflict> audiencesForGreen(Share share) {
        return Audience.adding(
                new Audience("b", "ami-3", principals(GREEN)),
                Grants.audiences(List.of(share), Boundary.unlimited()),
                Boundary.unlimited());
    }

    private static Share orphaned(String name, String role) {
        Share share = committed(name, role);
        return share.withCommitted(share.committed().map(c -> c.withOrphaned(principals(role))));
    }

    private static Share undoneAfter(Share share, List<String> permissions) {
        return share.withClaim(share.claim()
                .map(claim -> claim.withIntended(permissions, List.of()).undoing("sweep")));
    }

    private static Share committed(String name, String... whom) {
        Committed committed = new Committed(
                "ami-1", "ami-2", List.of(), principals(whom), Principals.none(), List.of(), Instant.EPOCH, "before");
        return Share.unknown(new ShareId("key", name)).withCommitted(Optional.of(committed));
    }

    private static Share claimed(String name, int at, List<String> adding, List<String> proven) {
        Claim.Request request = new Claim.Request(
                "execution-" + name,
                "token",
                Instant.ofEpochSecond(at),
                "ami-1",
                List.of(),
                Way.SNAPSHOTS,
                Principals.none());
        Claim claim = Claim.begin(request, Principals.parse(adding)).withProven(Principals.parse(proven));
        return Share.unknown(new ShareId("key", name)).withClaim(Optional.of(claim));
    }
}
