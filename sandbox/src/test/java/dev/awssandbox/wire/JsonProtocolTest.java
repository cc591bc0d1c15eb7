package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.CreateGrantRequest;
import software.amazon.awssdk.services.kms.model.CreateGrantResponse;
import software.amazon.awssdk.services.kms.model.DescribeKeyRequest;
import software.amazon.awssdk.services.kms.model.DescribeKeyResponse;
import software.amazon.awssdk.services.kms.model.EncryptRequest;
import software.amazon.awssdk.services.kms.model.EncryptResponse;
import software.amazon.awssdk.services.kms.model.GrantOperation;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.ListAliasesRequest;
import software.amazon.awssdk.services.kms.model.ListAliasesResponse;
import software.amazon.awssdk.services.kms.model.NotFoundException;
import software.amazon.awssdk.services.kms.model.PutKeyPolicyRequest;
import software.amazon.awssdk.services.kms.model.PutKeyPolicyResponse;

/** The JSON protocol, with the real clients of the SDK on one side and made-up cores on the other. */
final class JsonProtocolTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void bringsListsMapsAndStructuresToTheCoreAsTheyWereSent() {
        FakeKms core = new FakeKms();
        CreateGrantRequest request = CreateGrantRequest.builder()
                .keyId("key-1")
                .granteePrincipal("arn:aws:iam::222222222222:role/Launcher")
                .operations(GrantOperation.DECRYPT, GrantOperation.CREATE_GRANT)
                .constraints(c -> c.encryptionContextSubset(Map.of("aws:ebs:id", "vol-1", "ü", "\"")))
                .dryRun(false)
                .build();
        try (Wire wire = Wire.to(core);
                KmsClient client = wire.client(KmsClient.builder())) {
            assertThat(client.createGrant(request).grantId()).isEqualTo("grant-1");
            assertThat(core.requests.last(CreateGrantRequest.class)).isEqualTo(request);
        }
    }

    @Test
    void carriesTimesAndBytes() {
        FakeKms core = new FakeKms();
        SdkBytes plaintext = SdkBytes.fromByteArray(new byte[] {0, -1, 127, -128});
        try (Wire wire = Wire.to(core);
                KmsClient client = wire.client(KmsClient.builder())) {
            assertThat(client.encrypt(r -> r.keyId("key-1").plaintext(plaintext))
                            .ciphertextBlob())
                    .isEqualTo(plaintext);
            assertThat(client.describeKey(r -> r.keyId("key-1")).keyMetadata()).satisfies(key -> {
                assertThat(key.creationDate()).isEqualTo(AT);
                assertThat(key.keyState()).isEqualTo(KeyState.ENABLED);
                assertThat(key.multiRegion()).isFalse();
                assertThat(key.deletionDate()).isNull();
            });
        }
    }

    @Test
    void saysThatAListIsEmptyButNotThatAMemberIsUnset() {
        try (Wire wire = Wire.to(new FakeKms())) {
            assertThat(wire.postJson("kms", "TrentService.ListAliases", "{}").body())
                    .isEqualTo("{\"Aliases\":[],\"Truncated\":false}");
        }
    }

    @Test
    void answersACallWithoutResult() {
        try (Wire wire = Wire.to(new FakeKms());
                KmsClient client = wire.client(KmsClient.builder())) {
            assertThat(client.putKeyPolicy(r -> r.keyId("key-1").policy("{}"))
                            .sdkHttpResponse()
                            .isSuccessful())
                    .isTrue();
        }
    }

    @Test
    void writesErrorsAsTheServiceDoes() {
        FakeKms core = new FakeKms();
        core.failure = NotFoundException.builder()
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("NotFoundException")
                        .errorMessage("Alias is not found.")
                        .build())
                .build();
        try (Wire wire = Wire.to(core);
                KmsClient client = wire.client(KmsClient.builder())) {
            assertThatThrownBy(() -> client.describeKey(r -> r.keyId("alias/none")))
                    .isInstanceOfSatisfying(NotFoundException.class, e -> {
                        assertThat(e.awsErrorDetails().errorMessage()).isEqualTo("Alias is not found.");
                        assertThat(e.requestId()).isNotEmpty();
                    });
            HttpResponse<String> raw = wire.postJson("kms", "TrentService.DescribeKey", "{\"KeyId\": \"x\"}");
            assertThat(raw.body()).isEqualTo("{\"__type\":\"NotFoundException\",\"message\":\"Alias is not found.\"}");
            assertThat(raw.headers().firstValue("x-amzn-errortype")).hasValue("NotFoundException");
        }
    }

    @Test
    void refusesAnActionThatTheCoreDoesNotHave() {
        try (Wire wire = Wire.to(new FakeKms());
                KmsClient client = wire.client(KmsClient.builder())) {
            assertThatThrownBy(() -> client.enableKey(r -> r.keyId("key-1")))
                    .isInstanceOfSatisfying(KmsException.class, e -> {
                        assertThat(e.awsErrorDetails().errorCode()).isEqualTo("UnknownOperationException");
                        assertThat(e.statusCode()).isEqualTo(400);
                    });
            assertThat(wire.postJson("kms", "TrentService.MakeCoffee", "{}").body())
                    .contains("UnknownOperationException");
            assertThat(wire.postJson("kms", "AmazonSSM.GetParameter", "{}").body())
                    .contains("UnknownOperationException");
        }
    }

    @Test
    void refusesWhatTheRequestDoesNotHave() {
        try (Wire wire = Wire.to(new FakeKms())) {
            String target = "TrentService.CreateGrant";
            assertThat(wire.postJson("kms", target, "{\"KeyIdd\": \"x\"}").body())
                    .contains("SerializationException", "KeyIdd");
            assertThat(wire.postJson("kms", target, "{\"Constraints\": {\"Nothing\": {}}}")
                            .body())
                    .contains("SerializationException", "Constraints.Nothing");
            assertThat(wire.postJson("kms", target, "{\"KeyId\": 5}").body())
                    .contains("SerializationException", "KeyId is not of type String");
            assertThat(wire.postJson("kms", target, "{\"Operations\": \"Decrypt\"}")
                            .body())
                    .contains("SerializationException", "Operations is not a list");
            assertThat(wire.postJson("kms", target, "{").body()).contains("SerializationException");
            assertThat(wire.postJson("kms", target, "[]").body()).contains("SerializationException");
        }
    }

    @Test
    void carriesTheTreesOfDynamoDbBothWays() {
        FakeDynamoDb core = new FakeDynamoDb();
        Map<String, AttributeValue> item = Map.of(
                "s", AttributeValue.fromS("text"),
                "n", AttributeValue.fromN("12.50"),
                "bool", AttributeValue.fromBool(false),
                "null", AttributeValue.fromNul(true),
                "bytes", AttributeValue.fromB(SdkBytes.fromUtf8String("bytes")),
                "empty", AttributeValue.fromL(List.of()),
                "tree",
                        AttributeValue.fromM(Map.of(
                                "list",
                                AttributeValue.fromL(List.of(AttributeValue.fromS("a"), AttributeValue.fromN("1"))))));
        try (Wire wire = Wire.to(core);
                DynamoDbClient client = wire.client(DynamoDbClient.builder())) {
            assertThat(client.putItem(r -> r.tableName("t").item(item)).attributes())
                    .isEqualTo(item);
            assertThat(core.requests.last(PutItemRequest.class).item()).isEqualTo(item);
        }
    }

    @Test
    void sendsTheMembersOfAnErrorToo() {
        FakeDynamoDb core = new FakeDynamoDb();
        Map<String, AttributeValue> there = Map.of("keyArn", AttributeValue.fromS("arn:key"));
        core.failure = ConditionalCheckFailedException.builder()
                .item(there)
                .statusCode(400)
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode("ConditionalCheckFailedException")
                        .errorMessage("The conditional request failed")
                        .build())
                .build();
        try (Wire wire = Wire.to(core);
                DynamoDbClient client = wire.client(DynamoDbClient.builder())) {
            assertThatThrownBy(() -> client.putItem(r -> r.tableName("t").item(Map.of())))
                    .isInstanceOfSatisfying(ConditionalCheckFailedException.class, e -> assertThat(e.item())
                            .isEqualTo(there));
        }
    }

    private static final class FakeKms implements KmsClient {
        private final Requests requests = new Requests();
        private @Nullable KmsException failure;

        @Override
        public CreateGrantResponse createGrant(CreateGrantRequest request) {
            requests.add(request);
            return CreateGrantResponse.builder().grantId("grant-1").build();
        }

        @Override
        public DescribeKeyResponse describeKey(DescribeKeyRequest request) {
            if (failure != null) {
                throw failure;
            }
            return DescribeKeyResponse.builder()
                    .keyMetadata(key -> key.keyId(request.keyId())
                            .creationDate(AT)
                            .keyState(KeyState.ENABLED)
                            .multiRegion(false))
                    .build();
        }

        @Override
        public EncryptResponse encrypt(EncryptRequest request) {
            return EncryptResponse.builder().ciphertextBlob(request.plaintext()).build();
        }

        @Override
        public ListAliasesResponse listAliases(ListAliasesRequest request) {
            return ListAliasesResponse.builder()
                    .aliases(List.of())
                    .truncated(false)
                    .build();
        }

        @Override
        public PutKeyPolicyResponse putKeyPolicy(PutKeyPolicyRequest request) {
            return PutKeyPolicyResponse.builder().build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }

    private static final class FakeDynamoDb implements DynamoDbClient {
        private final Requests requests = new Requests();
        private @Nullable ConditionalCheckFailedException failure;

        @Override
        public PutItemResponse putItem(PutItemRequest request) {
            if (failure != null) {
                throw failure;
            }
            requests.add(request);
            return PutItemResponse.builder().attributes(request.item()).build();
        }

        @Override
        public String serviceName() {
            return SERVICE_NAME;
        }

        @Override
        public void close() {}
    }
}
