/** Strict JSON: a tree that keeps every value as it was written, and a mapping from and to records. */
@NullMarked
package dev.amishare.json;

import org.jspecify.annotations.NullMarked;
