package dev.amishare.ami;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The shared image's description: what it is a copy of, and what the source said of itself. */
public final class ImageDescription {
    private static final int LONGEST = 255;
    /** Some EC2 actions refuse other characters in a description; better a question mark than a refusal after hours of copying. */
    private static final Pattern BEYOND_ASCII = Pattern.compile("[^\\x20-\\x7e]");

    private ImageDescription() {}

    public static String of(String sourceImageId, String sourceRegion, @Nullable String sourceDescription) {
        String copy = "Encrypted copy of " + sourceImageId + " from " + sourceRegion;
        String text = sourceDescription == null || sourceDescription.isBlank() ? copy : copy + ": " + sourceDescription;
        String ascii = BEYOND_ASCII.matcher(text).replaceAll("?");
        return ascii.substring(0, Math.min(ascii.length(), LONGEST));
    }
}
