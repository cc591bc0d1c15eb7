/** What is shared and how: pure rules over images, no call to AWS, no clock. */
@NullMarked
package dev.amishare.ami;

import org.jspecify.annotations.NullMarked;
