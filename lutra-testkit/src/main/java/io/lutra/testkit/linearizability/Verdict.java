package io.lutra.testkit.linearizability;

/** What a check found. */
public enum Verdict {
    /** There is an order that explains every answer. */
    LINEARIZABLE,
    /** There is none. */
    NOT_LINEARIZABLE,
    /** The budget was used up before it was known. */
    GAVE_UP
}
