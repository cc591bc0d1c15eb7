package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.ORGANIZATION;
import static dev.amishare.keypolicy.Some.boundary;
import static dev.amishare.keypolicy.Some.principals;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class AudienceTest {
    private static final String BLUE = "arn:aws:iam::333333333333:role/Blue";
    private static final String GREEN = "arn:aws:iam::333333333333:role/Green";
    private static final String ELSEWHERE = "arn:aws:iam::444444444444:role/Green";

    @Test
    void ofTwoSharesMustBeTheSameOnesOfAnAccount() {
        assertThat(adding(share("silver", GREEN), share("golden", BLUE)))
                .singleElement()
                .asString()
                .contains("account 333333333333", "'golden'", "'silver'", BLUE, GREEN, Some.KEY, "kmsKeyId");
        assertThat(adding(share("silver", BLUE), share("golden", BLUE))).isEmpty();
        assertThat(adding(share("silver", BLUE, GREEN), share("golden", BLUE))).hasSize(1);
        assertThat(adding(share("silver", BLUE), share("golden", BLUE, GREEN))).hasSize(1);
    }

    @Test
    void ofOtherAccountsAndOfOrganizationsDoNotMeet() {
        assertThat(adding(share("silver", ELSEWHERE, ORGANIZATION), share("golden", BLUE, "222222222222")))
                .isEmpty();
        assertThat(adding(share("silver", "222222222222"), share("golden", "222222222222", ORGANIZATION)))
                .isEmpty();
    }

    @Test
    void areCountedWithWhatTheRequestAddsToItsShare() {
        assertThat(adding(share("golden", GREEN), share("golden", BLUE))).isEmpty();
        assertThat(adding(share("golden", GREEN), share("golden", BLUE), share("silver", BLUE)))
                .hasSize(1);
        assertThat(adding(share("golden", GREEN), share("golden", BLUE), share("silver", BLUE, GREEN)))
                .isEmpty();
    }

    @Test
    void thatBreakTheRuleAlreadyAreReportedAndBlockNobodyWhoAddsNothingToThem() {
        Audience golden = share("golden", BLUE);
        Audience silver = share("silver", GREEN);

        assertThat(adding(share("golden", BLUE, "222222222222"), golden, silver))
                .isEmpty();
        assertThat(Audience.broken(List.of(golden, silver, share("bronze", ELSEWHERE))))
                .singleElement()
                .extracting(Audience.Conflict::finding)
                .asString()
                .contains("333333333333", BLUE, GREEN, "'golden'", "'silver'");
    }

    @Test
    void thatBreakTheRuleAlreadyAreToldOnceForAnAccountWithTenNamesAtMost() {
        List<Audience> shares = new ArrayList<>(List.of(share("golden", BLUE, "222222222222")));
        for (int i = 0; i < 300; i++) {
            shares.add(share("image-" + i, roles("333333333333", 30).toArray(String[]::new)));
        }

        assertThat(Audience.broken(shares))
                .singleElement()
                .extracting(Audience.Conflict::finding)
                .asString()
                .contains("'golden'", "'image-0'", BLUE, "Role009 and 20 more")
                .doesNotContain("Role010", "222222222222");
    }

    private static List<String> roles(String account, int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> String.format("arn:aws:iam::%s:role/Role%03d", account, i))
                .toList();
    }

    @Test
    void countAnAccountWhoseLaunchPermissionStandsThoughNobodyOfItIsGranted() {
        Audience golden = share("golden").withAccounts(Set.of("333333333333"));

        assertThat(adding(share("silver", GREEN), golden))
                .singleElement()
                .asString()
                .contains(
                        "'golden'", "nobody of it", GREEN, "Share image 'golden' with the same ones first", "kmsKeyId");
        assertThat(adding(share("silver", "333333333333"), golden)).hasSize(1);
        assertThat(adding(share("golden", GREEN), golden, share("silver", ELSEWHERE)))
                .isEmpty();
        assertThat(adding(share("silver", ELSEWHERE, ORGANIZATION), golden)).isEmpty();
        assertThat(Audience.broken(List.of(golden, share("silver", GREEN)))).hasSize(1);
    }

    @Test
    void outsideTheBoundaryCountForNothing() {
        assertThat(Audience.adding(share("silver", GREEN), List.of(share("golden", BLUE)), boundary("444444444444")))
                .isEmpty();
    }

    /** Whatever requests come one after another, those let through never break the rule. */
    @Property
    void thatWereLetThroughNeverBreakTheRule(@ForAll("requests") List<Audience> requests) {
        List<Audience> shares = new ArrayList<>();
        for (Audience request : requests) {
            boolean isRoleAndAccount = !Overlap.among(
                            shares.stream().map(Audience::principals).reduce(request.principals(), Principals::plus),
                            request.principals())
                    .isEmpty();
            if (!isRoleAndAccount
                    && Audience.adding(request, shares, Boundary.unlimited()).isEmpty()) {
                Principals before = shares.stream()
                        .filter(s -> s.imageName().equals(request.imageName()))
                        .map(Audience::principals)
                        .reduce(Principals.none(), Principals::plus);
                shares.removeIf(s -> s.imageName().equals(request.imageName()));
                shares.add(new Audience(request.imageName(), "ami-1", before.plus(request.principals())));
            }
        }

        assertThat(Audience.broken(shares)).isEmpty();
    }

    @Provide
    Arbitrary<List<Audience>> requests() {
        Arbitrary<Principals> principals = Arbitraries.of(
                        BLUE, GREEN, ELSEWHERE, "333333333333", "222222222222", ORGANIZATION)
                .set()
                .ofMinSize(1)
                .ofMaxSize(3)
                .map(Principals::parse);
        return Combinators.combine(Arbitraries.of("golden", "silver", "bronze"), principals)
                .as((name, whom) -> new Audience(name, "ami-1", whom))
                .list()
                .ofMaxSize(8);
    }

    private static List<String> adding(Audience asked, Audience... shares) {
        return Audience.adding(asked, List.of(shares), Boundary.unlimited()).stream()
                .map(conflict -> conflict.message(Some.KEY))
                .toList();
    }

    private static Audience share(String name, String... whom) {
        return new Audience(name, "ami-0123456789abcdef0", principals(whom));
    }
}
