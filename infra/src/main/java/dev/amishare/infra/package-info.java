/** The CDK app: what is deployed where, and who may do what. */
@NullMarked
package dev.amishare.infra;

import org.jspecify.annotations.NullMarked;
