/** Tests of what is deployed, and of what holds the parts of the house together. */
@NullMarked
package dev.amishare.infra;

import org.jspecify.annotations.NullMarked;
