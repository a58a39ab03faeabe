package io.lutra.raft.protocol;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StepResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses what no node of this version can mean. On the wire terms and indexes are unsigned; here they must be positive. */
final class MessageCheck {
    private MessageCheck() {}

    static @Nullable StepResult refusal(Message m) {
        if (m.type() == MessageType.UNRECOGNIZED) {
            return StepResult.UNRECOGNIZED_TYPE;
        }
        // The sign bit of any of them is the sign bit of all of them together.
        long signs = m.term() | m.logTerm() | m.index() | m.commit() | m.rejectHint() | signs(m.entries());
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            signs |= snapshot.metadata().index() | snapshot.metadata().term();
        }
        return signs < 0 ? StepResult.OUT_OF_RANGE : null;
    }

    private static long signs(List<Entry> entries) {
        long signs = 0;
        for (int i = 0; i < entries.size(); i++) {
            signs |= entries.get(i).term() | entries.get(i).index();
        }
        return signs;
    }
}
