/** The deployed pipeline, from StartExecution to a launch by the target, on the sandbox in simulated time. */
@NullMarked
package dev.amishare.e2e;

import org.jspecify.annotations.NullMarked;
