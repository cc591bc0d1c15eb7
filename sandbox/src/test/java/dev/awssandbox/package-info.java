@NullMarked
package dev.awssandbox;

import org.jspecify.annotations.NullMarked;
