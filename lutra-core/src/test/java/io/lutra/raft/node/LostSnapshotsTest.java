package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.MessageType;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.node.SmallCluster.Member;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A snapshot that the network lost and nobody reported. */
class LostSnapshotsTest {
    private final SmallCluster cluster = SmallCluster.of(3);
    private final Member leader = cluster.leader();
    private final Member late = cluster.follower();

    /** Has the leader send a snapshot to {@code late}, which is lost. */
    private void loseSnapshot() {
        cluster.lose(message -> message.to() == late.id);
        leader.node().propose("x".getBytes(UTF_8), Duration.ZERO);
        cluster.settle();
        long index = leader.program.applied();
        leader.storage.createSnapshot(
                index,
                leader.node().status().confState(),
                leader.program.state().getBytes(UTF_8));
        leader.storage.compact(index);
        cluster.lose(message -> message.type() == MessageType.SNAP);
        for (int i = 0; i < SmallCluster.ELECTION_TICK && late.storage.lastIndex() < index; i++) {
            cluster.tick(1);
            if (snapshotsSent() > 0) {
                return;
            }
        }
        throw new AssertionError("no snapshot was sent");
    }

    private long snapshotsSent() {
        return cluster.takeSent().stream()
                .filter(message -> message.type() == MessageType.SNAP)
                .count();
    }

    @Test
    void isSentAgainAfterTenElectionTimeouts() {
        loseSnapshot();
        cluster.tick(9 * SmallCluster.ELECTION_TICK);
        assertThat(snapshotsSent()).isZero();
        cluster.lose(message -> false);
        cluster.tick(3 * SmallCluster.ELECTION_TICK);
        assertThat(late.storage.lastIndex()).isEqualTo(leader.storage.lastIndex());
    }

    @Test
    void isSentAgainWheneverItIsLost() {
        loseSnapshot();
        cluster.tick(40 * SmallCluster.ELECTION_TICK);
        assertThat(snapshotsSent()).isBetween(2L, 4L);
    }

    @Test
    void isSentAgainAtOnceWhenItIsReported() {
        loseSnapshot();
        cluster.lose(message -> false);
        leader.node().reportSnapshot(late.id, SnapshotStatus.FAILURE);
        cluster.tick(2);
        assertThat(late.storage.lastIndex()).isEqualTo(leader.storage.lastIndex());
    }
}
