/**
 * The ledger: what is shared with whom, and who is about to change it. It is the truth; key policies and launch permissions follow
 * from it.
 */
@NullMarked
package dev.amishare.ledger;

import org.jspecify.annotations.NullMarked;
