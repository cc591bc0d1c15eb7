@NullMarked
package dev.awssandbox.wire;

import org.jspecify.annotations.NullMarked;
