/** EC2: images, snapshots, instances. */
@NullMarked
package dev.awssandbox.ec2;

import org.jspecify.annotations.NullMarked;
