package dev.awssandbox.kms;

/** An account in a Region: where a key lives and is found, and nowhere else. */
record Place(String account, String region) {
    String arn(String resource) {
        return "arn:aws:kms:" + region + ":" + account + ":" + resource;
    }
}
