package io.lutra.testkit.storage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.lutra.raft.ConfState;
import io.lutra.raft.HardState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.SnapshotOutOfDateException;
import io.lutra.raft.StorageException;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What every {@link HardStateStorage} keeps: all of {@link StorageContract}, and term, vote, commit index and snapshots.
 *
 * @param <S> the storage
 */
public abstract class HardStateStorageContract<S extends HardStateStorage> extends StorageContract<S> {
    private static final int SEEDS = 60;
    private static final int STEPS = 60;

    /** To be called by subclasses. */
    protected HardStateStorageContract() {}

    /** Stores a snapshot of the application's state at an index that the storage holds. The log stays as it is. */
    protected abstract void createSnapshot(S storage, long index, ConfState confState, byte[] data);

    @Test
    void returnsTheHardStateThatWasStoredLast() {
        S storage = newStorage();
        storage.setHardState(HardState.of(3, 2, 0));
        assertEquals(HardState.of(3, 2, 0), storage.initialState().hardState());
        S again = reopened(storage);
        assertEquals(HardState.of(3, 2, 0), again.initialState().hardState());
        again.append(entries(1, 3));
        again.setHardState(HardState.of(4, 0, 1));
        assertEquals(HardState.of(4, 0, 1), reopened(again).initialState().hardState());
    }

    @Test
    void aSnapshotReplacesTheLog() {
        S storage = newStorage();
        storage.append(entries(1, 1, 1, 1, 1));
        for (long index : new long[] {2, 9}) {
            Snapshot snapshot = snapshot(index, 5);
            ExpectedLog expected = new ExpectedLog();
            expected.restore(index, 5);
            storage.applySnapshot(snapshot);
            expected.assertHeldBy(storage);
            assertEquals(snapshot, storage.snapshot());
            storage = reopened(storage);
            expected.assertHeldBy(storage);
            assertEquals(snapshot, storage.snapshot());
        }
    }

    @Test
    void aSnapshotBringsItsMembershipAndLeavesTheHardState() {
        S storage = newStorage();
        storage.setHardState(HardState.of(5, 1, 0));
        storage.applySnapshot(snapshot(7, 5));
        assertEquals(
                snapshot(7, 5).metadata().confState(), storage.initialState().confState());
        S again = reopened(storage);
        assertEquals(snapshot(7, 5).metadata().confState(), again.initialState().confState());
        assertEquals(HardState.of(5, 1, 0), again.initialState().hardState());
    }

    @Test
    void theLogGoesOnAfterASnapshot() {
        S storage = newStorage();
        storage.applySnapshot(snapshot(7, 5));
        assertThrows(StorageException.class, () -> storage.append(entries(9, 5)));
        ExpectedLog expected = new ExpectedLog();
        expected.restore(7, 5);
        expected.append(entries(6, 4, 5, 5, 6));
        storage.append(entries(6, 4, 5, 5, 6));
        expected.assertHeldBy(storage);
        expected.assertHeldBy(reopened(storage));
    }

    @Test
    void refusesASnapshotThatIsNotNewerAndKeepsWhatItHas() {
        S storage = newStorage();
        storage.applySnapshot(snapshot(7, 5));
        storage.append(entries(8, 5));
        assertThrows(SnapshotOutOfDateException.class, () -> storage.applySnapshot(snapshot(7, 6)));
        assertThrows(SnapshotOutOfDateException.class, () -> storage.applySnapshot(snapshot(3, 9)));
        ExpectedLog expected = new ExpectedLog();
        expected.restore(7, 5);
        expected.append(entries(8, 5));
        expected.assertHeldBy(storage);
        assertEquals(snapshot(7, 5), storage.snapshot());
        assertEquals(snapshot(7, 5), reopened(storage).snapshot());
    }

    @Test
    void aSnapshotThatIsMadeHereLeavesTheLog() {
        S storage = newStorage();
        storage.append(entries(1, 1, 2, 3));
        createSnapshot(storage, snapshot(2, 2));
        ExpectedLog expected = new ExpectedLog();
        expected.append(entries(1, 1, 2, 3));
        expected.assertHeldBy(storage);
        assertEquals(snapshot(2, 2), storage.snapshot());
        S again = reopened(storage);
        expected.assertHeldBy(again);
        assertEquals(snapshot(2, 2), again.snapshot());
        compact(again, 2);
        assertEquals(snapshot(2, 2), again.snapshot());
    }

    @Test
    void keepsHardStateAndSnapshotThroughAnySteps() {
        Seeds.check(0, SEEDS, seed -> {
            SeededRandom random = new SeededRandom(seed);
            double restarts = seed % 2 == 0 ? 1 : 0.1;
            ExpectedLog expected = new ExpectedLog();
            HardState hardState = HardState.EMPTY;
            Snapshot snapshot = Snapshot.EMPTY;
            S storage = newStorage();
            for (int i = 0; i < STEPS; i++) {
                switch (random.nextInt(8)) {
                    case 0 -> {
                        hardState = HardState.of(1 + random.nextInt(5), random.nextInt(3), expected.lastIndex());
                        storage.setHardState(hardState);
                    }
                    case 1 -> {
                        long newer = 1 + snapshot.metadata().index();
                        long index = newer + random.nextLong(3 + Math.max(0, expected.lastIndex() - newer));
                        snapshot = snapshot(index, 1 + random.nextInt(9));
                        storage.applySnapshot(snapshot);
                        expected.restore(index, snapshot.metadata().term());
                    }
                    case 2 -> {
                        long least = Math.max(
                                expected.firstIndex(), snapshot.metadata().index() + 1);
                        if (least <= expected.lastIndex()) {
                            long index = random.nextLong(least, expected.lastIndex() + 1);
                            snapshot = snapshot(index, expected.term(index));
                            createSnapshot(storage, snapshot);
                        }
                    }
                    default -> step(storage, expected, random);
                }
                if (random.chance(restarts)) {
                    storage = reopened(storage);
                }
                expected.assertHeldBy(storage);
                assertEquals(hardState, storage.initialState().hardState());
                assertEquals(snapshot, storage.snapshot());
            }
        });
    }

    private void createSnapshot(S storage, Snapshot snapshot) {
        createSnapshot(storage, snapshot.metadata().index(), snapshot.metadata().confState(), snapshot.data());
    }

    private static Snapshot snapshot(long index, long term) {
        ConfState confState = ConfState.of(List.of(1L, 2L, 3L + index), List.of());
        byte[] data = ("state after " + index + " of term " + term).getBytes(StandardCharsets.UTF_8);
        return Snapshot.of(data, SnapshotMetadata.of(confState, index, term));
    }
}
