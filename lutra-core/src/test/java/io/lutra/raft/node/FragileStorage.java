package io.lutra.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StorageException;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A storage whose process may die at any write: before it, after it, or, when entries are appended, in the middle. What was
 * written stays. It checks what must be true of a stored hard state.
 */
final class FragileStorage implements HardStateStorage {
    /** The process died. */
    static final class CrashException extends StorageException {
        private static final long serialVersionUID = 1L;

        CrashException() {
            super("crashed while writing");
        }
    }

    private static final int NEVER = Integer.MAX_VALUE;

    private final MemoryStorage memory = new MemoryStorage();
    private final SplittableRandom random;
    private int writesUntilCrash = NEVER;

    FragileStorage(SplittableRandom random) {
        this.random = random;
    }

    MemoryStorage memory() {
        return memory;
    }

    void crashAfter(int writes) {
        writesUntilCrash = writes;
    }

    void crashNever() {
        writesUntilCrash = NEVER;
    }

    private void write(Runnable write) {
        if (writesUntilCrash-- > 0) {
            write.run();
            return;
        }
        crashNever();
        if (random.nextBoolean()) {
            write.run();
        }
        throw new CrashException();
    }

    @Override
    public void append(List<Entry> entries) {
        if (writesUntilCrash == 0 && entries.size() > 1) {
            // A log finds a prefix of what was being written.
            memory.append(entries.subList(0, 1 + random.nextInt(entries.size() - 1)));
            crashNever();
            throw new CrashException();
        }
        write(() -> memory.append(entries));
    }

    @Override
    public void setHardState(HardState next) {
        HardState before = memory.initialState().hardState();
        assertThat(next.term()).as("stored term").isGreaterThanOrEqualTo(before.term());
        assertThat(next.commit()).as("stored commit index").isBetween(before.commit(), memory.lastIndex());
        if (next.term() == before.term() && before.vote() != 0) {
            assertThat(next.vote()).as("stored vote of term " + next.term()).isEqualTo(before.vote());
        }
        write(() -> memory.setHardState(next));
    }

    @Override
    public void applySnapshot(Snapshot snapshot) {
        assertThat(memory.initialState().hardState().term())
                .as("stored term")
                .isGreaterThanOrEqualTo(snapshot.metadata().term());
        write(() -> memory.applySnapshot(snapshot));
    }

    @Override
    public InitialState initialState() {
        return memory.initialState();
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        return memory.entries(lo, hi, maxSize);
    }

    @Override
    public long term(long index) {
        return memory.term(index);
    }

    @Override
    public long lastIndex() {
        return memory.lastIndex();
    }

    @Override
    public long firstIndex() {
        return memory.firstIndex();
    }

    @Override
    public Snapshot snapshot() {
        return memory.snapshot();
    }
}
