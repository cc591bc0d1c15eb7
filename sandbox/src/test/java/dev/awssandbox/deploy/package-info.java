@NullMarked
package dev.awssandbox.deploy;

import org.jspecify.annotations.NullMarked;
