package io.lutra.bench.core;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import java.util.ArrayList;
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

/** Messages to bytes and back: appends of some entries, and the smallest there is, a heartbeat. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(2)
public class CodecBenchmark {
    /** Entries per append message. */
    @Param({"0", "1", "16", "64"})
    public int entries;

    /** Bytes per command. */
    @Param({"128", "1024"})
    public int size;

    private Message append = Message.forgetLeader(1, 2);
    private final Message heartbeat = Message.heartbeat(1, 2, 3, 1_000_000, new byte[0]);
    private byte[] frame = {};
    private byte[] heartbeatFrame = {};

    /** Made by JMH. */
    public CodecBenchmark() {}

    /** Makes the messages. */
    @Setup
    public void make() {
        List<Entry> list = new ArrayList<>();
        for (int i = 0; i < entries; i++) {
            list.add(Entry.of(3, 1_000_001L + i, new byte[size]));
        }
        append = Message.append(1, 2, 3, 3, 1_000_000, List.copyOf(list), 999_990);
        frame = append.data();
        heartbeatFrame = heartbeat.data();
    }

    /** Encodes an append message. */
    @Benchmark
    public byte[] encode() {
        return append.data();
    }

    /** Decodes an append message. */
    @Benchmark
    public Message decode() {
        return Message.parse(frame);
    }

    /** Encodes a heartbeat. */
    @Benchmark
    public byte[] encodeHeartbeat() {
        return heartbeat.data();
    }

    /** Decodes a heartbeat. */
    @Benchmark
    public Message decodeHeartbeat() {
        return Message.parse(heartbeatFrame);
    }
}
