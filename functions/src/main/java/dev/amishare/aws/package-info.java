/** Clients of AWS, a Region each. */
@NullMarked
package dev.amishare.aws;

import org.jspecify.annotations.NullMarked;
