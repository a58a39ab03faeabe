package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I26;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import java.util.List;

/** {@link Invariant#I26}: messages are contiguous, within their size, and go to members, or are answers. */
public final class WellFormedMessages {
    private final Violations violations;
    private final long maxSize;

    /** Creates the checker; appends hold {@code maxSize} bytes of entries, or one entry. */
    public WellFormedMessages(Violations violations, long maxSize) {
        this.violations = violations;
        this.maxSize = maxSize;
    }

    /** A message is made. */
    public void sent(ReplicaView r, Message m) {
        List<Entry> entries = m.entries();
        switch (m.type()) {
            case APP -> {
                long size = 0;
                for (int i = 0; i < entries.size(); i++) {
                    size += entries.get(i).encodedSize();
                    if (entries.get(i).index() != m.index() + 1 + i) {
                        violations.report(I26, m + " by " + r);
                    }
                }
                if (entries.size() > 1 && size > maxSize) {
                    violations.report(I26, size + " bytes in " + m + " by " + r);
                }
                toMember(r, m);
            }
            case VOTE, PRE_VOTE, SNAP, HEARTBEAT, TIMEOUT_NOW -> toMember(r, m);
            default -> {}
        }
    }

    private void toMember(ReplicaView r, Message m) {
        if (m.to() == r.id || !r.membership.isMember(m.to())) {
            violations.report(I26, m + " to none of its peers by " + r);
        }
    }
}
