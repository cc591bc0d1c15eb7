/** Step Functions: the interpreter of the Amazon States Language. */
@NullMarked
package dev.awssandbox.sfn;

import org.jspecify.annotations.NullMarked;
