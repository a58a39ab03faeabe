package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.node;
import static io.lutra.raft.protocol.TestNode.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StateType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What followers pass on reaches the leader, and ends somewhere if there is none. */
class ForwardingTest {
    @Test
    void aProposalReachesTheLeaderAsTheFollowerWroteIt() {
        Cluster cluster = Cluster.ofVoters(3);
        cluster.elect(1);

        assertThat(cluster.node(2).raw.propose(bytes("x"))).isEqualTo(ProposalResult.FORWARDED);
        Message forwarded = cluster.node(2).takeOne(MessageType.PROP);
        List<Entry> entries = List.of(Entry.proposal(EntryType.NORMAL, bytes("x")));
        assertThat(forwarded).isEqualTo(Message.propose(2, 1, entries));

        cluster.node(1).deliver(forwarded);
        cluster.run();
        assertThat(cluster.node(3).appliedCommands()).containsExactly("x");
    }

    @Test
    void aProposalFollowsALeaderThatMovedOn() {
        Cluster cluster = Cluster.ofVoters(3);
        cluster.elect(1);
        cluster.node(2).raw.propose(bytes("late"));
        Message late = cluster.node(2).takeOne(MessageType.PROP);
        cluster.elect(3);

        cluster.node(1).deliver(late);
        cluster.run();

        assertThat(cluster.node(2).appliedCommands()).containsExactly("late");
    }

    /** etcd's raft passes such messages on for ever. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7})
    void whatGoesRoundEnds(int size) {
        Cluster circle = circleOf(size);

        circle.node(1).raw.propose(bytes("x"));
        circle.node(1).raw.readIndex(bytes("r"));
        circle.node(1).raw.transferLeader(2);
        circle.run();

        assertThat(circle.delivered()).isLessThan(20);
        assertThat(dropped(circle)).containsExactly(DropReason.FORWARDED_IN_A_CIRCLE);
        List<String> reads = new ArrayList<>();
        List<IgnoreReason> ignored = new ArrayList<>();
        circle.nodes().forEach(node -> {
            reads.addAll(node.trace.droppedReads);
            ignored.addAll(node.trace.ignored);
        });
        assertThat(reads).containsExactly("r: FORWARDED_IN_A_CIRCLE");
        assertThat(ignored).containsExactly(IgnoreReason.FORWARDED_IN_A_CIRCLE);
    }

    /** The two go on without the one that proposed. */
    @Test
    void whatGoesRoundEndsEvenIfItNeverComesHome() {
        Cluster circle = Cluster.of(following(1, 2), following(2, 3), following(3, 2));
        circle.node(1).raw.propose(bytes("x"));
        circle.run();

        assertThat(circle.delivered()).isLessThan(20);
        assertThat(dropped(circle)).containsExactly(DropReason.FORWARDED_IN_A_CIRCLE);
    }

    @Test
    void aFollowerWithoutALeaderDrops() {
        TestNode follower = node(1).voters(1L, 2L, 3L).start();

        assertThat(follower.raw.propose(bytes("x")).dropped()).isEqualTo(DropReason.NO_LEADER);
        assertThat(follower.raw.readIndex(bytes("r"))).isEqualTo(DropReason.NO_LEADER);
        assertThat(follower.trace.droppedProposals).containsExactly(DropReason.NO_LEADER);
        assertThat(follower.trace.droppedReads).containsExactly("r: NO_LEADER");
    }

    @Test
    void aFollowerThatDoesNotForwardDropsProposals() {
        TestNode follower = node(1).voters(1L, 2L, 3L)
                .with(o -> o.disableProposalForwarding(true))
                .start();
        follower.deliver(Message.heartbeat(2, 1, 1, 0, new byte[0]));

        assertThat(follower.raw.propose(bytes("x")).dropped()).isEqualTo(DropReason.FORWARDING_DISABLED);
        assertThat(follower.raw.readIndex(bytes("r"))).isNull();
    }

    private static List<DropReason> dropped(Cluster cluster) {
        return cluster.nodes().stream()
                .flatMap(node -> node.trace.droppedProposals.stream())
                .toList();
    }

    /** Each of these followers takes the next one for the leader. */
    private static Cluster circleOf(int size) {
        TestNode[] nodes = new TestNode[size];
        for (int i = 0; i < size; i++) {
            nodes[i] = following(i + 1, (i + 1) % size + 1);
        }
        return Cluster.of(nodes);
    }

    /** A snapshot from a node that does not lead is enough to be taken for the leader. */
    private static TestNode following(long id, long lead) {
        TestNode follower = node(id).voters(1L, 2L, 3L, 4L, 5L, 6L, 7L).start();
        follower.deliver(Message.snapshot(lead, id, 1, snapshot(0, 0, 1L)));
        follower.take();
        assertThat(follower.role()).isEqualTo(StateType.FOLLOWER);
        assertThat(follower.lead()).isEqualTo(lead);
        return follower;
    }
}
