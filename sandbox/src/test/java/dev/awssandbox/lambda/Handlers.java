package dev.awssandbox.lambda;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

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
