package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.storage.HardStateStorageContract;

/** The contract of a storage, kept by a group that has a log to itself. */
class StorageContractTest extends HardStateStorageContract<GroupStorage> {
    private SimulatedDirectory disk;
    private Wal wal;

    @Override
    protected GroupStorage newStorage() {
        disk = new SimulatedDirectory(new SimulatedDisk(1));
        wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
        return GroupStorage.openOrCreate(wal, 7);
    }

    @Override
    protected GroupStorage reopened(GroupStorage storage) {
        wal.close();
        wal = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        return GroupStorage.openOrCreate(wal, 7);
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
