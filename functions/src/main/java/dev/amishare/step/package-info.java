/** The states of the state machine, one final class each. */
@NullMarked
package dev.amishare.step;

import org.jspecify.annotations.NullMarked;
