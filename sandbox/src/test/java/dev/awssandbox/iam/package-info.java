@NullMarked
package dev.awssandbox.iam;

import org.jspecify.annotations.NullMarked;
