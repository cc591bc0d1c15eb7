package dev.amishare;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.lifecycle.AfterContainerHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/** Says of every property how many cases it ran, and of all together at the end. jqwik's own report takes a screen for each. */
public final class CasesRun implements AroundPropertyHook {
    private static final AtomicInteger PROPERTIES = new AtomicInteger();
    private static final AtomicLong CASES = new AtomicLong();

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        PropertyExecutionResult result = property.execute();
        if (result.countTries() > 1) { // an @Example is none
            System.out.printf(Locale.ROOT, "%,7d cases: %s%n", result.countTries(), context.label());
            PROPERTIES.incrementAndGet();
            CASES.addAndGet(result.countTries());
        }
        return result;
    }

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    /** When all has run: jqwik's engine is the container that has no class. */
    public static final class Total implements AfterContainerHook {
        @Override
        public void afterContainer(ContainerLifecycleContext context) {
            if (context.optionalContainerClass().isEmpty() && CASES.get() > 0) {
                System.out.printf(Locale.ROOT, "Properties: %d, cases run: %,d%n", PROPERTIES.get(), CASES.get());
            }
        }

        @Override
        public PropagationMode propagateTo() {
            return PropagationMode.ALL_DESCENDANTS;
        }
    }
}
