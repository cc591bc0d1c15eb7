package dev.awssandbox.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Handlers for the tests; they run out of a jar, in classes of their own. */
public final class Handlers {
    private Handlers() {}

    /** Answers with its input. */
    public static final class Echo implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            input.transferTo(output);
        }
    }

    /** Answers with its variables. */
    public static final class Variables implements RequestStreamHandler {
        private final Map<String, String> variables;

        public Variables(Map<String, String> variables) {
            this.variables = variables;
        }

        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            write(output, new TreeMap<>(variables).toString());
        }
    }

    /** Answers with what its context says. */
    public static final class Introduction implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            write(
                    output,
                    String.join(
                            " ",
                            context.getFunctionName(),
                            context.getFunctionVersion(),
                            context.getInvokedFunctionArn(),
                            String.valueOf(context.getRemainingTimeInMillis()),
                            String.valueOf(context.getMemoryLimitInMB())));
        }
    }

    /**
     * Makes the calls that its input names, one after the other, such as {@code "ec2:DescribeVpcs sts:GetCallerIdentity"}; once it has
     * assumed a role, as that. Answers with their statuses.
     */
    public static final class Calling implements RequestStreamHandler {
        private final Map<String, String> variables;

        public Calling(Map<String, String> variables) {
            this.variables = variables;
        }

        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            String accessKeyId = Objects.requireNonNull(variables.get("AWS_ACCESS_KEY_ID"));
            StringBuilder statuses = new StringBuilder();
            String calls = new String(input.readAllBytes(), StandardCharsets.UTF_8).replace("\"", "");
            for (String call : calls.split(" ", -1)) {
                String[] serviceAndForm = call.split(":", 2);
                HttpURLConnection connection = open(serviceAndForm[0], "Action=" + serviceAndForm[1], accessKeyId);
                try {
                    statuses.append(connection.getResponseCode()).append(' ');
                    Matcher key = Pattern.compile("<AccessKeyId>(\\w+)").matcher(bodyOf(connection));
                    accessKeyId = key.find() ? key.group(1) : accessKeyId;
                } catch (IOException closed) {
                    statuses.append("closed ");
                }
            }
            write(output, "\"" + statuses.toString().trim() + "\"");
        }

        private HttpURLConnection open(String service, String form, String accessKeyId) throws IOException {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create(variables.get("AWS_ENDPOINT_URL")).toURL().openConnection();
            byte[] body = form.getBytes(StandardCharsets.UTF_8);
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(body.length); // else the JDK sends again by itself
            connection.setRequestProperty(
                    "Authorization",
                    "AWS4-HMAC-SHA256 Credential=" + accessKeyId + "/20260101/eu-west-1/" + service + "/aws4_request");
            try (OutputStream out = connection.getOutputStream()) {
                out.write(body);
            }
            return connection;
        }

        private static String bodyOf(HttpURLConnection connection) throws IOException {
            if (connection.getResponseCode() != 200) {
                return "";
            }
            try (InputStream in = connection.getInputStream()) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }
    }

    /** Fails. */
    public static final class Failing implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) {
            throw new IllegalStateException("no such image", new IllegalArgumentException("ami-0"));
        }
    }

    /** Counts how often this process was used. */
    public static final class Counting implements RequestStreamHandler {
        private int invocations;

        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            invocations++;
            write(output, String.valueOf(invocations));
        }
    }

    /** Logs. */
    public static final class Talking implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            System.out.println("printed");
            context.getLogger().log("logged\n");
            output.write('1');
        }
    }

    /** Never ends. */
    public static final class Hanging implements RequestStreamHandler {
        @Override
        public synchronized void handleRequest(InputStream input, OutputStream output, Context context)
                throws IOException {
            try {
                while (true) {
                    wait();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    /** Answers with too much. */
    public static final class Flooding implements RequestStreamHandler {
        @Override
        public void handleRequest(InputStream input, OutputStream output, Context context) throws IOException {
            output.write(new byte[7 * 1024 * 1024]);
        }
    }

    private static void write(OutputStream output, String text) throws IOException {
        output.write(('"' + text + '"').getBytes(StandardCharsets.UTF_8));
    }
}
