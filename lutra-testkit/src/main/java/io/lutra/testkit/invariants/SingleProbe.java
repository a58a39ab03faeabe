package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I12;

import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;
import java.util.Arrays;

/** {@link Invariant#I12}: a peer that is probed gets one message with entries, and the next when it was heard of. */
public final class SingleProbe {
    private final Violations violations;
    /** By peer: the messages with entries since it was heard of last. */
    private final int[] unanswered = new int[64];

    /** Creates the checker of one replica. */
    public SingleProbe(Violations violations) {
        this.violations = violations;
    }

    /** The replica begins to lead. */
    public void elected() {
        Arrays.fill(unanswered, 0);
    }

    /** A message is taken up. */
    public void received(Message m) {
        if (m.from() > 0 && m.from() < unanswered.length) {
            unanswered[(int) m.from()] = 0;
        }
    }

    /** A message is made. */
    public void sent(Message m) {
        if (m.type() == MessageType.APP && !m.entries().isEmpty()) {
            unanswered[(int) m.to()]++;
        }
    }

    /** A step is over, and a leader believes this of a peer. */
    public void believes(ReplicaView leader, PeerProgress p) {
        if (p.state() != ProgressState.PROBE) {
            unanswered[(int) p.id()] = 0;
        } else if (unanswered[(int) p.id()] > 1) {
            violations.report(I12, unanswered[(int) p.id()] + " probes without an answer, " + p + " of " + leader);
        }
    }
}
