/** Rule by rule, that EC2 does here what it does in AWS. */
@NullMarked
package dev.awssandbox.ec2;

import org.jspecify.annotations.NullMarked;
