package dev.awssandbox.wire;

import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.SdkRequest;

/** What a made-up core was asked. */
final class Requests {
    private final List<SdkRequest> requests = new ArrayList<>();

    void add(SdkRequest request) {
        requests.add(request);
    }

    <T extends SdkRequest> T last(Class<T> type) {
        return type.cast(requests.get(requests.size() - 1));
    }
}
