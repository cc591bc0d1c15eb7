package dev.awssandbox.sfn;

import dev.awssandbox.kernel.Kernel;
import dev.awssandbox.lambda.Invocation;
import dev.awssandbox.lambda.InvocationResult;
import java.util.function.Consumer;

/** What an execution touches outside of itself. */
interface Surroundings {
    Kernel kernel();

    /**
     * Invokes a function with the rights of a state machine's role.
     *
     * @param done is called under the kernel's lock when the function has ended
     * @throws StatesError if there is no such function, or the role may not invoke it
     */
    void invoke(
            String roleArn, String function, byte[] payload, Invocation.Source source, Consumer<InvocationResult> done);

    /** An execution has begun or ended. */
    void statusChanged(Execution execution);
}
