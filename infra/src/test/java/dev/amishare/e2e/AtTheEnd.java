package dev.amishare.e2e;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Prints what tests have to show once all tests have run, where it can be found: the end of {@code mvn verify}. A test takes it as a
 * parameter.
 */
final class AtTheEnd implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(AtTheEnd.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Report.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot().getStore(NAMESPACE).computeIfAbsent(Report.class);
    }

    /** What is printed at the end, in lines; JUnit closes it when it has run everything. */
    static final class Report implements AutoCloseable {
        private final List<String> lines = new CopyOnWriteArrayList<>();

        void add(List<String> more) {
            lines.addAll(more);
        }

        @Override
        public void close() {
            System.out.println(String.join(System.lineSeparator(), lines));
        }
    }
}
