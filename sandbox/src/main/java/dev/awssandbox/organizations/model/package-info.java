/** What is asked of Organizations and what it answers, described as the SDK's generated classes describe themselves. */
@NullMarked
package dev.awssandbox.organizations.model;

import org.jspecify.annotations.NullMarked;
