/**
 * AWS in one JVM, for sharing AMIs. {@link dev.awssandbox.Cloud} is all accounts and Regions at one time; {@code wire} lets any AWS
 * client reach it.
 */
@NullMarked
package dev.awssandbox;

import org.jspecify.annotations.NullMarked;
