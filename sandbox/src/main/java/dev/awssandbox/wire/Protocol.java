package dev.awssandbox.wire;

import software.amazon.awssdk.core.SdkPojo;

/** How a service's calls are written on the wire, and the codes that any of them may be refused with. */
interface Protocol {
    /** The name of the action that is asked for. */
    String action(Request request);

    /** Fills the builder of that action's request. */
    void read(Request request, SdkPojo builder);

    /** The answer to an action that was done. */
    Answer answer(String action, SdkPojo response, String requestId);

    /** The answer to one that was not. */
    Answer refusal(Refusal refusal, String requestId);

    Refusal unknownAction(String name);

    Refusal unknownAccessKey();

    /** The signature is for a Region that does not exist. */
    Refusal unknownRegion(String region);

    Refusal throttled();

    Refusal denied(String message);
}
