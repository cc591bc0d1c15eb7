@NullMarked
package dev.awssandbox.dynamodb;

import org.jspecify.annotations.NullMarked;
