package io.lutra.testkit.disk;

/**
 * The end of the process at an operation on its disk. An error, so that what handles failures of a disk does not catch
 * it: a dead process handles nothing. Whoever runs the process catches it.
 */
public final class SimulatedCrash extends Error {
    private static final long serialVersionUID = 1L;

    SimulatedCrash(String where) {
        // No stack trace: a sweep throws it for every operation.
        super(where, null, false, false);
    }
}
