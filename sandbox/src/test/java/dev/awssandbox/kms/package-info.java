@NullMarked
package dev.awssandbox.kms;

import org.jspecify.annotations.NullMarked;
