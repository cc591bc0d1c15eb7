/** The protocols that AWS's clients speak: one port, generic codecs out of the SDK's own description of its shapes, and {@code /_sandbox/}. */
@NullMarked
package dev.awssandbox.wire;

import org.jspecify.annotations.NullMarked;
