package dev.awssandbox.lambda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The classes of a function's jar, apart from the sandbox's own: their parent is the platform's loader, as it is in Lambda.
 *
 * <p>Loaders are kept for the life of the process, or every test would load and compile the whole SDK again. So functions of one jar share its
 * static fields, which in Lambda they do not.
 */
final class Code {
    private static final Map<Jar, URLClassLoader> LOADERS = new ConcurrentHashMap<>();

    private Code() {}

    /** The classes of {@code jar} as the file is now. */
    static ClassLoader of(Path jar) {
        try {
            Jar key = new Jar(jar.toRealPath(), Files.getLastModifiedTime(jar), Files.size(jar));
            return LOADERS.computeIfAbsent(key, Code::open);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the code of a function: " + jar, e);
        }
    }

    private static URLClassLoader open(Jar jar) {
        try {
            URL url = jar.path().toUri().toURL();
            return new URLClassLoader(new URL[] {url}, ClassLoader.getPlatformClassLoader());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record Jar(Path path, FileTime modified, long size) {}
}
