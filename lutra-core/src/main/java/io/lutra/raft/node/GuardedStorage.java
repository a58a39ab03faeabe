package io.lutra.raft.node;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.InitialState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StorageException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The storage that a node was given, with errors that are all {@link StorageException}s: what else it throws, and null where
 * something must be, becomes one that names the call. Errors of other types say that nothing has changed, which only the
 * node itself may say.
 */
final class GuardedStorage implements HardStateStorage {
    private final HardStateStorage storage;
    /** What a node starts with instead of what the storage says, or null. */
    private final @Nullable ConfState membership;

    GuardedStorage(HardStateStorage storage) {
        this(storage, null);
    }

    private GuardedStorage(HardStateStorage storage, @Nullable ConfState membership) {
        this.storage = storage;
        this.membership = membership;
    }

    /** Returns the same storage, from which a node starts with this membership. */
    GuardedStorage startingWith(ConfState applied) {
        return new GuardedStorage(storage, applied);
    }

    private static <T> T call(String name, Supplier<@Nullable T> call) {
        T result;
        try {
            result = call.get();
        } catch (StorageException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new StorageException("the storage failed in " + name + ": " + e, e);
        }
        if (result == null) {
            throw new StorageException("the storage returned null from " + name);
        }
        return result;
    }

    private static void run(String name, Runnable call) {
        call(name, () -> {
            call.run();
            return true;
        });
    }

    @Override
    public void append(List<Entry> entries) {
        run("append", () -> storage.append(entries));
    }

    @Override
    public InitialState initialState() {
        InitialState state = call("initialState", storage::initialState);
        return membership == null ? state : new InitialState(state.hardState(), membership);
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        return call("entries", () -> storage.entries(lo, hi, maxSize));
    }

    @Override
    public long term(long index) {
        return call("term", () -> storage.term(index));
    }

    @Override
    public long lastIndex() {
        return call("lastIndex", storage::lastIndex);
    }

    @Override
    public long firstIndex() {
        return call("firstIndex", storage::firstIndex);
    }

    @Override
    public Snapshot snapshot() {
        return call("snapshot", storage::snapshot);
    }

    @Override
    public void setHardState(HardState hardState) {
        run("setHardState", () -> storage.setHardState(hardState));
    }

    @Override
    public void applySnapshot(Snapshot snapshot) {
        run("applySnapshot", () -> storage.applySnapshot(snapshot));
    }
}
