package dev.amishare.infra;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom: section "The repository" of README.md. */
@AnalyzeClasses(
        packages = {"dev.amishare", "dev.awssandbox"},
        importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule theSandboxKnowsNothingOfThePipeline = noClasses()
            .that()
            .resideInAPackage("dev.awssandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.amishare..")
            .because("it is given synthesized templates, and what was tested is what is deployed");

    @ArchTest
    static final ArchRule nothingThatIsDeployedKnowsTheSandbox = noClasses()
            .that()
            .resideInAPackage("dev.amishare..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.awssandbox..")
            .because("functions and templates run on AWS as they are");

    @ArchTest
    static final ArchRule theCdkAppKnowsNoFunction = noClasses()
            .that()
            .resideInAPackage("dev.amishare.infra..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.amishare.step..", "dev.amishare.lambda..", "dev.amishare.ami..", "dev.amishare.keypolicy..")
            .because("it deploys a jar; the names are held together by PipelineContractTest");

    @ArchTest
    static final ArchRule noFunctionKnowsTheCdk = noClasses()
            .that()
            .resideOutsideOfPackages("dev.amishare.infra..", "dev.awssandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon.awscdk..", "software.constructs..", "dev.amishare.infra..")
            .because("the jar would carry it to Lambda");

    @ArchTest
    static final ArchRule rulesMakeNoCalls = noClasses()
            .that()
            .resideInAnyPackage("dev.amishare.ami..", "dev.amishare.keypolicy..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("software\\.amazon\\.awssdk\\.services\\..*Client")
            .because("what is branchy or security-relevant is tested without AWS");

    @ArchTest
    static final ArchRule onlyAdaptersKnowLambda = noClasses()
            .that()
            .resideOutsideOfPackages("dev.amishare.lambda..", "dev.awssandbox..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("com.amazonaws.services.lambda..", "dev.amishare.lambda..")
            .because("a step is called the same way by Lambda and by a test");

    @ArchTest
    static final ArchRule functionsKeepNoClock = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.amishare.step..", "dev.amishare.ami..", "dev.amishare.keypolicy..", "dev.amishare.ledger..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(java.util.Random.class, java.util.UUID.class, java.time.Clock.class)
            .because("the state machine hands them the time, so that simulated time reaches them");

    @ArchTest
    static final ArchRule constructsAreFinal = classes()
            .that()
            .resideInAPackage("dev.amishare.infra")
            .and()
            .areTopLevelClasses()
            .and()
            .areNotInterfaces()
            .should()
            .haveModifier(com.tngtech.archunit.core.domain.JavaModifier.FINAL);
}
