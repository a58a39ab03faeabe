package io.lutra.testkit.raft;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A defect that is planted in a copy of the sources, and the invariants of which any must find it. */
final class Mutant {
    /** Replaces a short piece of a source, which must be there once. */
    private record Edit(String file, String find, String replacement) {}

    final String id;
    final String defect;
    final List<String> invariants;
    private final List<Edit> edits = new ArrayList<>();

    private Mutant(String id, String defect, List<String> invariants) {
        this.id = id;
        this.defect = defect;
        this.invariants = invariants;
    }

    static Mutant of(String id, String defect, String... invariants) {
        return new Mutant(id, defect, List.of(invariants));
    }

    /** Plants a part of the defect in a class of the core, such as {@code "protocol/Leader"}. */
    Mutant core(String file, String find, String replacement) {
        edits.add(new Edit("lutra-core/src/main/java/io/lutra/raft/" + file + ".java", find, replacement));
        return this;
    }

    /** Plants a part of the defect in a class of the durable log, such as {@code "Tail"}; seeds run on that log then. */
    Mutant log(String file, String find, String replacement) {
        edits.add(new Edit("lutra-wal/src/main/java/io/lutra/wal/" + file + ".java", find, replacement));
        return this;
    }

    boolean isOfTheLog() {
        return edits.stream().allMatch(edit -> edit.file.startsWith("lutra-wal/"));
    }

    /** Plants a part of the defect in the application that runs the core, in this module. */
    Mutant application(String file, String find, String replacement) {
        edits.add(new Edit("lutra-testkit/src/main/java/io/lutra/testkit/raft/" + file + ".java", find, replacement));
        return this;
    }

    /** Returns the changed sources by their paths. An edit that does not fit is an error. */
    Map<String, String> sources(Path root) throws IOException {
        Map<String, String> changed = new LinkedHashMap<>();
        for (Edit edit : edits) {
            String source =
                    changed.containsKey(edit.file) ? changed.get(edit.file) : Files.readString(root.resolve(edit.file));
            int at = source.indexOf(edit.find);
            if (at < 0 || source.indexOf(edit.find, at + 1) >= 0) {
                throw new IllegalStateException(id + ": not once in " + edit.file
                        + (at < 0 ? " (not there): " : " (more often): ") + edit.find);
            }
            changed.put(
                    edit.file, source.substring(0, at) + edit.replacement + source.substring(at + edit.find.length()));
        }
        return changed;
    }
}
