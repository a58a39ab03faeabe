package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.entriesFrom;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.EntriesNotInMemoryException;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.StateType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** While a storage reads from a disk, the node goes on with all that does not need what is read. */
class EntriesOnDiskTest {
    private static final byte[] NOTHING = {};

    @Test
    void aLeaderLeavesAloneTheFollowerWhoseEntriesAreOnADisk() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1, 1).start();
        leader.elect();
        leader.take();
        leader.storage.evictBelow(4);

        leader.deliver(Message.appendRejection(2, 1, leader.term(), 4, 0, 0));
        assertThat(leader.storage.asked()).containsExactly(1L);
        assertThat(leader.progress(2).paused()).isTrue();
        // Nothing makes it ask again: neither ticks nor what the follower says nor proposals.
        leader.ticks(3);
        leader.deliver(Message.heartbeatResponse(2, leader.term(), Message.heartbeat(1, 2, 2, 0, NOTHING)));
        leader.raw.propose(TestNode.bytes("x"));
        leader.settle();
        assertThat(leader.storage.asked()).containsExactly(1L);
        assertThat(leader.take(MessageType.APP)).noneMatch(m -> m.to() == 2);

        // Meanwhile the others make a quorum.
        leader.deliver(leader.ackFrom(3, leader.lastIndex()));
        assertThat(leader.commit()).isEqualTo(leader.lastIndex());
        leader.take();

        leader.storage.evictBelow(0);
        leader.raw.entriesFetched();
        assertThat(leader.takeOne(MessageType.APP).entries())
                .extracting(Entry::index)
                .startsWith(1L, 2L, 3L);
    }

    @Test
    void whatIsStillOnADiskIsAskedForAgain() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1, 1).start();
        leader.elect();
        leader.storage.evictBelow(4);
        leader.deliver(Message.appendRejection(2, 1, leader.term(), 4, 0, 0));

        leader.raw.entriesFetched();
        assertThat(leader.storage.asked()).containsExactly(1L, 1L);
        leader.raw.entriesFetched();
        assertThat(leader.storage.asked()).containsExactly(1L, 1L, 1L);
        assertThat(leader.role()).isEqualTo(StateType.LEADER);
    }

    @Test
    void applyingWaitsAndFollowingGoesOn() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).start();
        follower.storage.evictBelow(3);
        follower.settle();
        assertThat(follower.storage.asked()).containsExactly(1L);
        assertThat(follower.raw.hasReady()).isFalse();

        follower.deliver(Message.append(2, 1, 1, 1, 3, entriesFrom(4, 1), 4));
        assertThat(follower.takeOne(MessageType.APP_RESP).index()).isEqualTo(4);
        assertThat(follower.storage.asked()).containsExactly(1L);
        assertThat(follower.applied).isEmpty();

        follower.storage.evictBelow(0);
        follower.raw.entriesFetched();
        follower.settle();
        assertThat(follower.applied).extracting(Entry::index).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void aCampaignWaitsForTheEntriesThatItLooksThrough() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).start();
        follower.storage.evictBelow(3);
        assertThat(follower.raw.campaign()).isFalse();
        assertThat(follower.role()).isEqualTo(StateType.FOLLOWER);

        follower.storage.evictBelow(0);
        follower.raw.entriesFetched();
        assertThat(follower.role()).isEqualTo(StateType.CANDIDATE);
    }

    @Test
    void aCampaignThatWaitedFindsAChangeThatIsNotApplied() {
        TestStorage storage = node(1).voters(1L, 2L, 3L).log(1, 1).storage();
        storage.append(List.of(Entry.of(
                1,
                3,
                EntryType.CONF_CHANGE,
                ConfChange.of(ConfChangeType.ADD_NODE, 4).encode())));
        storage.setHardState(new HardState(1, 0, 3));
        TestNode follower = node(1).start(storage);
        storage.evictBelow(2);
        follower.raw.campaign();

        storage.evictBelow(0);
        follower.raw.entriesFetched();
        assertThat(follower.role()).isEqualTo(StateType.FOLLOWER);
        // Once it is applied, the node may campaign.
        follower.settle();
        assertThat(follower.raw.campaign()).isTrue();
    }

    @Test
    void aCampaignThatWaitedIsForgottenWhenALeaderIsHeardOf() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).commit(3).start();
        follower.storage.evictBelow(3);
        follower.raw.campaign();
        follower.deliver(Message.heartbeat(2, 1, 1, 0, NOTHING));
        follower.storage.evictBelow(0);
        follower.raw.entriesFetched();
        assertThat(follower.role()).isEqualTo(StateType.FOLLOWER);
    }

    /** A storage that pages through a small cache would otherwise never bring a campaign to its end. */
    @Test
    void aCampaignGoesOnLookingWhereItStopped() {
        TestNode follower =
                node(1).voters(1L, 2L, 3L).log(1, 1, 1, 1, 1, 1).commit(6).start();
        follower.storage.readAs(entries -> entries.subList(0, 1));
        follower.storage.evictBelow(3);
        follower.raw.campaign();
        follower.storage.evictOutside(1, 3);
        follower.raw.entriesFetched();
        assertThat(follower.storage.asked()).containsExactly(3L);
        follower.storage.evictOutside(3, 7);
        follower.raw.entriesFetched();
        assertThat(follower.role()).isEqualTo(StateType.CANDIDATE);
    }

    @Test
    void aFollowerThatCannotCompareTakesNothing() {
        TestNode follower = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
        follower.storage.onTerm(() -> {
            throw new EntriesNotInMemoryException(2, 3);
        });
        follower.deliver(Message.append(2, 1, 1, 1, 2, entriesFrom(3, 1), 3));
        follower.deliver(Message.snapshot(2, 1, 1, TestNode.snapshot(2, 1, 1L, 2L, 3L)));

        assertThat(follower.trace.ignored).containsExactly(IgnoreReason.NOT_IN_MEMORY, IgnoreReason.NOT_IN_MEMORY);
        assertThat(follower.take()).isEmpty();
        follower.storage.onTerm(() -> {});
        follower.deliver(Message.append(2, 1, 1, 1, 2, entriesFrom(3, 1), 3));
        assertThat(follower.commit()).isEqualTo(3);
    }

    /** Nobody could vote, or commit, without them: {@link io.lutra.raft.Storage#term} must not say this of these. */
    @Test
    void aTermThatIsNeededAtOnceCannotBeOnADisk() {
        EntriesNotInMemoryException error = new EntriesNotInMemoryException(3, 4);
        TestNode voter = node(1).voters(1L, 2L, 3L).log(1, 1, 1).start();
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 1).lead();
        leader.raw.propose(TestNode.bytes("x"));
        leader.settle();
        for (TestNode node : List.of(voter, leader)) {
            node.storage.onTerm(() -> {
                throw error;
            });
        }
        Message acknowledgement = leader.ackFrom(2, leader.lastIndex());

        assertThatThrownBy(() -> voter.raw.step(Message.vote(2, 1, 2, 1, 3, NOTHING)))
                .isSameAs(error);
        assertThatThrownBy(() -> leader.raw.step(acknowledgement)).isSameAs(error);
        assertThatThrownBy(leader.raw::ready).isSameAs(error);
    }

    @Test
    void theErrorTellsWhatToFetch() {
        EntriesNotInMemoryException e = new EntriesNotInMemoryException(5, 9);
        assertThat(e.lo()).isEqualTo(5);
        assertThat(e.hi()).isEqualTo(9);
        assertThat(e).hasMessageContaining("[5, 9)");
    }
}
