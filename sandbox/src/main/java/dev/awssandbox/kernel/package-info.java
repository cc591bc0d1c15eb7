/** Time and order: one clock, one lock, one decision what is next. */
@NullMarked
package dev.awssandbox.kernel;

import org.jspecify.annotations.NullMarked;
