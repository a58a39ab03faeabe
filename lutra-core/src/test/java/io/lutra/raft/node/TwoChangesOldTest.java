package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.node.SmallCluster.Member;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * A member that stored two membership changes, and crashed before it stored that the first is committed, must not lead by the
 * configuration before both: its quorum need not meet that of the configuration after both.
 */
class TwoChangesOldTest {
    private final SmallCluster cluster = SmallCluster.of(3);

    @Test
    void memberThatForgotACommitIndexWinsNoElectionOfTheOldConfiguration() {
        Member leading = cluster.leader();
        List<Member> followers = List.of(1L, 2L, 3L).stream()
                .filter(id -> id != leading.id)
                .map(cluster::member)
                .toList();
        Member voter = followers.get(0);
        Member late = followers.get(1);

        // Both changes are committed while nothing reaches the late member: the group has five members then.
        cluster.takeSent();
        cluster.lose(message -> message.to() == late.id);
        for (long id = 4; id <= 5; id++) {
            cluster.add(id);
            leading.node().proposeConfChange(ConfChange.of(ConfChangeType.ADD_NODE, id), Duration.ZERO);
            cluster.settle();
        }
        assertThat(voter.node().status().confState().voters()).hasSize(5);

        // It gets both at once, appends them, and crashes.
        for (Message message : cluster.takeSent()) {
            if (message.type() == MessageType.APP && message.to() == late.id) {
                late.node().step(message.data());
            }
        }
        late.program.work();
        late.program.work();
        assertThat(late.storage.lastIndex()).isEqualTo(leading.storage.lastIndex());
        late.node().stop();
        late.start(List.of());

        // Two of the first three on one side, three of five on the other.
        Set<Long> minority = Set.of(voter.id, late.id);
        cluster.lose(message -> minority.contains(message.to()) != minority.contains(message.from()));
        leading.node().propose("x".getBytes(UTF_8), Duration.ZERO);
        cluster.tick(10 * SmallCluster.ELECTION_TICK);
        assertThat(leading.program.state()).isEqualTo("x");
        assertThat(leading.applied).startsWith(entries(voter)).startsWith(entries(late));
    }

    private static Entry[] entries(Member member) {
        return member.applied.toArray(Entry[]::new);
    }
}
