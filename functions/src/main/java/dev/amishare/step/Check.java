package dev.amishare.step;

/**
 * One thing that Verify looked at.
 *
 * @param detail what was seen
 */
public record Check(String name, Result result, String detail) {
    /** How it came out: {@code WARN} neither proves nor disproves the share. */
    public enum Result {
        PASS,
        WARN,
        FAIL
    }

    static Check of(String name, boolean passed, String detail) {
        return new Check(name, passed ? Result.PASS : Result.FAIL, detail);
    }

    boolean passed() {
        return result == Result.PASS;
    }

    boolean failed() {
        return result == Result.FAIL;
    }

    String line() {
        return name + ": " + detail;
    }
}
