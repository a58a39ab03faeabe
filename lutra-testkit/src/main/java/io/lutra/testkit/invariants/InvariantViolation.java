package io.lutra.testkit.invariants;

/** Says which invariant does not hold, and what was seen. */
public final class InvariantViolation extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final Invariant invariant;

    /** Creates it from what was seen. */
    public InvariantViolation(Invariant invariant, String seen) {
        super(invariant + " (" + invariant.promise() + "): " + seen);
        this.invariant = invariant;
    }

    /** Returns the invariant that does not hold. */
    public Invariant invariant() {
        return invariant;
    }
}
