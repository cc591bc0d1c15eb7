/**
 * What the policy of a share key must say, and what it says: pure rules, no AWS calls.
 *
 * <p>{@link dev.amishare.keypolicy.ShareStatements} derives our statements from whom the key is shared with;
 * {@link dev.amishare.keypolicy.KeyPolicy} puts them beside everybody else's; {@link dev.amishare.keypolicy.LaunchRights} judges
 * whether a policy lets a principal launch.
 */
@NullMarked
package dev.amishare.keypolicy;

import org.jspecify.annotations.NullMarked;
