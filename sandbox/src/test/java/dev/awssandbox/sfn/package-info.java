/** Step Functions, tested in simulated time with functions of the tests' own. */
@NullMarked
package dev.awssandbox.sfn;

import org.jspecify.annotations.NullMarked;
