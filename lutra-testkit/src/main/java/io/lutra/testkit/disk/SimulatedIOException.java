package io.lutra.testkit.disk;

import java.io.IOException;

/** An error that a {@link SimulatedDisk} was asked to make, or a full disk. */
public final class SimulatedIOException extends IOException {
    private static final long serialVersionUID = 1L;

    private final DiskOperation operation;
    private final DiskFault fault;

    SimulatedIOException(DiskOperation operation, DiskFault fault, String path) {
        super(path + ": " + (fault == DiskFault.NO_SPACE ? "No space left on device" : "Input/output error") + " ("
                + operation + ")");
        this.operation = operation;
        this.fault = fault;
    }

    /** Returns the operation that failed. */
    public DiskOperation operation() {
        return operation;
    }

    /** Returns {@link DiskFault#ERROR} or {@link DiskFault#NO_SPACE}. */
    public DiskFault fault() {
        return fault;
    }
}
