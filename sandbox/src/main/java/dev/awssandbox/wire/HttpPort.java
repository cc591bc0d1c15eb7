package dev.awssandbox.wire;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * As much of HTTP/1.1 as clients of AWS speak, on a port of this machine, a thread a connection.
 *
 * <p>Why our own: the JDK's server resets about one connection in a thousand before it has read the request, where the client asks for
 * {@code Connection: close} (Java 17 and 25, Linux). To a function without the SDK's retries that is a fault which no seed has drawn, and
 * the run does not replay.
 */
final class HttpPort implements AutoCloseable {
    private static final int BACKLOG = 1024;
    private static final int LONGEST_LINE = 64 * 1024;
    private static final int LARGEST_BODY = 64 * 1024 * 1024;

    private final ServerSocket listener;
    private final Handler handler;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads;

    /** What is done with a request. */
    @FunctionalInterface
    interface Handler {
        /** Null has the connection closed without an answer. */
        @Nullable
        Answer answer(Request request);
    }

    /**
     * Listens on this machine only.
     *
     * @param port 0 for any that is free
     * @param handler called on the connection's own thread
     */
    HttpPort(int port, Handler handler) throws IOException {
        this.listener = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
        this.handler = handler;
        this.threads = Executors.newCachedThreadPool(body -> {
            Thread thread = new Thread(body, "sandbox-http");
            thread.setDaemon(true);
            return thread;
        });
        threads.execute(this::accept);
    }

    int number() {
        return listener.getLocalPort();
    }

    /** The callers still waiting find their connections closed. */
    @Override
    public void close() {
        closeQuietly(listener);
        open.forEach(HttpPort::closeQuietly);
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket socket = listener.accept();
                open.add(socket);
                threads.execute(() -> serve(socket));
            }
        } catch (SocketException e) {
            // Closed: nobody is to be answered any more.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            // Without it an answer waits for the acknowledgement of the one before, 40 ms a call.
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            boolean more = true;
            while (more) {
                String first = line(in);
                if (first == null) {
                    return;
                }
                Map<String, String> headers = headers(in);
                Answer answer = handler.answer(request(first, headers, body(in, out, headers)));
                if (answer == null) {
                    return;
                }
                more = !"close".equalsIgnoreCase(headers.get("connection")) && !first.endsWith("HTTP/1.0");
                write(out, answer, more);
            }
        } catch (IOException e) {
            // The caller has gone away, or does not speak HTTP; nobody is left to tell.
        } catch (RuntimeException | Error e) {
            // A fault of the sandbox itself: said on the console, so that nobody takes it for something that AWS would
            // do.
            e.printStackTrace();
            throw e;
        } finally {
            open.remove(socket);
        }
    }

    private static Request request(String first, Map<String, String> headers, byte[] body) throws IOException {
        String[] parts = first.split(" ", -1);
        if (parts.length != 3) {
            throw new IOException("not a request: " + first);
        }
        String[] target = parts[1].split("\\?", 2);
        return new Request(
                parts[0],
                target[0],
                target.length == 2 ? target[1] : "",
                headers,
                new String(body, StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(InputStream in) throws IOException {
        Map<String, String> headers = new HashMap<>();
        for (String line = requireLine(in); !line.isEmpty(); line = requireLine(in)) {
            int colon = line.indexOf(':');
            if (colon < 1) {
                throw new IOException("not a header: " + line);
            }
            headers.putIfAbsent(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return headers;
    }

    private static byte[] body(InputStream in, OutputStream out, Map<String, String> headers) throws IOException {
        if ("100-continue".equalsIgnoreCase(headers.get("expect"))) {
            out.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            out.flush();
        }
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return chunks(in);
        }
        return exactly(in, length(headers.getOrDefault("content-length", "0"), 10));
    }

    private static byte[] chunks(InputStream in) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length = chunkLength(in);
        while (length > 0) {
            body.write(exactly(in, length));
            requireLine(in);
            length = chunkLength(in);
        }
        headers(in); // the trailer, which nobody here reads
        return body.toByteArray();
    }

    private static int chunkLength(InputStream in) throws IOException {
        return length(requireLine(in).split(";", 2)[0], 16);
    }

    private static int length(String text, int radix) throws IOException {
        try {
            int length = Integer.parseInt(text.strip(), radix);
            if (length < 0 || length > LARGEST_BODY) {
                throw new IOException("a body of " + length + " bytes");
            }
            return length;
        } catch (NumberFormatException e) {
            throw new IOException("not a length: " + text, e);
        }
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the body ends early");
        }
        return bytes;
    }

    private static String requireLine(InputStream in) throws IOException {
        String line = line(in);
        if (line == null) {
            throw new EOFException("the request ends early");
        }
        return line;
    }

    /** The next line, without its end; null at the end of the connection. */
    private static @Nullable String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        if (next < 0) {
            return null;
        }
        while (next >= 0 && next != '\n') {
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line without end");
            }
            line.write(next);
            next = in.read();
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    private static void write(OutputStream out, Answer answer, boolean more) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 " + answer.status() + " \r\n");
        answer.headers()
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(body.length).append("\r\n");
        head.append(more ? "\r\n" : "Connection: close\r\n\r\n");
        // One write, one packet.
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        whole.writeBytes(body);
        whole.writeTo(out);
        out.flush();
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            // It is closed, or as good as.
        }
    }
}
