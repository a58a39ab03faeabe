package io.lutra.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.InvalidConfigException;
import io.lutra.raft.MisuseException;
import io.lutra.raft.RaftInvariantException;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** In which order a node's state becomes durable, and what is made of what a crash left behind. */
class StoredStateTest {
    private final RecordingStorage storage = new RecordingStorage();

    @Test
    void storesTermAndVoteBeforeTheReadyIsHandedOut() {
        StoredState state = recovered();
        state.store(ready(HardState.of(3, 2, 0), null));
        assertThat(storage.writes()).containsExactly("hard state 3/2/0");
    }

    @Test
    void storesNothingWhenNothingChanged() {
        StoredState state = recovered();
        state.store(ready(HardState.of(3, 2, 0), null));
        storage.forget();
        state.store(ready(HardState.EMPTY, null));
        state.store(ready(HardState.of(3, 2, 0), null));
        assertThat(storage.writes()).isEmpty();
    }

    @Test
    void storesCommitIndexOnlyUpToWhatTheReadyWillAppend() {
        storage.append(List.of(entry(1, 1), entry(1, 2)));
        StoredState state = recovered();
        state.store(ready(HardState.of(1, 0, 4), null, entry(1, 3), entry(1, 4)));
        assertThat(storage.writes()).containsExactly("hard state 1/0/2");
    }

    @Test
    void storesRestOfCommitIndexWithTheNextReady() {
        storage.append(List.of(entry(1, 1), entry(1, 2)));
        StoredState state = recovered();
        state.store(ready(HardState.of(1, 0, 4), null, entry(1, 3), entry(1, 4)));
        storage.append(List.of(entry(1, 3), entry(1, 4)));
        storage.forget();
        state.store(ready(HardState.EMPTY, null, entry(1, 5)));
        assertThat(storage.writes()).containsExactly("hard state 1/0/4");
    }

    /** The storage still has entries of that index, but others than those that are committed. */
    @Test
    void storesNoCommitIndexForEntriesThatTheReadyReplaces() {
        storage.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3), entry(1, 4)));
        StoredState state = recovered();
        state.store(ready(HardState.of(2, 0, 3), null, entry(2, 2), entry(2, 3)));
        assertThat(storage.writes()).containsExactly("hard state 2/0/1");
    }

    @Test
    void storesTermBeforeAndCommitIndexAfterSnapshot() {
        storage.append(List.of(entry(1, 1)));
        StoredState state = recovered();
        state.store(ready(HardState.of(4, 0, 9), snapshot(4, 9)));
        assertThat(storage.writes()).containsExactly("hard state 4/0/0", "snapshot 9", "hard state 4/0/9");
    }

    @Test
    void storesCommitIndexUpToSnapshotWhenEntriesFollowIt() {
        StoredState state = recovered();
        state.store(ready(HardState.of(4, 0, 11), snapshot(4, 9), entry(4, 10), entry(4, 11)));
        assertThat(storage.writes()).containsExactly("hard state 4/0/0", "snapshot 9", "hard state 4/0/9");
    }

    @Test
    void startsFromSnapshotAlsoWhereLogStillHasWhatItCovers() {
        storage.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3)));
        storage.memory().createSnapshot(2, ConfState.EMPTY, new byte[0]);
        assertThat(recovered().applied()).isEqualTo(2);
    }

    /** The storage's membership is the snapshot's, and that of an empty storage has no members. */
    @Test
    void startsWithMembershipThatTheAppliedChangesLedTo() {
        storage.append(List.of(change(1, 1), change(1, 2), entry(1, 3), change(1, 4)));
        assertThat(recovered(3).membership().voters()).containsExactly(1L, 2L);
        storage.memory().createSnapshot(2, ConfState.of(List.of(1L, 2L), List.of()), new byte[0]);
        assertThat(recovered(0).membership().voters()).containsExactly(1L, 2L);
        assertThat(recovered(4).membership().voters()).containsExactly(1L, 2L, 4L);
    }

    @Test
    void startsWithMembershipThatTheStorageKeepsByItself() {
        ConfState kept = ConfState.of(List.of(7L), List.of());
        storage.append(List.of(change(1, 1), change(1, 2)));
        storage.keepMembership(kept);
        assertThat(recovered(2).membership()).isEqualTo(kept);
    }

    @Test
    void refusesToGuessMembershipWhereLogBeginsAfterItsSnapshot() {
        storage.append(List.of(change(1, 1), change(1, 2), entry(1, 3)));
        storage.memory().compact(2);
        assertThatThrownBy(() -> recovered(3))
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("begins at 3");
    }

    @Test
    void refusesLogThatBeginsAfterItsSnapshot() {
        storage.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3)));
        storage.memory().compact(2);
        assertThatThrownBy(this::recovered)
                .isInstanceOf(RaftInvariantException.class)
                .hasMessageContaining("begins at 3");
    }

    @Test
    void refusesAdvanceBeforeEntriesAreAppended() {
        StoredState state = recovered();
        Ready ready = ready(HardState.EMPTY, null, entry(1, 1), entry(1, 2));
        storage.append(List.of(entry(1, 1)));
        assertThatThrownBy(() -> state.requireAppended(ready)).isInstanceOf(MisuseException.class);
        storage.append(List.of(entry(1, 2)));
        state.requireAppended(ready);
    }

    /** What the entries are to replace may end where they end, or after them. */
    @Test
    void refusesAdvanceWhereOthersStandInTheEntriesPlace() {
        storage.append(List.of(entry(1, 1), entry(1, 2)));
        StoredState state = recovered();
        for (Ready ready : List.of(
                ready(HardState.EMPTY, null, entry(2, 1)), ready(HardState.EMPTY, null, entry(2, 1), entry(2, 2)))) {
            assertThatThrownBy(() -> state.requireAppended(ready)).isInstanceOf(MisuseException.class);
            storage.append(ready.entries());
            state.requireAppended(ready);
        }
    }

    private StoredState recovered() {
        return recovered(0);
    }

    private StoredState recovered(long applied) {
        storage.forget();
        return StoredState.recover(
                Config.builder().id(1).storage(storage).applied(applied).build(), storage);
    }

    private static Ready ready(HardState hardState, @Nullable Snapshot snapshot, Entry... entries) {
        return Ready.of(null, hardState, List.of(), List.of(entries), snapshot, List.of(), List.of(), true);
    }

    private static Entry entry(long term, long index) {
        return Entry.of(term, index, new byte[] {1});
    }

    private static Entry change(long term, long index) {
        byte[] data = ConfChange.of(ConfChangeType.ADD_NODE, index).encode();
        return Entry.of(term, index, EntryType.CONF_CHANGE, data);
    }

    private static Snapshot snapshot(long term, long index) {
        return Snapshot.of(new byte[0], SnapshotMetadata.of(ConfState.of(List.of(1L), List.of()), index, term));
    }
}
