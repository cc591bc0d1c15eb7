/** moto's Step Functions engine as the judge of ours: how it is set up and started, and how two executions are compared. */
@NullMarked
package dev.awssandbox.judge;

import org.jspecify.annotations.NullMarked;
