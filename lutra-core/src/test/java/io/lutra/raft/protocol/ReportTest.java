package io.lutra.raft.protocol;

import static io.lutra.raft.protocol.TestNode.bytes;
import static io.lutra.raft.protocol.TestNode.node;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeRefusal;
import io.lutra.raft.ConfChangeSingle;
import io.lutra.raft.ConfChangeTransition;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.StepResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What etcd's raft does in silence is told: where a proposal went, why it went nowhere, why a change was refused. */
class ReportTest {
    @Test
    void anAppendedBatchIsToldWhereItLies() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1, 4).lead();
        ProposalResult result = leader.raw.propose(List.of(bytes("a"), bytes("b")));

        assertThat(result.isAppended()).isTrue();
        assertThat(result.term()).isEqualTo(5);
        assertThat(result.index()).isEqualTo(5);
        assertThat(leader.lastIndex()).isEqualTo(6);
        assertThat(leader.raw.propose(bytes("c")).index()).isEqualTo(7);
    }

    @Test
    void aSecondChangeIsRefusedUntilTheFirstIsApplied() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        ProposalResult first = leader.raw.proposeConfChange(add(4));
        ProposalResult second = leader.raw.proposeConfChange(add(5));

        assertThat(first.refused()).isNull();
        assertThat(second.isAppended()).isTrue();
        assertThat(second.refused()).isEqualTo(ConfChangeRefusal.PENDING);
        assertThat(second.pendingConfIndex()).isEqualTo(first.index());
        assertThat(leader.trace.refusedChanges).containsExactly("PENDING until " + first.index());
        // An empty entry lies in its place.
        leader.settle();
        Entry empty =
                leader.storage.entries(second.index(), second.index() + 1, 1).get(0);
        assertThat(empty.type()).isEqualTo(EntryType.NORMAL);
        assertThat(empty.payloadSize()).isZero();

        leader.deliver(leader.ackFrom(2, second.index()));
        assertThat(leader.raw.proposeConfChange(add(5)).refused()).isNull();
    }

    @Test
    void aNewLeaderRefusesChangesUntilItsWholeLogIsApplied() {
        TestNode leader = node(1).voters(1L, 2L, 3L).log(1, 1).start();
        leader.elect();
        ProposalResult early = leader.raw.proposeConfChange(add(4));
        assertThat(early.refused()).isEqualTo(ConfChangeRefusal.PENDING);
        assertThat(early.pendingConfIndex()).isEqualTo(2);
    }

    @Test
    void aChangeThatDoesNotFitTheMembershipIsRefusedBeforeItIsAppended() {
        TestNode leader = node(1).voters(1L, 2L, 3L).lead();
        assertThat(leader.raw.proposeConfChange(ConfChangeV2.LEAVE_JOINT).refused())
                .isEqualTo(ConfChangeRefusal.NOT_JOINT);
        ConfChangeV2 nobodyLeft = ConfChangeV2.of(
                ConfChangeTransition.AUTO,
                single(ConfChangeType.REMOVE_NODE, 1),
                single(ConfChangeType.REMOVE_NODE, 2),
                single(ConfChangeType.REMOVE_NODE, 3));
        assertThat(leader.raw.proposeConfChange(nobodyLeft).refused()).isEqualTo(ConfChangeRefusal.INVALID);

        ConfChangeV2 joint = ConfChangeV2.of(ConfChangeTransition.JOINT_EXPLICIT, single(ConfChangeType.ADD_NODE, 4));
        ProposalResult entered = leader.raw.proposeConfChange(joint);
        leader.settle();
        leader.deliver(leader.ackFrom(2, entered.index()));
        assertThat(leader.raw.proposeConfChange(add(5)).refused()).isEqualTo(ConfChangeRefusal.ALREADY_JOINT);
        assertThat(leader.raw.proposeConfChange(ConfChangeV2.LEAVE_JOINT).refused())
                .isNull();
    }

    @Test
    void aBatchThatIsDroppedLeavesNoChangePending() {
        TestNode leader = node(1).voters(1L, 2L, 3L)
                .with(o -> o.maxUncommittedEntriesSize(20))
                .lead();
        leader.raw.propose(new byte[15]);
        ProposalResult tooMuch =
                leader.raw.proposeConfChange(ConfChange.of(7, ConfChangeType.ADD_NODE, 4, new byte[30]));
        assertThat(tooMuch.dropped()).isEqualTo(DropReason.UNCOMMITTED_SIZE_EXCEEDED);

        leader.settle();
        leader.deliver(leader.ackFrom(2, leader.lastIndex()));
        assertThat(leader.raw.proposeConfChange(add(4)).refused()).isNull();
    }

    @Test
    void aLeaderThatIsBehindTakesNoMore() {
        TestNode leader = node(1).voters(1L, 2L, 3L)
                .with(o -> o.maxUncommittedEntriesSize(10))
                .lead();
        assertThat(leader.raw.propose(new byte[11]).isAppended()).isTrue();
        assertThat(leader.raw.propose(new byte[1]).dropped()).isEqualTo(DropReason.UNCOMMITTED_SIZE_EXCEEDED);
        assertThat(leader.trace.droppedProposals).containsExactly(DropReason.UNCOMMITTED_SIZE_EXCEEDED);
        assertThat(leader.raw.propose(new byte[0]).isAppended()).isTrue();

        leader.settle();
        leader.deliver(leader.ackFrom(2, leader.lastIndex()));
        assertThat(leader.raw.propose(new byte[1]).isAppended()).isTrue();
    }

    @Test
    void aLeaderThatHandsOverOrWasRemovedTakesNothing() {
        TestNode leader =
                node(1).voters(1L, 2L, 3L).with(o -> o.stepDownOnRemoval(false)).lead();
        leader.raw.transferLeader(2);
        assertThat(leader.raw.propose(bytes("x")).dropped()).isEqualTo(DropReason.TRANSFER_IN_PROGRESS);
        leader.ticks(TestNode.TIMEOUT);
        assertThat(leader.raw.propose(bytes("x")).isAppended()).isTrue();

        leader.raw.applyConfChange(ConfChange.of(ConfChangeType.REMOVE_NODE, 1));
        assertThat(leader.raw.propose(bytes("x")).dropped()).isEqualTo(DropReason.NOT_A_MEMBER);
    }

    @Test
    void aForwardedProposalThatIsDroppedIsToldToWhoSteppedIt() {
        TestNode candidate = node(1).voters(1L, 2L, 3L).start();
        candidate.raw.campaign();
        Entry entry = Entry.proposal(EntryType.NORMAL, bytes("x"));
        assertThat(candidate.deliver(Message.propose(2, 1, List.of(entry)))).isEqualTo(StepResult.PROPOSAL_DROPPED);
        assertThat(candidate.trace.droppedProposals).containsExactly(DropReason.NO_LEADER);
    }

    @Test
    void aCampaignThatMayNotBeIsToldSo() {
        assertThat(node(1).voters(1L, 2L, 3L).start().raw.campaign()).isTrue();
        assertThat(node(1).voters(1L, 2L, 3L).lead().raw.campaign()).isFalse();
        assertThat(node(1).voters(2L, 3L).learners(1L).start().raw.campaign()).isFalse();
        assertThat(node(1).voters(2L, 3L).start().raw.campaign()).isFalse();
    }

    private static MembershipChange add(long id) {
        return ConfChange.of(ConfChangeType.ADD_NODE, id);
    }

    private static ConfChangeSingle single(ConfChangeType type, long id) {
        return ConfChangeSingle.of(type, id);
    }
}
