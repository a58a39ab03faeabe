package io.lutra.testkit.invariants;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.raft.Ready;
import java.util.List;
import org.junit.jupiter.api.Test;

/** I28, of a log whose entries are being written: none of them is durable yet. */
class ExactReadyTest {
    private static final List<Entry> TWO = List.of(Entry.of(1, 1, new byte[] {1}), Entry.of(1, 2, new byte[] {2}));

    private final Violations violations = Violations.allFatal();
    private final ExactReady checker = new ExactReady(violations, 100);
    private final ReplicaView replica = new ReplicaView(1);

    ExactReadyTest() {
        checker.restarted(HardState.of(1, 0, 0), 0, 0);
        replica.log.append(1, 11, false);
        replica.log.append(1, 12, false);
    }

    @Test
    void entriesAreNotOfferedAgainWhileTheyAreBeingWritten() {
        offer(TWO);
        assertThatCode(violations::check).doesNotThrowAnyException();
        offer(TWO);
        assertThatExceptionOfType(InvariantViolation.class).isThrownBy(violations::check);
    }

    @Test
    void noEntryIsLeftOut() {
        offer(TWO.subList(1, 2));
        assertThatExceptionOfType(InvariantViolation.class).isThrownBy(violations::check);
    }

    @Test
    void whatReplacesAnEntryIsOffered() {
        offer(TWO);
        replica.log.truncateTo(1);
        replica.log.append(2, 13, false);
        checker.truncated(2);
        offer(List.of(Entry.of(2, 2, new byte[] {3})));
        assertThatCode(violations::check).doesNotThrowAnyException();
    }

    private void offer(List<Entry> entries) {
        checker.taken(replica, Ready.of(null, HardState.EMPTY, List.of(), entries, null, List.of(), List.of(), true));
    }
}
