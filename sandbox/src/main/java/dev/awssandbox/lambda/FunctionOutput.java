package dev.awssandbox.lambda;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one invocation prints, by its logger or to the standard streams.
 *
 * <p>The standard streams belong to the process, and the sandbox has one process for all functions. So they are replaced, once, by
 * streams that ask whether the writing thread works for an invocation.
 */
final class FunctionOutput extends OutputStream {
    private static final InheritableThreadLocal<@Nullable FunctionOutput> CURRENT = new InheritableThreadLocal<>();
    private static final int TAIL_BYTES = 4096;

    static {
        System.setOut(new PrintStream(new Switch(System.out), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new Switch(System.err), true, StandardCharsets.UTF_8));
    }

    private final List<String> lines = new ArrayList<>();
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    /** From now on this thread, and those it starts, print into this. */
    void capture() {
        CURRENT.set(this);
    }

    /** This thread prints to the process's own streams again. */
    static void release() {
        CURRENT.remove();
    }

    /** One entry of the logger, which ends it with a line break or not. */
    synchronized void log(String entry) {
        byte[] bytes = entry.getBytes(StandardCharsets.UTF_8);
        write(bytes, 0, bytes.length);
        endLine();
    }

    @Override
    public synchronized void write(int b) {
        if (b == '\n') {
            lines.add(line.toString(StandardCharsets.UTF_8));
            line.reset();
        } else {
            line.write(b);
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            write(bytes[i]);
        }
    }

    synchronized List<String> lines() {
        endLine();
        return List.copyOf(lines);
    }

    /** The last lines, as far as Lambda gives them back with an invocation. */
    synchronized String tail() {
        byte[] all = String.join("\n", lines()).getBytes(StandardCharsets.UTF_8);
        int from = Math.max(0, all.length - TAIL_BYTES);
        return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    }

    private void endLine() {
        if (line.size() > 0) {
            write('\n');
        }
    }

    /** Writes to the invocation that the thread works for, else to the process's own stream. */
    private static final class Switch extends OutputStream {
        private final PrintStream own;

        private Switch(PrintStream own) {
            this.own = own;
        }

        @Override
        public void write(int b) {
            FunctionOutput current = CURRENT.get();
            if (current == null) {
                own.write(b);
            } else {
                current.write(b);
            }
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            FunctionOutput current = CURRENT.get();
            if (current == null) {
                own.write(bytes, offset, length);
            } else {
                current.write(bytes, offset, length);
            }
        }

        @Override
        public void flush() {
            own.flush();
        }
    }
}
