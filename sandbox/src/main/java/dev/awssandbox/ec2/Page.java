package dev.awssandbox.ec2;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A part of an answer that may be too long. */
record Page<T>(List<T> items, @Nullable String nextToken) {
    private static final int LARGEST = 1000;

    /**
     * The page of {@code all} that {@code token} asks for.
     *
     * @param smallest the smallest {@code maxResults} that the action takes
     */
    static <T> Page<T> of(List<T> all, int smallest, @Nullable Integer maxResults, @Nullable String token) {
        if (maxResults != null && maxResults < smallest) {
            throw Errors.invalidValue("Value ( " + maxResults
                    + " ) for parameter maxResults is invalid. Expecting a value greater than or equal to " + smallest
                    + ".");
        }
        int start = token == null || token.isEmpty() ? 0 : offset(token, all.size());
        int size = maxResults == null ? all.size() : Math.min(maxResults, LARGEST);
        int end = Math.min(all.size(), start + size);
        return new Page<>(all.subList(start, end), end < all.size() ? token(end) : null);
    }

    private static String token(int offset) {
        return Base64.getUrlEncoder().encodeToString(("from:" + offset).getBytes(StandardCharsets.UTF_8));
    }

    private static int offset(String token, int size) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith("from:")) {
                return Math.min(size, Integer.parseUnsignedInt(text.substring("from:".length())));
            }
        } catch (IllegalArgumentException e) {
            throw badToken(token, e);
        }
        throw badToken(token, null);
    }

    private static RuntimeException badToken(String token, @Nullable Exception cause) {
        RuntimeException error = Errors.invalidValue("The token '" + token + "' is invalid");
        if (cause != null) {
            error.addSuppressed(cause);
        }
        return error;
    }
}
