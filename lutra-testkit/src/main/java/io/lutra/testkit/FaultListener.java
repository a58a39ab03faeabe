package io.lutra.testkit;

/** Told of every fault that strikes. */
public interface FaultListener {
    /** Listens to nothing. */
    FaultListener NONE = fault -> {};

    /** An operation met a fault. */
    void onFault(Fault fault);

    /**
     * An operation met a fault that touches these nodes alone.
     *
     * @param nodes a bit for each, as {@link FaultCoverage} has them
     */
    default void onFault(Fault fault, long nodes) {
        onFault(fault);
    }
}
