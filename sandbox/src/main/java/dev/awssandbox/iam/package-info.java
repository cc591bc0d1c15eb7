/** IAM and STS: roles, sessions, and what policies allow. */
@NullMarked
package dev.awssandbox.iam;

import org.jspecify.annotations.NullMarked;
