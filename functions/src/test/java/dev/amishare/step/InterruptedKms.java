package dev.amishare.step;

import java.util.ArrayDeque;
import java.util.Deque;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.GetKeyPolicyRequest;
import software.amazon.awssdk.services.kms.model.GetKeyPolicyResponse;
import software.amazon.awssdk.services.kms.model.ListResourceTagsRequest;
import software.amazon.awssdk.services.kms.model.ListResourceTagsResponse;
import software.amazon.awssdk.services.kms.model.PutKeyPolicyRequest;
import software.amazon.awssdk.services.kms.model.PutKeyPolicyResponse;
import software.amazon.awssdk.services.kms.model.TagResourceRequest;
import software.amazon.awssdk.services.kms.model.TagResourceResponse;

/** KMS, where somebody else does something between two calls of ours; counts the writes. */
final class InterruptedKms implements KmsClient {
    private final KmsClient kms;
    private final Deque<Runnable> beforeReads = new ArrayDeque<>();
    private final Deque<Runnable> beforeWrites = new ArrayDeque<>();
    private final Deque<Runnable> afterWrites = new ArrayDeque<>();
    int writes;
    int tagReads;

    InterruptedKms(KmsClient kms) {
        this.kms = kms;
    }

    /** Something that happens before the next read that nothing is planned for yet. */
    InterruptedKms beforeRead(Runnable something) {
        beforeReads.add(something);
        return this;
    }

    InterruptedKms beforeWrite(Runnable something) {
        beforeWrites.add(something);
        return this;
    }

    InterruptedKms afterWrite(Runnable something) {
        afterWrites.add(something);
        return this;
    }

    @Override
    public GetKeyPolicyResponse getKeyPolicy(GetKeyPolicyRequest request) {
        next(beforeReads);
        return kms.getKeyPolicy(request);
    }

    @Override
    public PutKeyPolicyResponse putKeyPolicy(PutKeyPolicyRequest request) {
        next(beforeWrites);
        writes++;
        PutKeyPolicyResponse response = kms.putKeyPolicy(request);
        next(afterWrites);
        return response;
    }

    @Override
    public TagResourceResponse tagResource(TagResourceRequest request) {
        return kms.tagResource(request);
    }

    @Override
    public ListResourceTagsResponse listResourceTags(ListResourceTagsRequest request) {
        tagReads++;
        return kms.listResourceTags(request);
    }

    private static void next(Deque<Runnable> planned) {
        Runnable something = planned.poll();
        if (something != null) {
            something.run();
        }
    }

    @Override
    public String serviceName() {
        return kms.serviceName();
    }

    @Override
    public void close() {}
}
