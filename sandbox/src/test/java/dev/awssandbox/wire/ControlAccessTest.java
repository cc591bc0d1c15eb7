package dev.awssandbox.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.awssandbox.Cloud;
import dev.awssandbox.Settings;
import dev.awssandbox.kernel.Kernel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who reaches {@code /_sandbox/}: programs on this machine, no web page. */
final class ControlAccessTest {
    @ParameterizedTest
    @ValueSource(strings = {"Host: 127.0.0.1:PORT", "Host: localhost", "host: LOCALHOST:1", "Host: 127.0.0.1"})
    void answersProgramsOfThisMachine(String headers) throws IOException {
        AtomicInteger resets = new AtomicInteger();
        assertThat(post(headers, resets)).startsWith("HTTP/1.1 200 ");
        assertThat(resets).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host: evil.example",
                "Host: evil.example:PORT",
                "Host: 127.0.0.1.evil.example",
                "Host: localhost.evil.example",
                "Host: evil.example\r\nHost: localhost",
                "Host: localhost\r\nOrigin: https://evil.example",
                "Host: localhost:PORT\r\nOrigin: http://localhost:PORT",
                "Host: 127.0.0.1\r\nOrigin: null",
                "X-None: 1"
            })
    void refusesAWebPageWhateverItCallsItself(String headers) throws IOException {
        AtomicInteger resets = new AtomicInteger();
        assertThat(post(headers, resets)).startsWith("HTTP/1.1 403 ").doesNotContain("evil");
        assertThat(resets).hasValue(0);
    }

    private static String post(String headers, AtomicInteger resets) throws IOException {
        try (Cloud cloud = new Cloud(Kernel.simulated(1), Settings.defaults());
                Server server = Server.start(0, () -> cloud, resets::incrementAndGet);
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), server.url().getPort())) {
            String port = Integer.toString(server.url().getPort());
            String request = "POST /_sandbox/reset HTTP/1.1\r\n" + headers.replace("PORT", port)
                    + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
