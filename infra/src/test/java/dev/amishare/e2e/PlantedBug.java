package dev.amishare.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A mistake that somebody could make in a function: its source with one place changed, compiled, and put into the jar that is deployed. */
enum PlantedBug {
    UNDO_FORGETS_A_SNAPSHOT(
            "step/UndoShare.java",
            ".standing(ids) .forEach(snapshot -> attempt(",
            ".standing(ids).stream().skip(1).forEach(snapshot -> attempt("),
    UNDO_BELIEVES_TAGS(
            "step/UndoShare.java",
            "ids.removeAll(share.snapshotsOfOthers());",
            """
            client.describeSnapshots(r -> r.ownerIds("self").filters(f -> f.name("tag:ami-share:execution")
                    .values(claim.execution()))).snapshots().forEach(s -> ids.add(s.snapshotId()));"""),
    CLAIM_TAKES_ANOTHER_SOURCES_SHARE(
            "ledger/Ledger.java",
            "share -> share.claim().isPresent() || share.isOfAnother(request.sourceImageId())",
            "share -> share.claim().isPresent()"),
    ROLES_LEAK_BETWEEN_IMAGES(
            "keypolicy/Audience.java", "mine.keySet().retainAll(byAccount(added).keySet());", "mine.clear();"),
    POLICY_WRITER_SKIPS_THE_REREAD_OF_THE_LEDGER(
            "step/UpdateKeyPolicy.java",
            "written.isPresent() && ledger.sharesUnder(input.keyArn()).equals(shares)",
            "written.isPresent()"),
    CLAIM_IS_NOT_CONDITIONAL(
            "ledger/Ledger.java",
            """
            .item(Items.of(after)) .conditionExpression(unchanged.expression()) \
            .expressionAttributeNames(unchanged.names()) .expressionAttributeValues(unchanged.values()));""",
            ".item(Items.of(after)));"),
    FORWARD_STEP_DOES_NOT_READ_ITS_CLAIM(
            "ledger/Ledger.java",
            "if (share.isClaimedBy(execution) && share.claim().orElseThrow().phase() == Claim.Phase.RUNNING) {",
            "if (share.claim().isPresent()) {");

    private static final Path SOURCES = Path.of("..", "functions", "src", "main", "java", "dev", "amishare");

    private final String file;
    private final String right;
    private final String wrong;

    PlantedBug(String file, String right, String wrong) {
        this.file = file;
        this.right = right;
        this.wrong = wrong;
    }

    /** A copy of {@code templates}, in {@code directory}, whose functions have this bug. */
    Path plantedIn(Path templates, Path directory) throws IOException {
        Path planted = directory.resolve("cdk.out");
        copy(templates, planted);
        try (Stream<Path> files = Files.list(planted)) {
            List<Path> jars =
                    files.filter(file -> file.toString().endsWith(".jar")).toList();
            for (Path jar : jars) {
                plant(jar, directory);
            }
        }
        return planted;
    }

    private void plant(Path jar, Path directory) throws IOException {
        String source = Files.readString(SOURCES.resolve(file));
        Pattern place = Pattern.compile(
                Arrays.stream(right.split(" ", -1)).map(Pattern::quote).collect(Collectors.joining("\\s*")));
        if (place.matcher(source).results().count() != 1) {
            throw new IllegalStateException(file + " does not have exactly one: " + right);
        }
        Path changed = Files.writeString(
                directory.resolve(SOURCES.resolve(file).getFileName().toString()),
                place.matcher(source).replaceFirst(Matcher.quoteReplacement(wrong)));
        Path classes = Files.createDirectories(directory.resolve("classes"));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("--release", "17", "-proc:none", "-cp", jar.toString(), "-d", classes.toString());
            boolean compiled = compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(changed))
                    .call();
            if (!compiled) {
                throw new IllegalStateException(this + " does not compile");
            }
        }
        try (FileSystem inJar = FileSystems.newFileSystem(URI.create("jar:" + jar.toUri()), Map.of())) {
            copy(classes, inJar.getPath("/"));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    Path target = to.resolve(from.relativize(file).toString());
                    if (target.getParent() != null) {
                        Files.createDirectories(target.getParent());
                    }
                    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
