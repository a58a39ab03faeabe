package io.lutra.raft.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Property;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The log against a list of terms: whatever is appended, cut, stored late, compacted or replaced by a snapshot. */
class RaftLogPropertyTest {
    private static final byte[] NOTHING = {};

    @Test
    void theLogIsAListWithMarks() {
        Property.check(1_000, 1, random -> {
            Run run = new Run(random, random.nextBoolean());
            for (int i = 0; i < 60; i++) {
                run.step();
                run.check();
            }
        });
    }

    private record Write(List<Entry> entries, @Nullable Snapshot snapshot, long term, long index) {}

    /** A log, and beside it what it should be. */
    private static final class Run {
        private final SplittableRandom random;
        private final ApplyLimits limits;
        private final MemoryStorage storage = new MemoryStorage();
        private final RaftLog log;
        private final Queue<Write> writes = new ArrayDeque<>();
        /** The entries after {@code base}; what was handed out to be stored ends at {@code given}. */
        private final List<Entry> model = new ArrayList<>();

        private long base;
        private long baseTerm;
        private long term = 1;
        private long given;
        private long committed;
        private long applying;
        private long applied;
        private final List<Entry> handedOut = new ArrayList<>();

        Run(SplittableRandom random, boolean applyUnstable) {
            this.random = random;
            this.limits = new ApplyLimits(applyUnstable, random.nextBoolean() ? Long.MAX_VALUE : 40);
            List<Entry> stored = entries(1, random.nextInt(5));
            storage.append(stored);
            model.addAll(stored);
            given = stored.size();
            this.log = new RaftLog(storage);
        }

        private List<Entry> entries(long from, int count) {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (random.nextInt(4) == 0) {
                    term++;
                }
                entries.add(Entry.of(term, from + i, new byte[random.nextInt(10)]));
            }
            return entries;
        }

        private long last() {
            return base + model.size();
        }

        private long termAt(long index) {
            if (index == base) {
                return baseTerm;
            }
            return index > base && index <= last() ? get(index).term() : RaftLog.UNKNOWN_TERM;
        }

        private Entry get(long index) {
            return model.get((int) (index - base - 1));
        }

        void step() {
            switch (random.nextInt(10)) {
                case 0, 1 -> append();
                case 2, 3 -> appendSlice();
                case 4 -> give();
                case 5 -> write();
                case 6 -> commit();
                case 7, 8 -> apply();
                default -> compactOrRestore();
            }
        }

        private void append() {
            List<Entry> entries = entries(last() + 1, random.nextInt(4));
            log.append(entries);
            model.addAll(entries);
        }

        /** As from a leader of a new term, whose log agrees with this one up to somewhere above the commit index. */
        private void appendSlice() {
            long prev = committed + random.nextInt((int) (last() - committed) + 2);
            boolean attaches = prev <= last() && random.nextInt(4) > 0;
            long prevTerm = attaches ? termAt(prev) : term + 5;
            List<Entry> slice = new ArrayList<>();
            long index = prev + 1;
            while (attaches && index <= last() && random.nextInt(3) > 0) {
                slice.add(get(index++));
            }
            boolean agrees = random.nextBoolean();
            if (!agrees) {
                term++;
                slice.addAll(entries(index, 1 + random.nextInt(3)));
            }
            long leaderCommit = random.nextInt((int) last() + 3);
            long result = log.maybeAppend(new LogSlice(prevTerm, prev, slice), leaderCommit);
            if (!attaches) {
                assertThat(result).isEqualTo(RaftLog.REJECTED);
                return;
            }
            assertThat(result).isEqualTo(prev + slice.size());
            for (Entry entry : slice) {
                if (termAt(entry.index()) != entry.term()) {
                    model.subList((int) (entry.index() - base - 1), model.size())
                            .clear();
                    given = Math.min(given, entry.index() - 1);
                    model.add(entry);
                }
            }
            committed = Math.max(committed, Math.min(leaderCommit, prev + slice.size()));
        }

        /** Hands out what is to be stored. */
        private void give() {
            List<Entry> next = log.nextUnstableEntries();
            assertThat(next).isEqualTo(model.subList((int) (given - base), model.size()));
            assertThat(log.hasNextUnstableEntries()).isEqualTo(!next.isEmpty());
            Snapshot snapshot = log.nextUnstableSnapshot();
            writes.add(new Write(next, snapshot, log.lastTerm(), log.lastIndex()));
            log.acceptUnstable();
            assertThat(log.hasNextUnstableEntries()).isFalse();
            assertThat(log.nextUnstableSnapshot()).isNull();
            given = last();
        }

        private void write() {
            Write write = writes.poll();
            if (write == null) {
                return;
            }
            if (write.snapshot() != null) {
                storage.applySnapshot(write.snapshot());
                assertThat(log.stableSnapshotTo(write.snapshot().metadata().index()))
                        .isTrue();
            }
            storage.append(write.entries());
            log.stableTo(write.term(), write.index());
            assertThat(log.stableSnapshotTo(last() + 1000)).isFalse();
        }

        private void commit() {
            long index = Math.min(last(), committed + random.nextInt(4));
            if (random.nextBoolean()) {
                log.commitTo(index);
                committed = Math.max(committed, index);
            } else {
                boolean raises = index > committed && termAt(index) == term;
                assertThat(log.maybeCommit(index, term)).isEqualTo(raises);
                committed = raises ? index : committed;
            }
        }

        private void apply() {
            if (!handedOut.isEmpty() && random.nextBoolean()) {
                int count = 1 + random.nextInt(handedOut.size());
                List<Entry> done = handedOut.subList(0, count);
                long index = Math.max(applied, done.get(count - 1).index());
                log.appliedTo(index, Sizes.encoded(done));
                applied = index;
                applying = Math.max(applying, applied);
                done.clear();
                return;
            }
            boolean has = log.hasNextCommittedEntries(limits);
            List<Entry> next = log.nextCommittedEntries(limits);
            assertThat(next.isEmpty()).isEqualTo(!has);
            if (has) {
                assertThat(next)
                        .isEqualTo(model.subList((int) (applying - base), (int) (applying - base) + next.size()));
                applying += next.size();
                assertThat(applying).isLessThanOrEqualTo(committed);
                assertThat(limits.unstable() || applying <= storage.lastIndex()).isTrue();
                handedOut.addAll(next);
                log.acceptApplying(next, limits);
            } else if (handedOut.isEmpty() && limits.unstable() && !log.hasPendingSnapshot()) {
                assertThat(applying)
                        .as("with nothing under way, everything may be applied")
                        .isEqualTo(committed);
            }
        }

        private void compactOrRestore() {
            if (random.nextBoolean()) {
                long index = Math.min(applied, storage.lastIndex());
                if (!log.hasPendingSnapshot() && !log.hasUnstableEntries() && index >= storage.firstIndex()) {
                    baseTerm = termAt(index);
                    model.subList(0, (int) (index - base)).clear();
                    base = index;
                    storage.compact(index);
                }
                return;
            }
            if (random.nextInt(4) == 0 && writes.isEmpty()) {
                long index = committed + 1 + random.nextInt(5);
                term++;
                Snapshot snapshot =
                        Snapshot.of(NOTHING, SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), index, term));
                log.restore(snapshot);
                model.clear();
                base = index;
                baseTerm = term;
                given = index;
                committed = index;
                // The application restores it; what was handed out before is in it.
                handedOut.clear();
                give();
                write();
                log.appliedTo(index, Long.MAX_VALUE);
                applied = index;
                applying = index;
            }
        }

        void check() {
            assertThat(log.lastIndex()).isEqualTo(last());
            assertThat(log.firstIndex()).isEqualTo(base + 1);
            assertThat(log.committed()).isEqualTo(committed);
            assertThat(log.applied()).isEqualTo(applied);
            assertThat(log.applying()).isEqualTo(applying);
            assertThat(log.lastTerm()).isEqualTo(termAt(last()));
            for (long index = Math.max(0, base - 2); index <= last() + 2; index++) {
                long expected = termAt(index);
                assertThat(log.term(index)).as("term of %d", index).isEqualTo(expected);
                assertThat(log.termOrZero(index)).isEqualTo(Math.max(0, expected));
                assertThat(log.matches(expected, index)).isTrue();
                assertThat(log.matches(expected + 1, index)).isFalse();
            }
            checkEntries();
            checkConflicts();
            long lastTerm = termAt(last());
            assertThat(log.isUpToDate(lastTerm, last())).isTrue();
            assertThat(log.isUpToDate(lastTerm, last() - 1)).isFalse();
            assertThat(log.isUpToDate(lastTerm - 1, last() + 9)).isFalse();
            assertThat(log.isUpToDate(lastTerm + 1, 0)).isTrue();
        }

        private void checkEntries() {
            assertThat(log.entries(last() + 1, 100)).isEmpty();
            if (model.isEmpty()) {
                return;
            }
            long lo = base + 1 + random.nextInt(model.size());
            assertThat(log.entries(lo, Long.MAX_VALUE)).isEqualTo(model.subList((int) (lo - base - 1), model.size()));
            long maxSize = random.nextInt(60);
            List<Entry> some = log.entries(lo, maxSize);
            assertThat(some).isNotEmpty();
            assertThat(some).isEqualTo(model.subList((int) (lo - base - 1), (int) (lo - base - 1) + some.size()));
            assertThat(some.size() == 1 || Sizes.encoded(some) <= maxSize).isTrue();
            long next = lo + some.size();
            if (next <= last()) {
                assertThat(Sizes.encoded(some) + get(next).encodedSize()).isGreaterThan(maxSize);
            }
        }

        private void checkConflicts() {
            long index = random.nextInt((int) last() + 3);
            long ofTerm = random.nextInt((int) term + 2);
            long expected = index;
            while (expected > 0 && termAt(expected) > ofTerm) {
                expected--;
            }
            assertThat(log.findConflictByTerm(index, ofTerm)).isEqualTo(expected);
        }
    }
}
