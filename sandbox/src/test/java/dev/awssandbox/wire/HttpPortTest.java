package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class HttpPortTest {
    @Test
    void answersOneRequestAfterTheOtherOnAConnection() throws IOException {
        String answers = exchange(
                HttpPortTest::echo,
                "POST /a?x=1 HTTP/1.1\r\nContent-Length: 3\r\n\r\none"
                        + "GET /b HTTP/1.1\r\nX-Name: Value\r\nConnection: close\r\n\r\n");
        assertThat(answers)
                .isEqualTo("HTTP/1.1 200 \r\nVia: test\r\nContent-Length: 15\r\n\r\nPOST /a x=1 one"
                        + "HTTP/1.1 200 \r\nVia: test\r\nContent-Length: 7\r\nConnection: close\r\n\r\nGET /b ");
    }

    @Test
    void takesABodyInChunks() throws IOException {
        String answers = exchange(
                HttpPortTest::echo,
                "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\none\r\n4;x=y\r\n two\r\n0\r\n\r\n");
        assertThat(answers).endsWith("PUT /  one two");
    }

    @Test
    void tellsAClientThatWaitsToGoOn() throws IOException {
        String answers = exchange(
                HttpPortTest::echo,
                "POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
        assertThat(answers).startsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ");
    }

    @Test
    void closesTheConnectionWhereThereIsNoAnswer() throws IOException {
        assertThat(exchange(request -> null, "GET / HTTP/1.1\r\n\r\n")).isEmpty();
    }

    @Test
    void closesTheConnectionOfWhoeverDoesNotSpeakHttp() throws IOException {
        assertThat(exchange(HttpPortTest::echo, "hello\r\n\r\n")).isEmpty();
        assertThat(exchange(HttpPortTest::echo, "POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n"))
                .isEmpty();
    }

    @Test
    void losesNoConnectionThatIsClosedAfterItsAnswer() throws IOException {
        try (HttpPort port = new HttpPort(0, HttpPortTest::echo)) {
            URI url = URI.create("http://127.0.0.1:" + port.number() + "/");
            for (int i = 0; i < 3000; i++) {
                HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
                connection.setRequestProperty("Connection", "close");
                connection.setDoOutput(true);
                connection.setFixedLengthStreamingMode(4);
                connection.getOutputStream().write("body".getBytes(StandardCharsets.UTF_8));
                assertThat(connection.getInputStream().readAllBytes())
                        .asString(StandardCharsets.UTF_8)
                        .isEqualTo("POST /  body");
            }
        }
    }

    private static Answer echo(Request request) {
        String body = request.method() + " " + request.path() + " " + request.query()
                + (request.body().isEmpty() ? "" : " " + request.body());
        return Answer.success(200, Map.of("Via", "test"), body);
    }

    private static String exchange(HttpPort.Handler handler, String request) throws IOException {
        try (HttpPort port = new HttpPort(0, handler);
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port.number())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
