package io.lutra.testkit.raft;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.InitialState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StorageException;
import io.lutra.raft.UnavailableException;
import io.lutra.testkit.Fault;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.SimulatedFile;
import io.lutra.testkit.disk.Survival;
import io.lutra.testkit.invariants.Violations;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A log on a simulated disk, as simple as it can be and still right: one file that is replaced by a new one when the log
 * is compacted. Recovery reads one write after the other until one is not whole, and cuts the rest.
 *
 * <p>A write counts whole or not at all: it has one checksum. But a commit index is written after the entries that came with
 * it, by itself, as {@link io.lutra.raft.Ready} allows; never before, since it does not count what they replace.
 *
 * <p>What is written is not durable before {@link #sync}. All that the core reads is kept in memory too.
 */
final class DiskStorage implements ReplicaStorage {
    /** The storage of a cluster that is asked for none in particular. */
    static final StorageKind KIND = new StorageKind() {
        @Override
        public String name() {
            return "simple";
        }

        @Override
        public Set<Fault> faults() {
            return Set.of();
        }

        @Override
        public ReplicaHome on(SimulatedDisk disk, long seed, Violations violations) {
            return new Home(disk);
        }
    };

    private record Home(SimulatedDisk disk) implements ReplicaHome {
        @Override
        public ReplicaStorage open() throws IOException {
            return DiskStorage.open(disk);
        }

        @Override
        public ReplicaStorage scan() throws IOException {
            SimulatedDisk copy = disk.copy();
            copy.crash(Survival.nothing());
            return DiskStorage.open(copy);
        }
    }

    private static final int HARD_STATE = 1;
    private static final int ENTRY = 2;
    private static final int SNAPSHOT = 3;
    /** The log begins anew after an index. */
    private static final int BASE = 4;

    /** Of a write: length and checksum of its records. */
    private static final int WRITE_BYTES = 8;
    /** Of a record: kind and length of its body. */
    private static final int RECORD_BYTES = 5;

    private static final String TEMPORARY = "new";
    private static final String PREFIX = "log-";

    private final SimulatedDisk disk;
    private final CRC32C checksum = new CRC32C();
    private byte[] buffer = new byte[1024];
    private int buffered = WRITE_BYTES;
    private SimulatedFile file;
    private long fileEnd;
    private long generation;

    private HardState hardState = HardState.EMPTY;
    private Snapshot snapshot = Snapshot.EMPTY;
    private long offset;
    private long offsetTerm;
    private Entry[] entries = new Entry[64];
    private int size;

    private DiskStorage(SimulatedDisk disk, SimulatedFile file, long generation) {
        this.disk = disk;
        this.file = file;
        this.generation = generation;
    }

    /** Opens the log on a disk, or begins one. What it finds is durable afterwards. */
    static DiskStorage open(SimulatedDisk disk) throws IOException {
        long newest = 0;
        for (String name : disk.list("")) {
            if (name.startsWith(PREFIX)) {
                newest = Math.max(newest, Long.parseLong(name.substring(PREFIX.length())));
            } else {
                disk.delete(name);
            }
        }
        if (newest == 0) {
            SimulatedFile file = disk.create(PREFIX + 1);
            file.sync();
            disk.syncDirectory("");
            return new DiskStorage(disk, file, 1);
        }
        DiskStorage storage = new DiskStorage(disk, disk.open(PREFIX + newest), newest);
        storage.recover();
        for (String name : disk.list("")) {
            if (!name.equals(PREFIX + newest)) {
                disk.delete(name);
            }
        }
        return storage;
    }

    private void recover() throws IOException {
        byte[] content = new byte[(int) file.size()];
        ByteBuffer target = ByteBuffer.wrap(content);
        while (target.hasRemaining() && file.read(target.position(), target) > 0) {
            // A read may be short.
        }
        ByteBuffer found = ByteBuffer.wrap(content);
        int at = 0;
        while (isWhole(found)) {
            int end = found.position() + WRITE_BYTES + found.getInt(found.position());
            found.position(found.position() + WRITE_BYTES);
            while (found.position() < end) {
                int kind = found.get();
                byte[] body = new byte[found.getInt()];
                found.get(body);
                replay(kind, body);
            }
            at = end;
        }
        file.truncate(at);
        file.sync();
        disk.syncDirectory("");
        fileEnd = at;
        // What is in a snapshot is committed, and so is all before the log begins.
        long commit = Math.max(hardState.commit(), Math.max(offset, snapshotIndex()));
        hardState = HardState.of(hardState.term(), hardState.vote(), commit);
    }

    /** Tells whether a whole write follows. */
    private boolean isWhole(ByteBuffer found) {
        if (found.remaining() < WRITE_BYTES) {
            return false;
        }
        int length = found.getInt(found.position());
        if (length <= 0 || length > found.remaining() - WRITE_BYTES) {
            return false;
        }
        checksum.reset();
        checksum.update(found.slice(found.position() + WRITE_BYTES, length));
        return found.getInt(found.position() + Integer.BYTES) == (int) checksum.getValue();
    }

    private void replay(int kind, byte[] body) {
        switch (kind) {
            case HARD_STATE -> hardState = HardState.parse(body);
            case ENTRY -> put(Entry.parse(body));
            case SNAPSHOT -> snapshot = Snapshot.parse(body);
            case BASE ->
                rebase(ByteBuffer.wrap(body).getLong(), ByteBuffer.wrap(body).getLong(Long.BYTES));
            default -> throw new StorageException("record of kind " + kind);
        }
    }

    private void rebase(long index, long term) {
        offset = index;
        offsetTerm = term;
        size = 0;
    }

    private void put(Entry entry) {
        size = (int) (entry.index() - offset - 1);
        if (size == entries.length) {
            entries = Arrays.copyOf(entries, 2 * size);
        }
        entries[size++] = entry;
    }

    @Override
    public void write(HardState newHardState, @Nullable Snapshot newSnapshot, List<Entry> newEntries)
            throws IOException {
        // The first entries of a group without their commit index would be a replica that never campaigns.
        boolean begun = hardState.commit() > 0;
        boolean apart = begun && !newEntries.isEmpty() && newHardState.commit() > hardState.commit();
        if (!newHardState.isEmpty()) {
            long commit = apart ? hardState.commit() : newHardState.commit();
            hardState = newHardState;
            record(
                    HARD_STATE,
                    HardState.of(newHardState.term(), newHardState.vote(), commit)
                            .encode());
        }
        if (newSnapshot != null) {
            snapshot = newSnapshot;
            SnapshotMetadata metadata = newSnapshot.metadata();
            rebase(metadata.index(), metadata.term());
            record(SNAPSHOT, newSnapshot.encode());
            recordBase();
        }
        for (int i = 0; i < newEntries.size(); i++) {
            Entry entry = newEntries.get(i);
            if (entry.index() > offset) {
                if (entry.index() > lastIndex() + 1) {
                    throw new StorageException("entry " + entry.index() + " leaves a gap after " + lastIndex());
                }
                put(entry);
                record(entry);
            }
        }
        flush();
        if (apart) {
            record(HARD_STATE, newHardState.encode());
            flush();
        }
    }

    @Override
    public void sync() throws IOException {
        file.sync();
    }

    @Override
    public void compact(Snapshot newer, long upTo) throws IOException {
        long cut = Math.max(upTo, offset);
        long cutTerm = term(cut);
        int dropped = (int) (cut - offset);
        System.arraycopy(entries, dropped, entries, 0, size - dropped);
        Arrays.fill(entries, size - dropped, size, null);
        size -= dropped;
        offset = cut;
        offsetTerm = cutTerm;
        snapshot = newer;
        long commit = Math.max(hardState.commit(), newer.metadata().index());
        hardState = HardState.of(hardState.term(), hardState.vote(), commit);
        rewrite();
    }

    private void rewrite() throws IOException {
        String old = PREFIX + generation++;
        file.close();
        file = disk.create(TEMPORARY);
        fileEnd = 0;
        record(SNAPSHOT, snapshot.encode());
        recordBase();
        for (int i = 0; i < size; i++) {
            record(entries[i]);
        }
        record(HARD_STATE, hardState.encode());
        flush();
        file.sync();
        disk.rename(TEMPORARY, PREFIX + generation);
        disk.syncDirectory("");
        disk.delete(old);
    }

    private void recordBase() {
        byte[] body = new byte[2 * Long.BYTES];
        ByteBuffer.wrap(body).putLong(offset).putLong(offsetTerm);
        record(BASE, body);
    }

    private void record(Entry entry) {
        int body = begin(ENTRY, entry.encodedSize());
        entry.writeTo(buffer, body);
    }

    private void record(int kind, byte[] body) {
        int at = begin(kind, body.length);
        System.arraycopy(body, 0, buffer, at, body.length);
    }

    /** Returns where the body goes. */
    private int begin(int kind, int length) {
        int body = buffered + RECORD_BYTES;
        if (body + length > buffer.length) {
            buffer = Arrays.copyOf(buffer, 2 * (body + length));
        }
        ByteBuffer.wrap(buffer, buffered, RECORD_BYTES).put((byte) kind).putInt(length);
        buffered = body + length;
        return body;
    }

    private void flush() throws IOException {
        if (buffered == WRITE_BYTES) {
            return;
        }
        int length = buffered - WRITE_BYTES;
        checksum.reset();
        checksum.update(buffer, WRITE_BYTES, length);
        ByteBuffer source = ByteBuffer.wrap(buffer, 0, buffered);
        source.putInt(length).putInt((int) checksum.getValue()).rewind();
        buffered = WRITE_BYTES;
        while (source.hasRemaining()) {
            fileEnd += file.write(fileEnd, source);
        }
    }

    @Override
    public HardState hardState() {
        return hardState;
    }

    @Override
    public long snapshotIndex() {
        return snapshot.metadata().index();
    }

    @Override
    public void append(List<Entry> newEntries) {
        throw new UnsupportedOperationException("written by write()");
    }

    @Override
    public InitialState initialState() {
        ConfState membership = snapshot.metadata().confState();
        return new InitialState(hardState, membership);
    }

    @Override
    public List<Entry> entries(long lo, long hi, long maxSize) {
        if (lo <= offset) {
            throw new CompactedException("entry " + lo + " was compacted; the first is " + firstIndex());
        }
        if (hi > lastIndex() + 1) {
            throw new UnavailableException("entry " + (hi - 1) + " is not there; the last is " + lastIndex());
        }
        List<Entry> found = new ArrayList<>((int) Math.min(hi - lo, 16));
        long bytes = 0;
        for (long index = lo; index < hi; index++) {
            Entry entry = entries[(int) (index - offset - 1)];
            bytes += entry.encodedSize();
            if (bytes > maxSize && !found.isEmpty()) {
                break;
            }
            found.add(entry);
        }
        return found;
    }

    @Override
    public long term(long index) {
        if (index < offset) {
            throw new CompactedException("the term of entry " + index + " was compacted");
        }
        if (index > lastIndex()) {
            throw new UnavailableException("entry " + index + " is not there; the last is " + lastIndex());
        }
        return index == offset ? offsetTerm : entries[(int) (index - offset - 1)].term();
    }

    @Override
    public long lastIndex() {
        return offset + size;
    }

    @Override
    public long firstIndex() {
        return offset + 1;
    }

    @Override
    public Snapshot snapshot() {
        return snapshot;
    }
}
