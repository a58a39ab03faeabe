package io.lutra.testkit.storage;

import io.lutra.raft.ConfState;
import io.lutra.raft.MemoryStorage;

class MemoryStorageContractTest extends HardStateStorageContract<MemoryStorage> {
    @Override
    protected MemoryStorage newStorage() {
        return new MemoryStorage();
    }

    @Override
    protected void compact(MemoryStorage storage, long index) {
        storage.compact(index);
    }

    @Override
    protected void createSnapshot(MemoryStorage storage, long index, ConfState confState, byte[] data) {
        storage.createSnapshot(index, confState, data);
    }
}
