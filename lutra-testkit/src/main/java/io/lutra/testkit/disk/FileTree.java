package io.lutra.testkit.disk;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The names of a disk. A change is seen at once and durable only when a directory that it touched is synced; until then a
 * power cut keeps it whole or loses it whole, a rename too. What touched a name later does not survive without what
 * touched it earlier: every file system orders that.
 */
final class FileTree {
    /** A place of a name: which directory, which name. */
    private record Slot(Directory directory, String name) {
        @Nullable
        Inode inode() {
            return directory.live.get(name);
        }
    }

    /** A slot that gets another inode, or none. */
    private record Binding(Slot slot, @Nullable Inode inode) {}

    /** What survives a power cut whole or not at all. Not a record: two removals of one name are two changes. */
    private static final class Change {
        final List<Binding> bindings;

        Change(List<Binding> bindings) {
            this.bindings = bindings;
        }

        boolean touches(Directory directory) {
            return bindings.stream().anyMatch(binding -> binding.slot.directory == directory);
        }

        boolean touchesAny(Set<Slot> slots) {
            return bindings.stream().anyMatch(binding -> slots.contains(binding.slot));
        }

        void addSlotsTo(Set<Slot> slots) {
            bindings.forEach(binding -> slots.add(binding.slot));
        }

        void persist() {
            bindings.forEach(binding -> bind(binding.slot.directory.durable, binding.slot.name, binding.inode));
        }
    }

    private final Directory root;
    private final List<Change> unsynced;
    private int nextFileId;

    FileTree() {
        this(new Directory(), new ArrayList<>(), 0);
    }

    private FileTree(Directory root, List<Change> unsynced, int nextFileId) {
        this.root = root;
        this.unsynced = unsynced;
        this.nextFileId = nextFileId;
    }

    FileTree copy() {
        Map<Inode, Inode> copies = new HashMap<>();
        List<Change> changes = new ArrayList<>();
        for (Change change : unsynced) {
            List<Binding> bindings = new ArrayList<>();
            for (Binding binding : change.bindings) {
                Slot slot = new Slot((Directory) copyOf(binding.slot.directory, copies), binding.slot.name);
                bindings.add(new Binding(slot, binding.inode == null ? null : copyOf(binding.inode, copies)));
            }
            changes.add(new Change(bindings));
        }
        return new FileTree((Directory) copyOf(root, copies), changes, nextFileId);
    }

    private static Inode copyOf(Inode original, Map<Inode, Inode> copies) {
        Inode known = copies.get(original);
        if (known != null) {
            return known;
        }
        if (original instanceof FileImage file) {
            FileImage copy = file.copy();
            copies.put(file, copy);
            return copy;
        }
        Directory directory = (Directory) original;
        Directory copy = new Directory();
        copies.put(directory, copy);
        directory.live.forEach((name, inode) -> copy.live.put(name, copyOf(inode, copies)));
        directory.durable.forEach((name, inode) -> copy.durable.put(name, copyOf(inode, copies)));
        return copy;
    }

    FileImage create(String path) throws FileSystemException {
        Slot slot = freeSlot(path);
        FileImage file = new FileImage(nextFileId++);
        change(new Binding(slot, file));
        return file;
    }

    void createDirectory(String path) throws FileSystemException {
        change(new Binding(freeSlot(path), new Directory()));
    }

    void rename(String from, String to) throws FileSystemException {
        Slot source = slot(from);
        Inode moved = existing(source, from);
        Slot target = slot(to);
        Inode replaced = target.inode();
        if (replaced == moved) {
            return;
        }
        if (replaced instanceof Directory || (replaced != null && moved instanceof Directory)) {
            throw new FileAlreadyExistsException(to);
        }
        if (moved instanceof Directory && source.directory != target.directory) {
            // Else two changes of which one survives could leave a directory inside itself.
            throw new FileSystemException(from, to, "A directory is renamed inside its parent only");
        }
        unlink(replaced);
        change(new Binding(source, null), new Binding(target, moved));
    }

    void delete(String path) throws FileSystemException {
        Slot slot = slot(path);
        Inode inode = existing(slot, path);
        if (inode instanceof Directory directory && !directory.live.isEmpty()) {
            throw new FileSystemException(path, null, "Directory not empty");
        }
        unlink(inode);
        change(new Binding(slot, null));
    }

    private static void unlink(@Nullable Inode inode) {
        if (inode instanceof FileImage file) {
            file.linked = false;
        }
    }

    FileImage file(String path) throws FileSystemException {
        if (existing(slot(path), path) instanceof FileImage file) {
            return file;
        }
        throw new FileSystemException(path, null, "Is a directory");
    }

    @Nullable
    FileImage fileOrNull(String path) throws FileSystemException {
        return slot(path).inode() instanceof FileImage file ? file : null;
    }

    Directory directory(String path) throws FileSystemException {
        if (path.isEmpty()) {
            return root;
        }
        if (existing(slot(path), path) instanceof Directory directory) {
            return directory;
        }
        throw new FileSystemException(path, null, "Not a directory");
    }

    boolean exists(String path) {
        try {
            return path.isEmpty() || existing(slot(path), path) != null;
        } catch (FileSystemException absent) {
            return false;
        }
    }

    void sync(Directory directory) {
        Set<Slot> needed = new HashSet<>();
        List<Change> synced = new ArrayList<>();
        for (int i = unsynced.size() - 1; i >= 0; i--) {
            Change change = unsynced.get(i);
            if (change.touches(directory) || change.touchesAny(needed)) {
                change.addSlotsTo(needed);
                synced.add(0, change);
            }
        }
        synced.forEach(Change::persist);
        unsynced.removeAll(synced);
    }

    int unsyncedUnits() {
        int units = unsynced.size();
        for (FileImage file : files()) {
            units += file.unsyncedUnits();
        }
        return units;
    }

    /** Makes durable what survives. */
    void persist(Survival survival) {
        Collection<FileImage> files = files();
        Set<Slot> lost = new HashSet<>();
        List<Change> kept = new ArrayList<>();
        int unit = 0;
        for (Change change : unsynced) {
            if (survival.fate(unit++) == Survival.Fate.KEPT && !change.touchesAny(lost)) {
                change.persist();
                kept.add(change);
            } else {
                change.addSlotsTo(lost);
            }
        }
        unsynced.removeAll(kept);
        for (FileImage file : files) {
            unit = file.persist(survival, unit);
        }
    }

    /** What a power cut leaves is what is durable. */
    void revert() {
        unsynced.clear();
        files().forEach(file -> file.linked = false);
        revert(root);
    }

    private static void revert(Directory directory) {
        directory.live.clear();
        directory.live.putAll(directory.durable);
        for (Inode inode : directory.live.values()) {
            if (inode instanceof FileImage file) {
                file.linked = true;
                file.revert();
            } else {
                revert((Directory) inode);
            }
        }
    }

    /** Returns the files that a name leads to, or may lead to after a power cut, by age. */
    Collection<FileImage> files() {
        Map<Integer, FileImage> files = new TreeMap<>();
        collect(root, files);
        for (Change change : unsynced) {
            change.bindings.forEach(binding -> collect(binding.inode, files));
        }
        return files.values();
    }

    private static void collect(@Nullable Inode inode, Map<Integer, FileImage> files) {
        if (inode instanceof FileImage file) {
            files.put(file.id, file);
        } else if (inode instanceof Directory directory) {
            directory.live.values().forEach(child -> collect(child, files));
            directory.durable.values().forEach(child -> collect(child, files));
        }
    }

    private void change(Binding... bindings) {
        for (Binding binding : bindings) {
            bind(binding.slot.directory.live, binding.slot.name, binding.inode);
        }
        unsynced.add(new Change(List.of(bindings)));
    }

    private static void bind(Map<String, Inode> names, String name, @Nullable Inode inode) {
        if (inode == null) {
            names.remove(name);
        } else {
            names.put(name, inode);
        }
    }

    private Slot freeSlot(String path) throws FileSystemException {
        Slot slot = slot(path);
        if (slot.directory.live.containsKey(slot.name)) {
            throw new FileAlreadyExistsException(path);
        }
        return slot;
    }

    private static Inode existing(Slot slot, String path) throws NoSuchFileException {
        Inode inode = slot.inode();
        if (inode == null) {
            throw new NoSuchFileException(path);
        }
        return inode;
    }

    private Slot slot(String path) throws FileSystemException {
        Directory directory = root;
        int from = 0;
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', from)) {
            Inode inode = directory.live.get(path.substring(from, slash));
            if (!(inode instanceof Directory child)) {
                throw new NoSuchFileException(path);
            }
            directory = child;
            from = slash + 1;
        }
        return new Slot(directory, path.substring(from));
    }
}
