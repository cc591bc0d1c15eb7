package dev.amishare.lambda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.amishare.error.AwsUnavailable;
import dev.amishare.error.NotShareable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;

final class OrganizationsMembershipTest {
    private static final String MEMBER =
            """
            {"Account": {"Id": "222222222222", "Arn": "arn:aws:organizations::111111111111:account/o-example1234/222222222222",
              "Email": "b@example.com", "Status": "ACTIVE"}}""";

    @Test
    void readsTheOrganizationFromTheAccountsArn() {
        try (Service service = new Service(200, MEMBER)) {
            assertThat(service.organizationOf("222222222222")).contains("o-example1234");
            assertThat(service.asked)
                    .singleElement()
                    .asString()
                    .contains("AWSOrganizationsV20161128.DescribeAccount", "{\"AccountId\":\"222222222222\"}")
                    .containsPattern(
                            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\\d{8}/us-east-1/organizations/aws4_request");
        }
    }

    @Test
    void anAccountThatIsNotFoundIsNoMember() {
        try (Service service = new Service(400, error("AccountNotFoundException"))) {
            assertThat(service.organizationOf("444444444444")).isEmpty();
        }
    }

    @Test
    void aDenialSaysWhoMayAsk() {
        try (Service service = new Service(400, error("AccessDeniedException"))) {
            assertThatThrownBy(() -> service.organizationOf("444444444444"))
                    .isInstanceOf(NotShareable.class)
                    .hasMessageContainingAll("DescribeAccount", "444444444444", "delegated administrator");
        }
    }

    @Test
    void throttlingAndFailuresOfAwsAreTriedAgain() {
        try (Service throttled = new Service(400, error("TooManyRequestsException"));
                Service failing = new Service(500, error("ServiceException"));
                Service garbled = new Service(200, "<html>")) {
            for (Service service : List.of(throttled, failing, garbled)) {
                assertThatThrownBy(() -> service.organizationOf("444444444444")).isInstanceOf(AwsUnavailable.class);
            }
        }
    }

    private static String error(String type) {
        return "{\"__type\": \"com.amazonaws.organizations#" + type + "\", \"Message\": \"no\"}";
    }

    /** Answers the same to every call. */
    private static final class Service implements AutoCloseable {
        private final HttpServer server;
        private final List<String> asked = new ArrayList<>();

        Service(int status, String answer) {
            try {
                server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
            server.createContext("/", exchange -> {
                asked.add(exchange.getRequestHeaders().getFirst("X-Amz-Target") + " "
                        + exchange.getRequestHeaders().getFirst("Authorization") + " "
                        + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(status, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
        }

        Optional<String> organizationOf(String account) {
            URI endpoint = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
            return new OrganizationsMembership(
                            UrlConnectionHttpClient.create(),
                            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "secret")),
                            "aws",
                            Optional.of(endpoint))
                    .organizationOf(account);
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
