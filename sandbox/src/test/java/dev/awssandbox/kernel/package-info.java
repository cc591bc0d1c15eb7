@NullMarked
package dev.awssandbox.kernel;

import org.jspecify.annotations.NullMarked;
