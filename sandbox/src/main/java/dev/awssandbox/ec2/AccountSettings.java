package dev.awssandbox.ec2;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.DisableEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.DisableImageBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.EnableEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessRequest;
import software.amazon.awssdk.services.ec2.model.EnableImageBlockPublicAccessResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultRequest;
import software.amazon.awssdk.services.ec2.model.GetEbsEncryptionByDefaultResponse;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateRequest;
import software.amazon.awssdk.services.ec2.model.GetImageBlockPublicAccessStateResponse;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ModifyEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdRequest;
import software.amazon.awssdk.services.ec2.model.ResetEbsDefaultKmsKeyIdResponse;
import software.amazon.awssdk.services.ec2.model.SSEType;

/** What an account sets for itself in a Region: encryption by default, the default key, no public images. */
final class AccountSettings {
    /** Blocking takes some minutes to take effect; until then it reads as unblocked. */
    private static final Duration BLOCKING_TAKES = Duration.ofMinutes(5);

    private static final String BLOCKED = "block-new-sharing";
    private static final String UNBLOCKED = "unblocked";

    /** Public images are blocked from the start, as in every account that never had one. */
    static final class State {
        private boolean encryptionByDefault;
        private @Nullable String defaultKey;
        private Instant publicBlockedFrom = Instant.MIN;

        boolean encryptionByDefault() {
            return encryptionByDefault;
        }

        /** The ARN of the key chosen in place of {@code alias/aws/ebs}, or null. */
        @Nullable
        String defaultKey() {
            return defaultKey;
        }

        boolean blocksPublicImages(Instant now) {
            return !now.isBefore(publicBlockedFrom);
        }
    }

    private final Call call;

    AccountSettings(Call call) {
        this.call = call;
    }

    GetImageBlockPublicAccessStateResponse blockPublicAccess(GetImageBlockPublicAccessStateRequest request) {
        begin("GetImageBlockPublicAccessState", request.dryRun());
        return GetImageBlockPublicAccessStateResponse.builder()
                .imageBlockPublicAccessState(call.settings().blocksPublicImages(call.now()) ? BLOCKED : UNBLOCKED)
                .managedBy("account")
                .build();
    }

    EnableImageBlockPublicAccessResponse enableBlock(EnableImageBlockPublicAccessRequest request) {
        begin("EnableImageBlockPublicAccess", request.dryRun());
        if (!BLOCKED.equals(request.imageBlockPublicAccessStateAsString())) {
            throw Errors.invalidValue("The only value for ImageBlockPublicAccessState is " + BLOCKED);
        }
        State state = call.settings();
        if (!state.blocksPublicImages(call.now())) {
            state.publicBlockedFrom = call.now().plus(BLOCKING_TAKES);
        }
        return EnableImageBlockPublicAccessResponse.builder()
                .imageBlockPublicAccessState(BLOCKED)
                .build();
    }

    DisableImageBlockPublicAccessResponse disableBlock(DisableImageBlockPublicAccessRequest request) {
        begin("DisableImageBlockPublicAccess", request.dryRun());
        call.settings().publicBlockedFrom = Instant.MAX;
        return DisableImageBlockPublicAccessResponse.builder()
                .imageBlockPublicAccessState(UNBLOCKED)
                .build();
    }

    GetEbsEncryptionByDefaultResponse encryptionByDefault(GetEbsEncryptionByDefaultRequest request) {
        begin("GetEbsEncryptionByDefault", request.dryRun());
        boolean on = call.settings().encryptionByDefault;
        return GetEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(on)
                .sseType(on ? SSEType.SSE_KMS : SSEType.NONE)
                .build();
    }

    EnableEbsEncryptionByDefaultResponse enableEncryption(EnableEbsEncryptionByDefaultRequest request) {
        begin("EnableEbsEncryptionByDefault", request.dryRun());
        call.settings().encryptionByDefault = true;
        return EnableEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(true)
                .build();
    }

    DisableEbsEncryptionByDefaultResponse disableEncryption(DisableEbsEncryptionByDefaultRequest request) {
        begin("DisableEbsEncryptionByDefault", request.dryRun());
        call.settings().encryptionByDefault = false;
        return DisableEbsEncryptionByDefaultResponse.builder()
                .ebsEncryptionByDefault(false)
                .build();
    }

    GetEbsDefaultKmsKeyIdResponse defaultKey(GetEbsDefaultKmsKeyIdRequest request) {
        begin("GetEbsDefaultKmsKeyId", request.dryRun());
        String chosen = call.settings().defaultKey;
        return GetEbsDefaultKmsKeyIdResponse.builder()
                .kmsKeyId(chosen == null ? "alias/aws/ebs" : chosen)
                .build();
    }

    ModifyEbsDefaultKmsKeyIdResponse modifyDefaultKey(ModifyEbsDefaultKmsKeyIdRequest request) {
        begin("ModifyEbsDefaultKmsKeyId", request.dryRun());
        String key =
                call.ec2().keys().arnOf(call.account(), call.region(), Errors.required(request.kmsKeyId(), "KmsKeyId"));
        call.settings().defaultKey = key;
        return ModifyEbsDefaultKmsKeyIdResponse.builder().kmsKeyId(key).build();
    }

    ResetEbsDefaultKmsKeyIdResponse resetDefaultKey(ResetEbsDefaultKmsKeyIdRequest request) {
        begin("ResetEbsDefaultKmsKeyId", request.dryRun());
        call.settings().defaultKey = null;
        return ResetEbsDefaultKmsKeyIdResponse.builder()
                .kmsKeyId("alias/aws/ebs")
                .build();
    }

    private void begin(String action, @Nullable Boolean dryRun) {
        call.permit(action).onAnything().check();
        call.endDryRun(dryRun);
    }
}
