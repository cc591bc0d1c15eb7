package dev.awssandbox.lambda;

import dev.awssandbox.kernel.Kernel;
import org.jspecify.annotations.Nullable;

/**
 * An invocation that is under way, found by the access key with which its process calls.
 *
 * @param run its turn in the kernel; gone, if the process was killed
 * @param label the name of the state that invoked it, else the function's name
 * @param execution the execution's ARN, if a state machine invoked it
 */
public record RunningFunction(
        Kernel.FunctionRun run, String label, String functionName, String requestId, @Nullable String execution) {}
