/** The errors that an execution can end with, each named by the reaction it deserves. */
@NullMarked
package dev.amishare.error;

import org.jspecify.annotations.NullMarked;
