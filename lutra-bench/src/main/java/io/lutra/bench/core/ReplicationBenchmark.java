package io.lutra.bench.core;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One batch through three nodes, from proposal to applied everywhere: W1, and W1b with {@code codec}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(2)
public class ReplicationBenchmark {
    /** Commands per proposal. */
    @Param({"1", "16", "64"})
    public int batch;

    /** Bytes per command. */
    @Param({"128", "1024"})
    public int size;

    /** Whether messages go through bytes. */
    @Param({"false", "true"})
    public boolean codec;

    private Cluster cluster = new Cluster(new Cluster.Mode(10, 1, false, false), new Cluster.Inboxes());
    private List<byte[]> commands = List.of();

    /** Made by JMH. */
    public ReplicationBenchmark() {}

    /** Elects a leader. */
    @Setup
    public void elect() {
        cluster = new Cluster(new Cluster.Mode(10, 1, false, codec), new Cluster.Inboxes());
        cluster.elect(0);
        commands = Collections.nCopies(batch, new byte[size]);
    }

    /** Replicates a batch. */
    @Benchmark
    public void replicate() {
        cluster.propose(0, commands);
        cluster.pump();
    }
}
