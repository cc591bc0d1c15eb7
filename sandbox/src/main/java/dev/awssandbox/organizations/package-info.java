/** AWS Organizations, as far as an account's membership can be asked for. */
@NullMarked
package dev.awssandbox.organizations;

import org.jspecify.annotations.NullMarked;
