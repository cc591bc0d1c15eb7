package dev.amishare.keypolicy;

import static dev.amishare.keypolicy.Some.principals;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class InvalidPrincipalsTest {
    @Test
    void findsTheFewAmongManyInFewTries() {
        Principals suspects = Principals.parse(IntStream.range(0, 450)
                .mapToObj(i -> String.format("2%011d", i))
                .toList());
        Principals invalid = principals("200000000007", "200000000399");
        List<Principals> tries = new ArrayList<>();

        Principals found = InvalidPrincipals.among(suspects, tried -> {
            tries.add(tried);
            return tried.where(invalid::contains).isEmpty();
        });

        assertThat(found).isEqualTo(invalid);
        assertThat(tries).hasSizeLessThan(45);
    }

    @Test
    void endsWithAllGoodOnesWritten() {
        List<Principals> accepted = new ArrayList<>();

        InvalidPrincipals.among(principals("222222222222", "999900000000", "333333333333"), tried -> {
            boolean good = tried.where(p -> p.value().startsWith("9999")).isEmpty();
            if (good) {
                accepted.add(tried);
            }
            return good;
        });

        assertThat(accepted.get(accepted.size() - 1)).isEqualTo(principals("222222222222", "333333333333"));
    }

    @Test
    void blamesEverybodyWhereNothingIsAcceptedAndNobodyWhereAllIs() {
        Principals suspects = principals("222222222222", "333333333333");

        assertThat(InvalidPrincipals.among(suspects, tried -> false)).isEqualTo(suspects);
        assertThat(InvalidPrincipals.among(suspects, tried -> true)).isEqualTo(Principals.none());
        assertThat(InvalidPrincipals.among(Principals.none(), tried -> false)).isEqualTo(Principals.none());
    }
}
