package io.lutra.kv;

import io.lutra.raft.ConfState;
import io.lutra.raft.HardStateStorage;
import io.lutra.raft.MemoryStorage;
import io.lutra.wal.FileDisk;
import io.lutra.wal.GroupStorage;
import io.lutra.wal.Wal;
import io.lutra.wal.WalIdentity;
import io.lutra.wal.WalOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;

/** What a member keeps, and how it cuts its log; which of both is made depends on where it keeps it. */
interface MemberStorage {
    /** Returns what the node reads and writes. */
    HardStateStorage log();

    /** Stores a snapshot of the map after the entry at an index. */
    void createSnapshot(long index, ConfState members, byte[] data);

    /** Drops the entries up to an index. */
    void compact(long index);

    /** Gives free what it is kept in. */
    void close();

    /** Keeps it in memory: what a member has is gone with the process. */
    static MemberStorage inMemory() {
        MemoryStorage storage = new MemoryStorage();
        return new MemberStorage() {
            @Override
            public HardStateStorage log() {
                return storage;
            }

            @Override
            public void createSnapshot(long index, ConfState members, byte[] data) {
                storage.createSnapshot(index, members, data);
            }

            @Override
            public void compact(long index) {
                storage.compact(index);
            }

            @Override
            public void close() {}
        };
    }

    /** Keeps it on disk, in a directory of the member's own: there when its process was killed. */
    static MemberStorage onDisk(Path directory, long id) throws IOException {
        WalIdentity identity = new WalIdentity(new UUID(0, 0xde30), id);
        WalOptions options = WalOptions.DEFAULTS.withSegmentSize(8 << 20);
        FileDisk disk = new FileDisk(directory);
        Wal wal = Wal.exists(disk) ? Wal.open(disk, identity, options) : Wal.create(disk, identity, options);
        GroupStorage storage = GroupStorage.openOrCreate(wal, 1);
        return new MemberStorage() {
            @Override
            public HardStateStorage log() {
                return storage;
            }

            @Override
            public void createSnapshot(long index, ConfState members, byte[] data) {
                storage.createSnapshot(index, members, data);
            }

            @Override
            public void compact(long index) {
                storage.compact(index);
            }

            @Override
            public void close() {
                wal.close();
            }
        };
    }
}
