/** CloudFormation: from what {@code cdk synth} wrote to functions, state machines, roles, keys and tables. */
@NullMarked
package dev.awssandbox.deploy;

import org.jspecify.annotations.NullMarked;
