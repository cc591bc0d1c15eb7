package dev.amishare.e2e;

import dev.amishare.infra.App;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awscdk.AppProps;

/** What would be deployed, synthesized once for all tests of a run: the CDK's Java binding takes seconds to start. */
final class Templates {
    private static final Map<String, Path> SYNTHESIZED = new ConcurrentHashMap<>();
    private static final Path ROOT = Path.of("..");

    private Templates() {}

    /** The directory of the templates for {@code boundary}, as {@code cdk.json} would name it. */
    static Path within(String boundary) {
        return SYNTHESIZED.computeIfAbsent(boundary, Templates::synthesize);
    }

    private static Path synthesize(String boundary) {
        Path directory = Path.of("target", "cdk.out." + Integer.toHexString(boundary.hashCode()));
        AppProps props = AppProps.builder()
                .analyticsReporting(false)
                .outdir(directory.toString())
                .context(Map.of(
                        "boundary", boundary,
                        "account", Pipeline.SOURCE,
                        "region", Pipeline.REGION,
                        "targetAccounts", Pipeline.B))
                .build();
        App.synthesize(props, ROOT, Map.of());
        return directory;
    }
}
