package dev.amishare.e2e;

import dev.amishare.infra.App;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import software.amazon.awscdk.AppProps;

/** What would be deployed, synthesized once for all tests of a run: the CDK's Java binding takes seconds to start. */
final class Templates {
    private static final Map<String, Path> SYNTHESIZED = new ConcurrentHashMap<>();
    private static final Path ROOT = Path.of("..");

    private Templates() {}

    /** The directory of the templates for {@code boundary}, as {@code cdk.json} would name it; B has the verifier role. */
    static Path within(String boundary) {
        return within(boundary, List.of(Pipeline.B));
    }

    /** The same, where these accounts have deployed the one template for targets. */
    static Path within(String boundary, List<String> verifiers) {
        return SYNTHESIZED.computeIfAbsent(
                boundary + " " + verifiers, key -> synthesize(key, boundary, verifiers, 100));
    }

    /** Within any boundary, where a request may itself name so many targets. */
    static Path lettingName(int principals) {
        return SYNTHESIZED.computeIfAbsent(
                "any " + principals, key -> synthesize(key, "any", List.of(Pipeline.B), principals));
    }

    private static Path synthesize(String key, String boundary, List<String> verifiers, int maxPrincipals) {
        Path directory = Path.of("target", "cdk.out." + Integer.toHexString(key.hashCode()));
        AppProps props = AppProps.builder()
                .analyticsReporting(false)
                .outdir(directory.toString())
                .context(Map.of(
                        "boundary",
                        boundary,
                        "anyBoundaryIsIntended",
                        "true",
                        "maxPrincipals",
                        String.valueOf(maxPrincipals),
                        "account",
                        Pipeline.SOURCE,
                        "region",
                        Pipeline.REGION))
                .build();
        App.synthesize(props, ROOT, Map.of());
        String places = verifiers.stream()
                .map(account -> "\"aws://" + account + "/" + Pipeline.REGION + "\"")
                .collect(Collectors.joining(","));
        try {
            Files.writeString(directory.resolve("environments.json"), "{\"AmiShareTarget\": [" + places + "]}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }
}
