package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.SnapshotMetadata;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/log.md are code that is compiled and run. */
class LogGuideTest {
    private static final Path ROOT = Path.of(System.getProperty("lutra.root"));

    /** The examples, as they stand in the page. */
    private static final class Guide {
        private volatile boolean running = true;
        private final List<String> answers = new ArrayList<>();

        private void answer(String what) {
            synchronized (answers) {
                answers.add(what);
            }
        }

        private boolean hasAnswers(int count) {
            synchronized (answers) {
                return answers.size() >= count;
            }
        }

        // Guide: open
        private static Wal open(Path directory, UUID cluster, long host) throws IOException {
            FileDisk disk = new FileDisk(directory);
            WalIdentity identity = new WalIdentity(cluster, host);
            return Wal.exists(disk)
                    ? Wal.open(disk, identity, WalOptions.DEFAULTS)
                    : Wal.create(disk, identity, WalOptions.DEFAULTS);
        }
        // Guide: end

        // Guide: queue
        private void store(GroupLog group, HardState hardState, List<Entry> entries) {
            group.append(hardState, entries, failure -> {
                if (failure == null) {
                    answer(group.id() + " has " + entries.size() + " more"); // now a follower may say so
                }
            });
        }
        // Guide: end

        // Guide: threads
        private void write(Wal wal) {
            while (running) {
                if (wal.doWork() == 0) { // all that gathered: one write, one sync, then the completions
                    LockSupport.parkNanos(50_000);
                }
            }
        }

        private void maintain(Wal wal) {
            while (running) {
                if (!wal.maintain()) { // zeros for the next segment, segments and snapshots that are not needed
                    LockSupport.parkNanos(1_000_000);
                }
            }
        }
        // Guide: end

        // Guide: snapshot
        private void snapshot(GroupLog group, long applied, ConfState members, InputStream state) throws IOException {
            SnapshotMetadata metadata = SnapshotMetadata.of(members, applied, group.term(applied));
            try (SnapshotWriter out = group.newSnapshot(metadata)) {
                state.transferTo(out);
                group.mark(out.commit(), failure -> {
                    if (failure == null) {
                        answer(group.id() + " has a snapshot");
                    }
                });
            }
            group.compact(Math.max(0, applied - 1_000), Completion.NONE); // some stay, for followers close behind
        }
        // Guide: end
    }

    @Test
    void examplesAreTheOnesOfThePage() throws IOException {
        String page = Files.readString(ROOT.resolve("docs/log.md"));
        String source = Files.readString(ROOT.resolve("lutra-wal/src/test/java/io/lutra/wal/LogGuideTest.java"));
        int examples = 0;
        for (String part : source.split("        // Guide: (?!end)\\w+\n", -1)) {
            int end = part.indexOf("        // Guide: end\n");
            if (end > 0) {
                assertThat(page)
                        .contains("```java\n"
                                + part.substring(0, end).stripTrailing().stripIndent() + "\n```\n");
                examples++;
            }
        }
        assertThat(examples).isEqualTo(4);
    }

    @Test
    void examplesWork(@TempDir Path directory) throws Exception {
        Guide guide = new Guide();
        UUID cluster = new UUID(1, 2);
        try (Wal wal = Guide.open(directory, cluster, 1)) {
            Thread writer = new Thread(() -> guide.write(wal));
            Thread maintenance = new Thread(() -> guide.maintain(wal));
            writer.start();
            maintenance.start();
            GroupLog group = wal.createGroup(7, 1, failure -> guide.answer("made"));
            await(guide, 1);
            guide.store(group, HardState.of(1, 1, 0), Scenes.entries(1, 2_000, 1));
            await(guide, 2);
            guide.snapshot(group, 1_500, ConfState.of(List.of(1L), List.of()), new ByteArrayInputStream(new byte[5]));
            await(guide, 3);
            guide.running = false;
            writer.join();
            maintenance.join();
        }
        assertThat(guide.answers).containsExactly("made", "7 has 2000 more", "7 has a snapshot");
        try (Wal wal = Guide.open(directory, cluster, 1)) {
            GroupLog group = wal.group(7);
            assertThat(group).isNotNull();
            assertThat(group.firstIndex()).isEqualTo(501);
            assertThat(group.lastIndex()).isEqualTo(2_000);
            assertThat(group.snapshot().index()).isEqualTo(1_500);
        }
    }

    private static void await(Guide guide, int answers) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!guide.hasAnswers(answers) && System.nanoTime() < end) {
            LockSupport.parkNanos(100_000);
        }
        assertThat(guide.hasAnswers(answers)).isTrue();
    }
}
