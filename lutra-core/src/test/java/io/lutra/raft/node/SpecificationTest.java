package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.CompactedException;
import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.Lib;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StateType;
import io.lutra.raft.StoppedException;
import io.lutra.raft.Storage;
import io.lutra.raft.UnavailableException;
import io.lutra.raft.node.SmallCluster.Member;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * What each name of the specification does, in the specification's order, seen in a small cluster. That each is there, with
 * its parameters and its result, is checked by {@link SpecificationPageTest}.
 */
class SpecificationTest {
    private static final Duration NOW = Duration.ZERO;
    private static final byte[] NOTHING = {};

    private final Lib lib = new Lutra();

    // ConfChange, ConfChangeType, ConfState

    @Test
    void confChangeComesBackInItsEntryAsItWasProposed() {
        SmallCluster cluster = SmallCluster.of(3);
        ConfChange change = lib.newConfChange(7, ConfChangeType.ADD_NODE, 4, bytes("host:4"));
        cluster.leader().node().proposeConfChange(change, NOW);
        cluster.settle();
        Entry entry = lastApplied(cluster.member(2));
        ConfChange seen = ConfChange.unmarshal(entry.data());
        assertThat(seen.id()).isEqualTo(7);
        assertThat(seen.type()).isEqualTo(ConfChangeType.ADD_NODE);
        assertThat(seen.nodeId()).isEqualTo(4);
        assertThat(seen.context()).isEqualTo(bytes("host:4"));
    }

    @Test
    void confChangeTypeAddNodeAddsMemberThatGetsTheWholeLog() {
        SmallCluster cluster = SmallCluster.of(3);
        propose(cluster.leader(), "before");
        cluster.settle();
        Member fourth = cluster.add(4);
        change(cluster, ConfChangeType.ADD_NODE, 4);
        propose(cluster.leader(), "after");
        cluster.tick(2);
        assertThat(fourth.applied).isEqualTo(cluster.leader().applied);
        assertThat(fourth.program.state()).isEqualTo("before\nafter");
    }

    @Test
    void confChangeTypeRemoveNodeRemovesMemberThatGetsNoMore() {
        SmallCluster cluster = SmallCluster.of(3);
        Member removed = cluster.follower();
        change(cluster, ConfChangeType.REMOVE_NODE, removed.id);
        propose(cluster.leader(), "after");
        cluster.tick(2);
        assertThat(cluster.leader().program.state()).isEqualTo("after");
        assertThat(removed.program.state()).isEmpty();
    }

    @Test
    void confStateHasNodesThatVoteAndLearnersThatDoNot() {
        SmallCluster cluster = SmallCluster.of(3);
        change(cluster, ConfChangeType.ADD_NODE, 4);
        change(cluster, ConfChangeType.ADD_LEARNER_NODE, 5);
        ConfState members = cluster.member(2).node().status().confState();
        assertThat(members.nodes()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(members.learners()).containsExactly(5L);
    }

    // Config

    @Test
    void configIdIsWhoMessagesComeFrom() {
        SmallCluster cluster = SmallCluster.of(3);
        cluster.leader();
        assertThat(cluster.takeSent()).extracting(Message::from).contains(1L, 2L, 3L);
    }

    @Test
    void configElectionTickIsHowLongAFollowerWaitsAtLeast() {
        SmallCluster cluster = SmallCluster.of(3);
        cluster.takeSent();
        cluster.tick(SmallCluster.ELECTION_TICK - 1);
        assertThat(cluster.takeSent()).isEmpty();
        cluster.tick(SmallCluster.ELECTION_TICK);
        assertThat(cluster.takeSent()).extracting(Message::type).contains(MessageType.VOTE);
    }

    @Test
    void configHeartbeatTickIsHowOftenALeaderShowsItself() {
        SmallCluster cluster = new SmallCluster(3, options -> options.heartbeatTick(3));
        cluster.leader();
        cluster.takeSent();
        cluster.tick(9);
        assertThat(cluster.takeSent().stream()
                        .filter(message ->
                                message.type() == MessageType.HEARTBEAT && message.to() == cluster.follower().id))
                .hasSize(3);
    }

    @Test
    void configStorageIsWhereTheLogIs() {
        SmallCluster cluster = SmallCluster.of(3);
        propose(cluster.leader(), "x");
        cluster.settle();
        Member member = cluster.member(2);
        assertThat(member.storage.entries(1, member.storage.lastIndex() + 1, Config.NO_LIMIT))
                .isEqualTo(member.applied);
    }

    @Test
    void configMaxSizePerMsgIsHowMuchOneMessageTakes() {
        SmallCluster cluster = new SmallCluster(3, options -> options.maxSizePerMsg(100));
        Member leader = cluster.leader();
        cluster.takeSent();
        cluster.lose(message -> true);
        for (int i = 0; i < 20; i++) {
            propose(leader, "x".repeat(30));
        }
        cluster.settle();
        cluster.lose(message -> false);
        cluster.tick(5);
        List<Message> appends = cluster.takeSent().stream()
                .filter(message -> message.entries().size() > 1)
                .toList();
        assertThat(appends)
                .isNotEmpty()
                .allSatisfy(message -> assertThat(message.entries().stream()
                                .mapToInt(Entry::encodedSize)
                                .sum())
                        .isLessThanOrEqualTo(100));
        assertThat(cluster.follower().program.state())
                .isEqualTo(leader.program.state())
                .isNotEmpty();
    }

    @Test
    void configMaxInflightMsgsIsHowManyAppendsGoUnanswered() {
        SmallCluster cluster = new SmallCluster(3, options -> options.maxInflightMsgs(4));
        Member leader = cluster.leader();
        long peer = cluster.follower().id;
        cluster.lose(message -> message.type() == MessageType.APP);
        cluster.takeSent();
        for (int i = 0; i < 20; i++) {
            propose(leader, "x");
        }
        cluster.settle();
        assertThat(cluster.takeSent().stream()
                        .filter(message ->
                                message.to() == peer && !message.entries().isEmpty()))
                .hasSize(4);
    }

    // Entry, HardState

    @Test
    void entryHasTermOfItsLeaderNextIndexTypeAndData() {
        SmallCluster cluster = SmallCluster.of(3);
        Member leader = cluster.leader();
        long last = leader.storage.lastIndex();
        propose(leader, "x");
        cluster.settle();
        Entry entry = lastApplied(cluster.follower());
        assertThat(entry.term()).isEqualTo(leader.node().status().hardState().term());
        assertThat(entry.index()).isEqualTo(last + 1);
        assertThat(entry.type()).isEqualTo(EntryType.NORMAL);
        assertThat(entry.data()).isEqualTo(bytes("x"));
        assertThat(leader.applied.get(0).type()).isEqualTo(EntryType.CONF_CHANGE);
    }

    @Test
    void hardStateHasTermVoteAndCommit() {
        SmallCluster cluster = SmallCluster.of(3);
        Member leader = cluster.leader();
        propose(leader, "x");
        cluster.tick(1);
        HardState stored = cluster.follower().storage.initialState().hardState();
        assertThat(stored.term()).isEqualTo(2);
        assertThat(stored.vote()).isEqualTo(leader.id);
        assertThat(stored.commit()).isEqualTo(leader.storage.lastIndex());
    }

    // Lib

    @Test
    void libMakesWhatANodeIsMadeFrom() {
        Storage storage = lib.newMemoryStorage();
        assertThat(storage.lastIndex()).isZero();
        Config config = lib.newConfig(3, 10, 2, storage, 1000, 5);
        assertThat(config.id()).isEqualTo(3);
        assertThat(config.electionTick()).isEqualTo(10);
        assertThat(config.heartbeatTick()).isEqualTo(2);
        assertThat(config.storage()).isSameAs(storage);
        assertThat(config.maxSizePerMsg()).isEqualTo(1000);
        assertThat(config.maxInflightMsgs()).isEqualTo(5);
        assertThat(lib.newPeer(4, bytes("c"))).isEqualTo(Peer.of(4, bytes("c")));
        assertThat(lib.newConfChange(1, ConfChangeType.REMOVE_NODE, 2, bytes("c")))
                .isEqualTo(ConfChange.of(1, ConfChangeType.REMOVE_NODE, 2, bytes("c")));
    }

    @Test
    void libStartsNodesThatAreAGroup() {
        SmallCluster cluster = SmallCluster.of(3);
        assertThat(cluster.leader().node().status().confState().nodes()).containsExactly(1L, 2L, 3L);
    }

    // Message

    @Test
    void messageSaysWhereItGoesAndItsDataIsAllThatTheReceiverNeeds() {
        SmallCluster cluster = SmallCluster.of(3);
        cluster.leader();
        List<Message> sent = cluster.takeSent();
        assertThat(sent).isNotEmpty().allSatisfy(message -> {
            assertThat(message.to()).isBetween(1L, 3L).isNotEqualTo(message.from());
            assertThat(Message.parse(message.data())).isEqualTo(message);
        });
    }

    // Node

    @Test
    void nodeProposeConfChangeOnFollowerReachesTheLeader() {
        SmallCluster cluster = SmallCluster.of(3);
        cluster.leader();
        cluster.follower().node().proposeConfChange(lib.newConfChange(0, ConfChangeType.ADD_NODE, 4, NOTHING), NOW);
        cluster.settle();
        assertThat(cluster.leader().node().status().confState().nodes()).contains(4L);
    }

    @Test
    void nodeProposeOnAnyMemberIsAppliedByAllInOneOrder() {
        SmallCluster cluster = SmallCluster.of(3);
        cluster.leader();
        for (int i = 0; i < 10; i++) {
            propose(cluster.member(1 + i % 3), "command " + i);
        }
        cluster.tick(1);
        assertThat(cluster.member(1).program.state().lines()).hasSize(10);
        assertThat(cluster.member(2).program.state())
                .isEqualTo(cluster.member(1).program.state());
        assertThat(cluster.member(3).program.state())
                .isEqualTo(cluster.member(1).program.state());
    }

    @Test
    void nodeTickMovesTheClockThatElectionsGoBy() {
        SmallCluster cluster = SmallCluster.of(1);
        assertThat(cluster.member(1).node().status().softState().role()).isEqualTo(StateType.FOLLOWER);
        cluster.tick(2 * SmallCluster.ELECTION_TICK);
        assertThat(cluster.member(1).node().status().softState().role()).isEqualTo(StateType.LEADER);
    }

    @Test
    void nodeAdvanceMakesRoomForTheNextReady() {
        SmallCluster cluster = SmallCluster.of(1);
        Member leader = cluster.leader();
        propose(leader, "x");
        Ready ready = leader.node().ready().take();
        propose(leader, "y");
        assertThat(leader.node().ready().poll(NOW)).isNull();
        leader.storage.append(ready.entries());
        leader.node().advance();
        assertThat(leader.node().ready().poll(NOW)).isNotNull();
    }

    @Test
    void nodeStepTakesDataOfAMessage() {
        SmallCluster cluster = SmallCluster.of(3);
        Member member = cluster.member(1);
        byte[] heartbeat = Message.heartbeat(2, 1, 5, 0, NOTHING).data();
        member.node().step(heartbeat, NOW);
        assertThat(member.node().status().hardState().term()).isEqualTo(5);
        assertThat(member.node().status().softState().lead()).isEqualTo(2);
    }

    @Test
    void nodeStopEndsItAndTheOthersGoOn() {
        SmallCluster cluster = SmallCluster.of(3);
        Member first = cluster.leader();
        first.node().stop();
        assertThatThrownBy(() -> propose(first, "x")).isInstanceOf(StoppedException.class);
        first.start(List.of());
        cluster.lose(message -> message.to() == first.id || message.from() == first.id);
        Member second = cluster.leader();
        assertThat(second.id).isNotEqualTo(first.id);
        propose(second, "y");
        cluster.settle();
        assertThat(second.program.state()).isEqualTo("y");
    }

    @Test
    void nodeApplyConfChangePutsChangeInForce() {
        SmallCluster cluster = SmallCluster.of(1);
        Member leader = cluster.leader();
        ConfState after = leader.node().applyConfChange(lib.newConfChange(0, ConfChangeType.ADD_NODE, 2, NOTHING));
        assertThat(after.nodes()).containsExactly(1L, 2L);
        propose(leader, "needs two now");
        cluster.settle();
        assertThat(leader.program.state()).isEmpty();
    }

    @Test
    void nodeReadyIsOneChannel() {
        Member member = SmallCluster.of(1).member(1);
        assertThat(member.node().ready()).isSameAs(member.node().ready());
    }

    // Peer, Ready

    @Test
    void peerContextIsTheContextOfTheEntryThatAddsIt() {
        List<Entry> first = SmallCluster.of(3).member(1).applied;
        assertThat(first)
                .extracting(entry -> ConfChange.unmarshal(entry.data()))
                .extracting(change -> new String(change.context(), UTF_8))
                .containsExactly("member 1", "member 2", "member 3");
    }

    @Test
    void readyHasEntriesAndMessagesFirstAndThemCommittedOnceAQuorumHasThem() {
        SmallCluster cluster = SmallCluster.of(3);
        Member leader = cluster.leader();
        propose(leader, "x");
        Ready first = leader.node().ready().take();
        assertThat(first.entries()).extracting(Entry::data).containsExactly(bytes("x"));
        assertThat(first.messages()).extracting(Message::type).containsOnly(MessageType.APP);
        assertThat(first.messages()).hasSize(2);
        assertThat(first.committedEntries()).isEmpty();
        leader.storage.append(first.entries());
        leader.node().advance();
        long last = leader.storage.lastIndex();
        long term = leader.node().status().hardState().term();
        assertThat(leader.node().ready().poll(NOW)).isNull();
        leader.node()
                .step(Message.appendResponse(cluster.follower().id, leader.id, term, last)
                        .data());
        assertThat(leader.node().ready().take().committedEntries()).isEqualTo(first.entries());
    }

    // Snapshot, SnapshotMetadata

    @Test
    void snapshotBringsAMemberToWhereTheLogNoLongerReaches() {
        SmallCluster cluster = SmallCluster.of(3);
        Member leader = cluster.leader();
        Member late = cluster.follower();
        cluster.lose(message -> message.to() == late.id);
        for (int i = 0; i < 10; i++) {
            propose(leader, "command " + i);
        }
        cluster.settle();
        long index = leader.program.applied();
        ConfState members = leader.node().status().confState();
        leader.storage.createSnapshot(index, members, bytes(leader.program.state()));
        leader.storage.compact(index);
        cluster.lose(message -> false);
        cluster.tick(2);
        Snapshot snapshot = late.storage.snapshot();
        assertThat(snapshot.data()).isEqualTo(bytes(leader.program.state()));
        assertThat(snapshot.metadata().index()).isEqualTo(index);
        assertThat(snapshot.metadata().term())
                .isEqualTo(leader.node().status().hardState().term());
        assertThat(snapshot.metadata().confState()).isEqualTo(members);
        propose(leader, "the next");
        cluster.tick(1);
        assertThat(late.program.state()).isEqualTo(leader.program.state()).endsWith("the next");
    }

    // Storage

    @Test
    void storageAppendReplacesWhatItHoldsFromTheFirstIndexOn() {
        Storage storage = lib.newMemoryStorage();
        storage.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3)));
        storage.append(List.of(entry(2, 2)));
        assertThat(storage.entries(1, 3, Config.NO_LIMIT)).containsExactly(entry(1, 1), entry(2, 2));
        assertThat(storage.lastIndex()).isEqualTo(2);
    }

    @Test
    void storageInitialStateIsWhatANodeGoesOnFrom() {
        SmallCluster cluster = SmallCluster.of(3);
        Member member = cluster.leader();
        HardState before = member.node().status().hardState();
        cluster.tick(1);
        assertThat(member.storage.initialState().hardState()).isEqualTo(before);
        member.node().stop();
        member.start(List.of());
        assertThat(member.node().status().hardState()).isEqualTo(before);
    }

    @Test
    void storageEntriesAreThoseOfTheRangeUpToALimitButAtLeastOne() {
        Storage storage = lib.newMemoryStorage();
        storage.append(List.of(entry(1, 1), entry(1, 2), entry(1, 3)));
        int size = entry(1, 1).encodedSize();
        assertThat(storage.entries(1, 3, Config.NO_LIMIT)).containsExactly(entry(1, 1), entry(1, 2));
        assertThat(storage.entries(1, 4, 2L * size)).containsExactly(entry(1, 1), entry(1, 2));
        assertThat(storage.entries(2, 4, 0)).containsExactly(entry(1, 2));
        assertThatThrownBy(() -> storage.entries(3, 5, 0)).isInstanceOf(UnavailableException.class);
    }

    @Test
    void storageTermFirstIndexAndLastIndexAreThoseOfTheLog() {
        SmallCluster cluster = SmallCluster.of(1);
        Member member = cluster.leader();
        assertThat(member.storage.firstIndex()).isEqualTo(1);
        assertThat(member.storage.lastIndex()).isEqualTo(2);
        assertThat(member.storage.term(1)).isEqualTo(1);
        assertThat(member.storage.term(2)).isEqualTo(2);
        assertThat(member.storage.term(0)).isZero();
        member.storage.createSnapshot(2, member.node().status().confState(), NOTHING);
        member.storage.compact(2);
        assertThat(member.storage.firstIndex()).isEqualTo(3);
        assertThat(member.storage.term(2)).isEqualTo(2);
        assertThatThrownBy(() -> member.storage.term(1)).isInstanceOf(CompactedException.class);
    }

    @Test
    void storageSnapshotIsTheNewestAndEmptyAtFirst() {
        SmallCluster cluster = SmallCluster.of(1);
        Member member = cluster.leader();
        assertThat(member.storage.snapshot().isEmpty()).isTrue();
        member.storage.createSnapshot(1, ConfState.EMPTY, bytes("one"));
        member.storage.createSnapshot(2, ConfState.EMPTY, bytes("two"));
        assertThat(member.storage.snapshot().data()).isEqualTo(bytes("two"));
    }

    private void change(SmallCluster cluster, ConfChangeType type, long id) {
        cluster.leader().node().proposeConfChange(lib.newConfChange(0, type, id, NOTHING), NOW);
        cluster.tick(1);
    }

    private static void propose(Member member, String command) {
        member.node().propose(bytes(command), NOW);
    }

    private static Entry lastApplied(Member member) {
        return member.applied.get(member.applied.size() - 1);
    }

    private static Entry entry(long term, long index) {
        return Entry.of(term, index, bytes("x"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
