package io.lutra.testkit;

/** Told of every fault that strikes. */
public interface FaultListener {
    /** Listens to nothing. */
    FaultListener NONE = fault -> {};

    /** An operation met a fault. */
    void onFault(Fault fault);
}
