package dev.amishare.e2e;

import static dev.amishare.e2e.Pipeline.B;
import static dev.amishare.e2e.Pipeline.C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kms.model.GrantOperation;
import software.amazon.awssdk.services.kms.model.KmsException;

/** What the share key's policy says after a share, to the letter. */
final class KeyPolicyTest {
    /** AWS's documented list for launching from shared encrypted snapshots, design.md section 5. */
    private static final String EXACTLY =
            """
            [ {
              "Sid" : "AmiShareUse",
              "Effect" : "Allow",
              "Principal" : {
                "AWS" : "arn:aws:iam::222222222222:root"
              },
              "Action" : [ "kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncrypt*" ],
              "Resource" : "*",
              "Condition" : {
                "StringEquals" : {
                  "kms:ViaService" : "ec2.us-east-1.amazonaws.com"
                },
                "BoolIfExists" : {
                  "kms:GrantIsForAWSResource" : "true"
                }
              }
            }, {
              "Sid" : "AmiShareDescribe",
              "Effect" : "Allow",
              "Principal" : {
                "AWS" : "arn:aws:iam::222222222222:root"
              },
              "Action" : "kms:DescribeKey",
              "Resource" : "*"
            } ]""";

    @Test
    void ourStatementsHoldExactlyWhatALaunchNeeds() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            pipeline.share(pipeline.load("ubuntu"), B);

            assertThat(pipeline.ourStatements()).isEqualTo(Pipeline.json(EXACTLY));
        }
    }

    @Test
    void foreignStatementsStayAsTheyWereBooleanConditionAndAll() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            JsonNode foreign = Pipeline.json(
                    """
                    {"Sid": "Auditors", "Effect": "Deny", "Principal": {"AWS": "444444444444"}, "Action": ["kms:Decrypt"],
                     "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": false}, "NumericLessThan": {"kms:RotationPeriodInDays": 90}}}""");
            List<JsonNode> before = pipeline.addStatement(foreign);

            pipeline.share(pipeline.load("ubuntu"), B, C);

            List<JsonNode> after = new ArrayList<>(pipeline.statements());
            assertThat(after.removeIf(s -> s.path("Sid").asText().startsWith("AmiShare")))
                    .isTrue();
            assertThat(after).isEqualTo(before);
            assertThat(after)
                    .anyMatch(s -> s.at("/Condition/Bool/aws:SecureTransport").isBoolean());
        }
    }

    @Test
    void aTargetCannotMakeAGrantByItself() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            pipeline.share(pipeline.load("ubuntu"), B);

            assertThatThrownBy(() -> pipeline.kms(B).createGrant(r -> r.keyId(pipeline.shareKey())
                            .granteePrincipal("arn:aws:iam::222222222222:user/Administrator")
                            .operations(GrantOperation.DECRYPT)))
                    .isInstanceOf(KmsException.class)
                    .hasMessageContaining("not authorized to perform: kms:CreateGrant");
        }
    }

    @Test
    void theVerifierSeesAndReachesButCannotLaunchForReal() {
        try (Pipeline pipeline = Pipeline.deployed()) {
            Share share = pipeline.share(pipeline.load("ubuntu"), B);

            assertThat(pipeline.launchAsVerifier(share.imageId()))
                    .isEqualTo("terminated: Client.InternalError: Client error on launch");
        }
    }
}
