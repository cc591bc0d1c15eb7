package dev.amishare.json;

/** A text that is no JSON document, or a document that is not what a record asks for. The message names the place. */
public final class MalformedJson extends RuntimeException {
    MalformedJson(String message) {
        super(message);
    }

    MalformedJson(String message, Throwable cause) {
        super(message, cause);
    }
}
