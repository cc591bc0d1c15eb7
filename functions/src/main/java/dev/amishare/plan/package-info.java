/** Decides all that is to be done, before anything is done. Only reads. */
@NullMarked
package dev.amishare.plan;

import org.jspecify.annotations.NullMarked;
