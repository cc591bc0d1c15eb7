package dev.amishare;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Instant;
import java.util.UUID;

/** The house of design.md, section 4. */
@AnalyzeClasses(packages = "dev.amishare", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule rulesDoNotCallAws = noClasses()
            .that()
            .resideInAnyPackage("..ami..", "..keypolicy..", "..request..", "..error..", "..json..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("software\\.amazon\\..*Client")
            .because("what is branchy or decides about security is decided without AWS");

    @ArchTest
    static final ArchRule rulesDoNotKnowTheSteps = noClasses()
            .that()
            .resideInAnyPackage(
                    "..ami..",
                    "..keypolicy..",
                    "..request..",
                    "..error..",
                    "..json..",
                    "..ledger..",
                    "..plan..",
                    "..aws..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..step..", "..lambda..")
            .because("steps use rules, not the other way round");

    @ArchTest
    static final ArchRule stepsDoNotKnowLambda = noClasses()
            .that()
            .resideInAPackage("..step..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..lambda..", "com.amazonaws..")
            .because("a step is called by a handler, a test, or the sweep");

    @ArchTest
    static final ArchRule nobodyLooksAtAClock = noClasses()
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .because("time comes from the state machine, so that simulated time reaches the functions");

    @ArchTest
    static final ArchRule nobodyDrawsRandomNumbers = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.(util|security)\\.(Random|SplittableRandom|SecureRandom|concurrent\\.ThreadLocalRandom)")
            .orShould()
            .callMethod(UUID.class, "randomUUID")
            .orShould()
            .callMethod(Math.class, "random")
            .because("the same input must give the same calls");

    @ArchTest
    static final ArchRule onlyTheReaderKnowsJackson = noClasses()
            .that()
            .haveNameNotMatching(".*\\.JsonReader(\\$.*)?")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml.jackson..")
            .because("docs/adr/0001-json.md");

    @ArchTest
    static final ArchRule onlyAwsMakesClients = noClasses()
            .that()
            .doNotHaveSimpleName("Aws")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon.awssdk.http.urlconnection..")
            .because("retries are off and connections end in one place");

    @ArchTest
    static final ArchRule handlersAreFinal = classes()
            .that()
            .haveSimpleNameEndingWith("Handler")
            .and()
            .doNotHaveSimpleName("Handler")
            .should()
            .haveModifier(JavaModifier.FINAL)
            .andShould()
            .resideInAPackage("..lambda..");
}
