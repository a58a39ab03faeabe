package io.lutra.wal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files in arrays that only a test changes: to read a damaged log very often. */
final class FrozenDirectory implements Disk {
    private final TreeMap<String, byte[]> files;

    FrozenDirectory(Map<String, byte[]> files) {
        this.files = new TreeMap<>(files);
    }

    void put(String name, byte[] content) {
        files.put(name, content);
    }

    @Override
    public List<String> list() {
        return List.copyOf(files.keySet());
    }

    @Override
    public DiskFile openToRead(String name) {
        byte[] content = files.get(name);
        return new DiskFile() {
            @Override
            public long size() {
                return content.length;
            }

            @Override
            public int read(ByteBuffer target, long offset) {
                int count = (int) Math.max(0, Math.min(target.remaining(), content.length - offset));
                target.put(content, (int) offset, count);
                return count;
            }

            @Override
            public void write(ByteBuffer source, long offset) throws IOException {
                throw readOnly();
            }

            @Override
            public void sync() throws IOException {
                throw readOnly();
            }

            @Override
            public void truncate(long size) throws IOException {
                throw readOnly();
            }

            @Override
            public void close() {}
        };
    }

    private static IOException readOnly() {
        return new IOException("Read-only file system");
    }

    @Override
    public DiskFile create(String name) throws IOException {
        throw readOnly();
    }

    @Override
    public DiskFile open(String name) throws IOException {
        throw readOnly();
    }

    @Override
    public void rename(String from, String to) throws IOException {
        throw readOnly();
    }

    @Override
    public void delete(String name) throws IOException {
        throw readOnly();
    }

    @Override
    public void sync() throws IOException {
        throw readOnly();
    }

    @Override
    public long freeBytes() {
        return 0;
    }

    @Override
    public Closeable lock(String name) throws IOException {
        throw readOnly();
    }

    @Override
    public boolean isLocked(String name) {
        return false;
    }
}
