package io.lutra.wal;

import io.lutra.raft.ConfState;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.SnapshotMetadata;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/**
 * Streams a snapshot out of its file, which is not deleted before this is closed.
 *
 * <p>A byte is given only after the chunk it is in was checked, the end of the stream only after the whole file was: what
 * throws a {@link DamagedSnapshotException} has not ended. For one thread, which need not be the log's.
 */
public final class SnapshotReader extends InputStream {
    private final String name;
    private final DiskFile file;
    private final Checksum sums;
    private final Runnable onClose;
    private final long group;
    private final int generation;
    private final SnapshotMetadata metadata;
    private final byte[] chunk = new byte[SnapshotWriter.CHUNK_HEADER + SnapshotWriter.MAX_CHUNK];
    private int from;
    private int to;
    private long offset;
    private long total;
    private boolean ended;
    private boolean closed;

    /** Takes the file over, also if it cannot be read. */
    SnapshotReader(String name, DiskFile file, long logId, Runnable onClose) {
        this.name = name;
        this.file = file;
        this.sums = new Checksum(logId);
        this.onClose = onClose;
        boolean whole = false;
        try {
            byte[] header = new byte[SnapshotWriter.HEADER];
            readFully(header, 0, header.length);
            if (!Format.hasPreamble(header, Format.SNAPSHOT_MAGIC, name)) {
                throw damaged("it does not begin as a snapshot does");
            }
            int confStateSize = LittleEndian.getInt(header, 20);
            boolean isSane = confStateSize >= 0
                    && confStateSize <= Math.min(SnapshotWriter.MAX_MEMBERSHIP, file.size() - header.length);
            if (!isSane) {
                throw damaged("its header says that the membership takes " + confStateSize + " bytes");
            }
            byte[] bytes = Arrays.copyOf(header, header.length + confStateSize);
            readFully(bytes, header.length, confStateSize);
            if (LittleEndian.getInt(bytes, Format.PREAMBLE) != Checksum.plain(bytes, 20, bytes.length)) {
                throw damaged("its header is not what was written");
            }
            group = LittleEndian.getLong(bytes, 32);
            generation = LittleEndian.getInt(bytes, 40);
            metadata = SnapshotMetadata.of(
                    ConfState.parse(Arrays.copyOfRange(bytes, header.length, bytes.length)),
                    LittleEndian.getLong(bytes, 48),
                    LittleEndian.getLong(bytes, 56));
            String rightName = SnapshotFile.name(group, generation, metadata.index(), metadata.term());
            if (LittleEndian.getLong(bytes, 24) != logId || !name.equals(rightName)) {
                throw damaged("it is " + rightName + " of another place");
            }
            whole = true;
        } catch (MalformedBytesException e) {
            throw damaged("its membership is " + e.getMessage());
        } catch (IOException e) {
            throw new WalException("snapshot " + name + " cannot be read", e);
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    /** Returns which prefix of the log the snapshot stands for. */
    public SnapshotMetadata metadata() {
        return metadata;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int at, int length) {
        Objects.checkFromIndexSize(at, length, target.length);
        if (closed) {
            throw new WalException("snapshot " + name + " is closed");
        }
        if (length == 0) {
            return 0;
        }
        if (from == to && !ended) {
            nextChunk();
        }
        if (ended) {
            return -1;
        }
        int part = Math.min(length, to - from);
        System.arraycopy(chunk, from, target, at, part);
        from += part;
        return part;
    }

    /** Returns all that was not read yet; for snapshots that fit in memory. */
    @Override
    public byte[] readAllBytes() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] part = new byte[SnapshotWriter.MAX_CHUNK];
        for (int count = read(part, 0, part.length); count >= 0; count = read(part, 0, part.length)) {
            all.write(part, 0, count);
        }
        return all.toByteArray();
    }

    private void nextChunk() {
        try {
            long at = offset;
            readFully(chunk, 0, SnapshotWriter.CHUNK_HEADER);
            int size = LittleEndian.getInt(chunk, 4);
            if (size < 0 || size > SnapshotWriter.MAX_CHUNK) {
                throw damaged("a chunk at " + at + " says that it has " + size + " bytes");
            }
            int data = size == 0 ? 8 : size;
            readFully(chunk, SnapshotWriter.CHUNK_HEADER, data);
            int sum = sums.at(group, metadata.index(), at, chunk, 4, SnapshotWriter.CHUNK_HEADER + data);
            if (sum != LittleEndian.getInt(chunk, 0)) {
                throw damaged("the chunk at " + at + " is not what was written");
            }
            if (size == 0) {
                if (LittleEndian.getLong(chunk, SnapshotWriter.CHUNK_HEADER) != total || file.size() != offset) {
                    throw damaged("it does not end where it should");
                }
                ended = true;
                return;
            }
            total += size;
            from = SnapshotWriter.CHUNK_HEADER;
            to = from + size;
        } catch (IOException e) {
            throw new WalException("snapshot " + name + " cannot be read", e);
        }
    }

    private void readFully(byte[] target, int at, int count) throws IOException {
        int read = file.read(ByteBuffer.wrap(target, at, count), offset);
        if (read < count) {
            throw damaged("it ends at " + (offset + read));
        }
        offset += count;
    }

    private DamagedSnapshotException damaged(String reason) {
        return new DamagedSnapshotException("snapshot " + name + " is damaged: " + reason);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            file.close();
        } catch (IOException e) {
            throw new WalException("snapshot " + name + " cannot be closed", e);
        } finally {
            onClose.run();
        }
    }
}
