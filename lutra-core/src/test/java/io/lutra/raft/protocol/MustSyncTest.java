package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Ready;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A Ready says whether what it stores must be synced: for entries, a term or a vote, and for nothing else; the same with
 * and without asynchronous storage writes. A snapshot always is, and not by this.
 */
class MustSyncTest {
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void entriesMustBeSynced(boolean async) {
        RawNode follower = follower(async);
        follower.step(Message.append(2, 1, 1, 1, 1, entriesFrom(2, 1), 0));
        assertThat(follower.ready().mustSync()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTermMustBeSynced(boolean async) {
        RawNode follower = follower(async);
        follower.step(Message.heartbeat(2, 1, 2, 0, new byte[0]));
        Ready ready = follower.ready();
        assertThat(ready.hardState().term()).isEqualTo(2);
        assertThat(ready.mustSync()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aVoteMustBeSynced(boolean async) {
        RawNode follower = follower(async);
        follower.step(Message.vote(2, 1, 1, 1, 1, new byte[0]));
        Ready ready = follower.ready();
        assertThat(ready.hardState().vote()).isEqualTo(2);
        assertThat(ready.mustSync()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCommitIndexAloneNeedNotBeSynced(boolean async) {
        RawNode follower = follower(async);
        follower.step(Message.append(2, 1, 1, 1, 1, List.of(), 1));
        Ready ready = follower.ready();
        assertThat(ready.hardState().commit()).isEqualTo(1);
        assertThat(ready.mustSync()).isFalse();
        if (async) {
            // The acknowledgement goes through the storage all the same, behind what may be unsynced there.
            Message append = ready.messages().get(0);
            assertThat(append.type()).isEqualTo(MessageType.STORAGE_APPEND);
            assertThat(append.responses()).extracting(Message::type).containsExactly(MessageType.APP_RESP);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSnapshotIsNotCounted(boolean async) {
        RawNode follower = follower(async);
        follower.step(Message.snapshot(2, 1, 1, snapshot(9, 1, 1L, 2L, 3L)));
        Ready ready = follower.ready();
        assertThat(ready.snapshot()).isNotNull();
        assertThat(ready.mustSync()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void messagesAndReadsNeedNotBeSynced(boolean async) {
        RawNode follower = follower(async);
        follower.step(Message.heartbeat(2, 1, 1, 0, new byte[0]));
        follower.step(Message.readIndexResponse(2, 1, 1, 1, List.of(Entry.proposal(EntryType.NORMAL, bytes("r")))));
        Ready ready = follower.ready();
        assertThat(ready.readStates()).hasSize(1);
        assertThat(ready.mustSync()).isFalse();
    }

    private static RawNode follower(boolean async) {
        TestNode.Builder builder = node(1).voters(1L, 2L, 3L).log(1).with(o -> o.asyncStorageWrites(async));
        return new RawNode(builder.config(builder.storage(), new Recorder()));
    }
}
