package io.lutra.testkit.linearizability;

/**
 * What a check of a history found.
 *
 * @param verdict not linearizable if one part is; gave up if on a part, and no other is
 * @param configurations how many configurations were looked at
 * @param explanation why it is not linearizable, lines of text; empty if it is
 */
public record CheckResult(Verdict verdict, long configurations, String explanation) {
    /** Tells whether the history is linearizable. */
    public boolean isLinearizable() {
        return verdict == Verdict.LINEARIZABLE;
    }
}
