/** Lambda's side of the steps: one thin handler class a state. */
@NullMarked
package dev.amishare.lambda;

import org.jspecify.annotations.NullMarked;
