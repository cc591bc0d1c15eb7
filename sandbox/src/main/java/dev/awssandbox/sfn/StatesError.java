package dev.awssandbox.sfn;

/** An error in a state, as Retry and Catch see it: a name, and what caused it. */
final class StatesError extends RuntimeException {
    static final String ALL = "States.ALL";
    static final String DATA_LIMIT_EXCEEDED = "States.DataLimitExceeded";
    static final String INTRINSIC_FAILURE = "States.IntrinsicFailure";
    static final String NO_CHOICE_MATCHED = "States.NoChoiceMatched";
    static final String RESULT_PATH_MATCH_FAILURE = "States.ResultPathMatchFailure";
    static final String RUNTIME = "States.Runtime";
    static final String TASK_FAILED = "States.TaskFailed";
    static final String TIMEOUT = "States.Timeout";

    private final String error;
    private final String cause;
    private final boolean located;

    StatesError(String error, String cause) {
        this(error, cause, false);
    }

    private StatesError(String error, String cause, boolean located) {
        super(error + ": " + cause, null, false, false);
        this.error = error;
        this.cause = cause;
        this.located = located;
    }

    static StatesError runtime(String cause) {
        return new StatesError(RUNTIME, cause);
    }

    static StatesError tooLarge(String what) {
        return new StatesError(
                DATA_LIMIT_EXCEEDED,
                "The state/task '" + what
                        + "' returned a result with a size exceeding the maximum number of bytes service limit.");
    }

    /** Empty if none was given. */
    String error() {
        return error;
    }

    /** Empty if none was given. */
    String cause() {
        return cause;
    }

    /** Errors of the language itself say where they happened; what a task or a Fail state reports is passed on as it is. */
    StatesError in(String state, long enteredEventId) {
        boolean ofTheLanguage = error.equals(RUNTIME)
                || error.equals(INTRINSIC_FAILURE)
                || error.equals(NO_CHOICE_MATCHED)
                || error.equals(RESULT_PATH_MATCH_FAILURE);
        if (located || !ofTheLanguage) {
            return this;
        }
        String where = "An error occurred while executing the state '" + state + "' (entered at the event id #"
                + enteredEventId + "). ";
        return new StatesError(error, where + cause, true);
    }

    /** Whether one name of an {@code ErrorEquals} stands for this error. States.Runtime always fails the execution. */
    boolean matches(String name) {
        if (error.equals(RUNTIME)) {
            return false;
        }
        if (name.equals(error)) {
            return true;
        }
        return switch (name) {
            case ALL -> !error.equals(DATA_LIMIT_EXCEEDED);
            case TASK_FAILED -> !error.equals(TIMEOUT) && !error.equals(DATA_LIMIT_EXCEEDED);
            default -> false;
        };
    }
}
