@NullMarked
package dev.awssandbox.events;

import org.jspecify.annotations.NullMarked;
