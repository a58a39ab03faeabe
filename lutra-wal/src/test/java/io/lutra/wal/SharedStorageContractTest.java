package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.storage.HardStateStorageContract;
import java.util.Random;

/** The contract of a storage, kept by each of a thousand groups that share a log and write between its steps. */
class SharedStorageContractTest extends HardStateStorageContract<GroupStorage> {
    private static final int GROUPS = 1000;
    /** The others are idle: their records stand in every checkpoint, and each is read at every restart. */
    private static final int BUSY = 50;

    private static final WalOptions OPTIONS = Scenes.SMALL.withSegmentSize(256 << 10);

    private final SimulatedDirectory disk = new SimulatedDirectory(new SimulatedDisk(1));
    private final Random random = new Random(1);
    private Wal wal = Wal.create(disk, Scenes.IDENTITY, OPTIONS);
    private long next = GROUPS;

    {
        for (long id = 1; id <= GROUPS; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        Scenes.write(wal);
    }

    /** The others write, and their log is tidied, as if the storage under test were not there. */
    private void othersWrite() {
        for (int i = 0; i < 4; i++) {
            GroupLog other = wal.group(1 + random.nextInt(BUSY));
            long last = other.lastIndex();
            other.append(HardState.of(1, 1, last), Scenes.entries(last + 1, last + 3, 1), Completion.NONE);
            if (last > 4) {
                other.compact(last - 2, Completion.NONE);
            }
        }
        Scenes.write(wal);
        // All that is not needed goes, so that a restart reads few checkpoints of a thousand groups.
        Scenes.settle(wal);
    }

    @Override
    protected GroupStorage newStorage() {
        othersWrite();
        return GroupStorage.openOrCreate(wal, ++next);
    }

    @Override
    protected GroupStorage reopened(GroupStorage storage) {
        othersWrite();
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, OPTIONS);
        return new GroupStorage(wal, wal.group(storage.group().id()));
    }

    @Override
    protected void compact(GroupStorage storage, long index) {
        storage.compact(index);
    }

    @Override
    protected void createSnapshot(GroupStorage storage, long index, ConfState confState, byte[] data) {
        storage.createSnapshot(index, confState, data);
    }
}
