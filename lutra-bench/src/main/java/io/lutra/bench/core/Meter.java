package io.lutra.bench.core;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * What a stretch of one thread's work cost: wall time, CPU time of the whole process (collector and compiler included),
 * and bytes allocated by the thread.
 */
final class Meter {
    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final long startNanos = System.nanoTime();
    private final long startCpuNanos = PROCESS.getProcessCpuTime();
    private final long startBytes = THREADS.getCurrentThreadAllocatedBytes();
    private long nanos;
    private long cpuNanos;
    private long bytes;

    void stop() {
        bytes = THREADS.getCurrentThreadAllocatedBytes() - startBytes;
        nanos = System.nanoTime() - startNanos;
        cpuNanos = PROCESS.getProcessCpuTime() - startCpuNanos;
    }

    double nanos() {
        return nanos;
    }

    double cpuNanos() {
        return cpuNanos;
    }

    double bytes() {
        return bytes;
    }

    /** Returns the bytes that are reachable now. */
    static long liveBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
