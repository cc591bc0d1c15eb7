@NullMarked
package dev.awssandbox.lambda;

import org.jspecify.annotations.NullMarked;
