@NullMarked
package dev.awssandbox.ssm;

import org.jspecify.annotations.NullMarked;
