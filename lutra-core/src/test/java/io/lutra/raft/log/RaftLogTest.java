package io.lutra.raft.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.Entry;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the log refuses, how it pauses applying, and what late answers of the storage mean. */
class RaftLogTest {
    private static final byte[] NOTHING = {};
    private static final int SIZE = entries(1, 1).get(0).encodedSize();

    private static List<Entry> entries(long from, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(Entry.of(terms[i], from + i, new byte[10]));
        }
        return entries;
    }

    private static MemoryStorage stored(long... terms) {
        MemoryStorage storage = new MemoryStorage();
        storage.append(entries(1, terms));
        return storage;
    }

    private static Snapshot snapshot(long index, long term) {
        return Snapshot.of(NOTHING, SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), index, term));
    }

    @Test
    void nothingCommittedIsReplaced() {
        RaftLog log = new RaftLog(stored(1, 1, 1));
        log.commitTo(2);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> log.append(entries(2, 2)));
        log.append(entries(3, 2));
        assertThat(log.term(3)).isEqualTo(2);
        log.append(List.of());
        assertThat(log.lastIndex()).isEqualTo(3);
    }

    @Test
    void noGapIsAppended() {
        RaftLog log = new RaftLog(stored(1));
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> log.append(entries(3, 1)));
    }

    @Test
    void marksStayWithinTheLog() {
        RaftLog log = new RaftLog(stored(1, 1, 1));
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> log.commitTo(4));
        log.commitTo(3);
        log.commitTo(1);
        assertThat(log.committed()).isEqualTo(3);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> log.appliedTo(4, 0));
        log.appliedTo(2, 0);
        log.appliedTo(2, 0);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> log.appliedTo(1, 0));

        MemoryStorage compacted = stored(1, 1, 1);
        compacted.compact(2);
        RaftLog restarted = new RaftLog(compacted);
        assertThat(restarted.committed()).isEqualTo(2);
        assertThat(restarted.applied()).isEqualTo(2);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> restarted.loadCommitted(1));
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> restarted.loadCommitted(4));
        restarted.loadCommitted(2);
        restarted.loadCommitted(3);
        assertThat(restarted.committed()).isEqualTo(3);
    }

    @Test
    void whatWasCompactedIsNotRead() {
        MemoryStorage storage = stored(1, 1, 1);
        storage.compact(2);
        RaftLog log = new RaftLog(storage);
        assertThatExceptionOfType(CompactedException.class).isThrownBy(() -> log.entries(2, 100));
        assertThat(log.slice(3, 3, 100)).isEmpty();
        assertThat(log.slice(4, 3, 100)).isEmpty();
    }

    @Test
    void applyingPausesAtTheLimitAndGoesOnWithAnAcknowledgement() {
        ApplyLimits limits = new ApplyLimits(true, 2L * SIZE);
        RaftLog log = new RaftLog(stored(1, 1, 1, 1));
        log.commitTo(4);
        List<Entry> first = log.nextCommittedEntries(limits);
        assertThat(first).extracting(Entry::index).containsExactly(1L, 2L);
        log.acceptApplying(first, limits);
        assertThat(log.hasNextCommittedEntries(limits)).isFalse();
        log.appliedTo(1, SIZE);
        assertThat(log.nextCommittedEntries(limits)).extracting(Entry::index).containsExactly(3L);
    }

    @Test
    void applyingPausesWhenTheLimitIsJustReached() {
        ApplyLimits limits = new ApplyLimits(true, 2L * SIZE);
        RaftLog log = new RaftLog(stored(1, 1, 1, 1));
        log.commitTo(2);
        log.acceptApplying(log.nextCommittedEntries(limits), limits);
        log.commitTo(4);
        assertThat(log.hasNextCommittedEntries(limits)).isFalse();
        log.appliedTo(1, 0);
        assertThat(log.hasNextCommittedEntries(limits))
                .as("by a snapshot: gives nothing back")
                .isFalse();
        log.appliedTo(1, 1);
        assertThat(log.hasNextCommittedEntries(limits)).isTrue();
    }

    /** What did not fit waits, even if bytes are left: etcd's way. */
    @Test
    void applyingPausesWhenTheNextEntryDidNotFit() {
        ApplyLimits limits = new ApplyLimits(true, SIZE + 1L);
        RaftLog log = new RaftLog(stored(1, 1, 1));
        log.commitTo(2);
        List<Entry> first = log.nextCommittedEntries(limits);
        assertThat(first).hasSize(1);
        log.acceptApplying(first, limits);
        assertThat(log.hasNextCommittedEntries(limits)).isFalse();

        RaftLog all = new RaftLog(stored(1, 1, 1));
        all.commitTo(1);
        all.acceptApplying(all.nextCommittedEntries(limits), limits);
        all.commitTo(2);
        assertThat(all.hasNextCommittedEntries(limits)).isTrue();
    }

    @Test
    void aLimitOfNothingAppliesOneByOne() {
        ApplyLimits limits = new ApplyLimits(true, 0);
        RaftLog log = new RaftLog(stored(1, 1));
        log.commitTo(2);
        log.acceptApplying(log.nextCommittedEntries(limits), limits);
        assertThat(log.applying()).isEqualTo(1);
        assertThat(log.hasNextCommittedEntries(limits)).isFalse();
        log.appliedTo(1, SIZE);
        assertThat(log.nextCommittedEntries(limits)).extracting(Entry::index).containsExactly(2L);
    }

    @Test
    void onlyWhatIsStoredIsAppliedIfThatIsAskedFor() {
        RaftLog log = new RaftLog(stored(1));
        log.append(entries(2, 1, 1));
        log.commitTo(3);
        assertThat(log.nextCommittedEntries(new ApplyLimits(false, Long.MAX_VALUE)))
                .extracting(Entry::index)
                .containsExactly(1L);
        assertThat(log.nextCommittedEntries(new ApplyLimits(true, Long.MAX_VALUE)))
                .extracting(Entry::index)
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void aLateAnswerOfTheStorageCountsForWhatIsStillThere() {
        RaftLog log = new RaftLog(stored(1));
        log.append(entries(2, 1, 1));
        log.acceptUnstable();
        log.append(entries(3, 2, 2));
        log.stableTo(1, 3);
        assertThat(log.hasUnstableEntries()).isTrue();
        assertThat(log.nextUnstableEntries()).extracting(Entry::index).containsExactly(3L, 4L);
        log.stableTo(1, 2);
        assertThat(log.nextUnstableEntries()).extracting(Entry::index).containsExactly(3L, 4L);
        log.stableTo(2, 4);
        assertThat(log.nextUnstableEntries())
                .as("never handed out, so not stored")
                .hasSize(2);
        log.acceptUnstable();
        log.stableTo(2, 3);
        assertThat(log.hasUnstableEntries()).isTrue();
        log.stableTo(2, 4);
        assertThat(log.hasUnstableEntries()).isFalse();
        assertThat(log.lastIndex()).isEqualTo(4);
    }

    /** An answer of the storage to a write from before does not count: the same term and index may be another entry. */
    @Test
    void whatIsReplacedWhileItIsStoredIsCounted() {
        RaftLog log = new RaftLog(stored(1));
        log.append(entries(2, 1, 1));
        log.append(entries(3, 2));
        assertThat(log.replacements()).as("what was not handed out yet").isZero();
        log.acceptUnstable();
        log.append(entries(4, 2));
        assertThat(log.replacements()).as("what follows it").isZero();
        log.append(entries(3, 3));
        assertThat(log.replacements()).isEqualTo(1);
        log.restore(snapshot(9, 3));
        assertThat(log.replacements()).isEqualTo(2);
        log.restore(snapshot(12, 3));
        assertThat(log.replacements()).as("nothing was being stored").isEqualTo(2);
    }

    @Test
    void aSnapshotStandsForTheLogUntilItIsStored() {
        MemoryStorage storage = stored(1, 1);
        ApplyLimits limits = new ApplyLimits(true, 100);
        RaftLog log = new RaftLog(storage);
        assertThat(log.snapshot()).isEqualTo(Snapshot.EMPTY);
        log.restore(snapshot(9, 3));
        assertThat(log.hasPendingSnapshot()).isTrue();
        assertThat(log.snapshot()).isEqualTo(snapshot(9, 3));
        assertThat(log.firstIndex()).isEqualTo(10);
        assertThat(log.term(9)).isEqualTo(3);
        assertThat(log.term(1)).isEqualTo(RaftLog.UNKNOWN_TERM);
        assertThat(log.hasNextCommittedEntries(limits)).isFalse();
        assertThat(log.nextUnstableSnapshot()).isEqualTo(snapshot(9, 3));

        assertThat(log.stableSnapshotTo(9)).as("it was not handed out").isFalse();
        log.acceptUnstable();
        assertThat(log.nextUnstableSnapshot()).isNull();
        assertThat(log.stableSnapshotTo(8)).as("an older one").isTrue();
        assertThat(log.hasPendingSnapshot()).isTrue();
        storage.applySnapshot(snapshot(9, 3));
        assertThat(log.stableSnapshotTo(9)).isTrue();
        assertThat(log.hasPendingSnapshot()).isFalse();
        assertThat(log.term(9)).isEqualTo(3);
    }

    @Test
    void whatWasHandedOutDoesNotChange() {
        RaftLog log = new RaftLog(stored());
        log.append(entries(1, 1, 1, 1));
        List<Entry> out = log.nextUnstableEntries();
        log.append(entries(2, 2));
        log.append(entries(3, 2, 2, 2, 2, 2));
        assertThat(out).extracting(Entry::term).containsExactly(1L, 1L, 1L);
        assertThat(out.subList(1, 2)).extracting(Entry::index).containsExactly(2L);
        assertThat(out.subList(0, 3)).isEqualTo(out);
        assertThat(out.subList(1, 1)).isEmpty();
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> out.get(3));
        List<Entry> part = out.subList(0, 2);
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> part.get(2));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> out.get(-1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> out.subList(2, 4));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> out.subList(-1, 2));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> out.subList(2, 1));
        assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(() -> out.set(0, out.get(1)));
    }

    @Test
    void aSliceIsPartOfALeadersLog() {
        assertThat(new LogSlice(2, 5, List.of()).isValid(2)).isTrue();
        assertThat(new LogSlice(3, 5, List.of()).isValid(2)).isFalse();
        assertThat(new LogSlice(2, 5, entries(6, 2, 3)).isValid(3)).isTrue();
        assertThat(new LogSlice(2, 5, entries(6, 2, 3)).isValid(2)).isFalse();
        assertThat(new LogSlice(2, 5, entries(6, 1)).isValid(3)).isFalse();
        assertThat(new LogSlice(2, 5, entries(7, 2)).isValid(3)).isFalse();
        assertThat(new LogSlice(0, 0, entries(1, 0)).isValid(3)).isFalse();
        assertThat(new LogSlice(2, 5, entries(6, 2, 3)).lastIndex()).isEqualTo(7);
        Message append = Message.append(1, 2, 3, 2, 5, entries(6, 2, 3), 4);
        assertThat(LogSlice.of(append)).isEqualTo(new LogSlice(2, 5, entries(6, 2, 3)));
    }

    @Test
    void sizesAreCountedInTwoWays() {
        List<Entry> two = entries(1, 1, 1);
        assertThat(Sizes.payload(two)).isEqualTo(20);
        assertThat(Sizes.encoded(two)).isEqualTo(2L * SIZE);
        assertThat(Sizes.limit(two, 0)).hasSize(1);
        assertThat(Sizes.limit(two, 2L * SIZE - 1)).hasSize(1);
        assertThat(Sizes.limit(two, 2L * SIZE)).hasSize(2);
        assertThat(Sizes.fitting(two, SIZE - 1L)).isEmpty();
        assertThat(Sizes.fitting(two, SIZE)).hasSize(1);
    }
}
