package dev.amishare.ami;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of images: what EC2 takes (EC2 API reference, RegisterImage), and the one we give where nobody asks for another. */
public final class ImageName {
    private static final int LONGEST = 128;
    private static final Pattern VALID = Pattern.compile("[a-zA-Z0-9()\\[\\] ./\\-'@_]{3,128}");
    private static final Pattern INVALID_CHARACTERS = Pattern.compile("[^a-zA-Z0-9()\\[\\] ./\\-'@_]+");

    private ImageName() {}

    /** Whether EC2 takes this name. */
    public static boolean isValid(String name) {
        return VALID.matcher(name).matches();
    }

    /**
     * The name of the shared image of this source under this key: always the same for the same two, never for another two, and as much
     * of the source's name in it as is valid and fits.
     */
    public static String derived(@Nullable String sourceName, String sourceImageId, String keyArn) {
        String suffix = "-encrypted-" + digest(sourceImageId + " " + keyArn);
        String readable = INVALID_CHARACTERS
                .matcher(sourceName == null || sourceName.isBlank() ? sourceImageId : sourceName)
                .replaceAll("-")
                .strip();
        return readable.substring(0, Math.min(readable.length(), LONGEST - suffix.length())) + suffix;
    }

    /** 64 bits: two of a million images under a key share a name with a probability below one in ten million. */
    private static String digest(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
