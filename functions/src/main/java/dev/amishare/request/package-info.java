/** What people, profiles and events ask for: read strictly, all faults at once. Pure: no call to AWS, no clock. */
@NullMarked
package dev.amishare.request;

import org.jspecify.annotations.NullMarked;
