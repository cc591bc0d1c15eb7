package dev.amishare.keypolicy;

import java.util.Collection;

/** What reading can say of a condition: that it surely holds, that it surely does not, or neither. */
enum Truth {
    YES,
    NO,
    UNKNOWN;

    static Truth of(boolean holds) {
        return holds ? YES : NO;
    }

    /** Whether all of them hold; all of none do. */
    static Truth all(Collection<Truth> truths) {
        if (truths.contains(NO)) {
            return NO;
        }
        return truths.contains(UNKNOWN) ? UNKNOWN : YES;
    }

    /** Whether one of them holds; of none, none does. */
    static Truth any(Collection<Truth> truths) {
        if (truths.contains(YES)) {
            return YES;
        }
        return truths.contains(UNKNOWN) ? UNKNOWN : NO;
    }

    Truth not() {
        return switch (this) {
            case YES -> NO;
            case NO -> YES;
            case UNKNOWN -> UNKNOWN;
        };
    }

    /** The same, if two possible worlds agree; else nothing is known. */
    Truth orElseUnknown(Truth inTheOtherWorld) {
        return this == inTheOtherWorld ? this : UNKNOWN;
    }
}
