@NullMarked
package dev.awssandbox.organizations;

import org.jspecify.annotations.NullMarked;
