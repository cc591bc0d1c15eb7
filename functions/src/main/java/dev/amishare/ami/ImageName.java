package dev.amishare.ami;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of images: what EC2 takes (EC2 API reference, RegisterImage), and the one we give where nobody asks for another. */
public final class ImageName {
    private static final int LONGEST = 128;
    /** Two of a million images under a key share a name with a probability below one in ten million. */
    private static final int DIGEST_BYTES = 8;

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
        String suffix = suffix(sourceImageId, keyArn);
        String readable = INVALID_CHARACTERS
                .matcher(sourceName == null || sourceName.isBlank() ? sourceImageId : sourceName)
                .replaceAll("-")
                .strip();
        return readable.substring(0, Math.min(readable.length(), LONGEST - suffix.length())) + suffix;
    }

    /** Whether it is the derived name of this source under this key, whatever the source's own name was. */
    public static boolean isDerived(String name, String sourceImageId, String keyArn) {
        return name.endsWith(suffix(sourceImageId, keyArn));
    }

    private static String suffix(String sourceImageId, String keyArn) {
        return "-encrypted-" + Digest.of(sourceImageId + " " + keyArn, DIGEST_BYTES);
    }
}
