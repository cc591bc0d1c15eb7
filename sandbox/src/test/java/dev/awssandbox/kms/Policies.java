package dev.awssandbox.kms;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What tests of policies read and write. */
final class Policies {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Policies() {}

    static JsonNode read(String text) throws JsonProcessingException {
        return JSON.readTree(text);
    }

    static JsonNode keyIn(JsonNode state, String keyId) {
        for (JsonNode key : state) {
            if (key.get("keyId").asText().equals(keyId)) {
                return key;
            }
        }
        throw new AssertionError(keyId + " is not in " + state);
    }
}
