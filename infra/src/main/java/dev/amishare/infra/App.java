package dev.amishare.infra;

import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import java.nio.file.Path;
import java.util.Map;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.BootstraplessSynthesizer;
import software.amazon.awscdk.StackProps;
import software.amazon.awscdk.cxapi.CloudAssembly;

/** What {@code cdk} runs: the pipeline's stack in the source account, and one template with the verifier role for any target account. */
public final class App {
    private App() {}

    /** Synthesizes from the repository's root, with the context that the CDK's command line hands over. */
    public static void main(String[] arguments) {
        try {
            synthesize(AppProps.builder().analyticsReporting(false).build(), Path.of(""), System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /**
     * Synthesizes into the directory that {@code props} name.
     *
     * @param root the repository's directory
     * @param environment the process's variables
     * @throws IllegalArgumentException if the context does not say what is to be deployed; the message says what to write
     */
    public static CloudAssembly synthesize(AppProps props, Path root, Map<String, String> environment) {
        software.amazon.awscdk.App app = new software.amazon.awscdk.App(props);
        Settings settings = Settings.from(app.getNode(), root, environment);
        boolean isExample = settings.origin() == Settings.Origin.EXAMPLE;
        new SharingStack(
                app,
                settings.named(isExample ? "AmiShareExample" : "AmiShare"),
                settings,
                StackProps.builder()
                        .env(settings.sourceEnvironment())
                        .description(
                                (isExample ? "An example, synthesized without an account, not for deployment. " : "")
                                        + "AMI Share: shares encrypted AMIs with exactly the accounts that may launch them")
                        .build());
        if (settings.origin() == Settings.Origin.NAMED) {
            // One template for every account and Region: no environment, and nothing of the CDK's bootstrap, which most
            // targets do not have.
            new TargetAccountStack(
                    app,
                    settings.named("AmiShareTarget"),
                    settings,
                    StackProps.builder()
                            .synthesizer(new BootstraplessSynthesizer())
                            .description("AMI Share: lets the source account " + settings.account()
                                    + " prove that its images can be launched here")
                            .build());
        }
        Aspects.of(app).add(new AwsSolutionsChecks());
        return app.synth();
    }
}
