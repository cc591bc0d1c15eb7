/** The main job, shown to a person: {@code sandbox/run demo}. */
@NullMarked
package dev.amishare.demo;

import org.jspecify.annotations.NullMarked;
