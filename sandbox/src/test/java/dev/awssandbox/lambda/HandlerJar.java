package dev.awssandbox.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/** The test handlers in a jar, together with Lambda's interfaces, as a deployment has them. */
final class HandlerJar {
    private HandlerJar() {}

    /** Writes the jar into {@code directory}. */
    static Path in(Path directory) {
        Path jar = directory.resolve("handlers.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            copyInterfaces(out);
            copyClass(Handlers.class, out);
            for (Class<?> handler : Handlers.class.getDeclaredClasses()) {
                copyClass(handler, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return jar;
    }

    private static void copyInterfaces(JarOutputStream out) throws IOException {
        try (JarFile interfaces = new JarFile(Path.of(Context.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toFile())) {
            for (Enumeration<JarEntry> all = interfaces.entries(); all.hasMoreElements(); ) {
                JarEntry entry = all.nextElement();
                if (entry.getName().endsWith(".class")) {
                    out.putNextEntry(new JarEntry(entry.getName()));
                    interfaces.getInputStream(entry).transferTo(out);
                }
            }
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copyClass(Class<?> type, JarOutputStream out) throws IOException {
        String entry = type.getName().replace('.', '/') + ".class";
        out.putNextEntry(new JarEntry(entry));
        try (InputStream in =
                Objects.requireNonNull(HandlerJar.class.getClassLoader().getResourceAsStream(entry), entry)) {
            in.transferTo(out);
        }
    }
}
