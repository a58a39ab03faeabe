package io.lutra.raft.protocol;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StepResult;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what no node of this version can mean, before anything is done about it.
 *
 * <p>Terms and indexes have 64 unsigned bits on the wire. Here they are below 2<sup>62</sup>: far more than any log will
 * reach, and so far from the end that no sum of two can overflow.
 */
final class MessageCheck {
    /** The largest term and the largest index. */
    static final long LARGEST = (1L << 62) - 1;

    private MessageCheck() {}

    /** Returns why a message to a node is refused, or null. */
    static @Nullable StepResult refusal(Raft raft, Message m) {
        boolean async = raft.options().asyncStorageWrites();
        MessageType type = m.type();
        if (type == MessageType.UNRECOGNIZED) {
            return StepResult.UNRECOGNIZED_TYPE;
        }
        if (isOutOfRange(m)) {
            return StepResult.OUT_OF_RANGE;
        }
        if (Message.isStorageThread(m.from())) {
            return async && isFromStorage(type) ? null : StepResult.LOCAL_MESSAGE;
        }
        if (type.isLocal()) {
            return StepResult.LOCAL_MESSAGE;
        }
        if (type.isResponse() && !raft.tracker().configuration().contains(m.from())) {
            return StepResult.UNKNOWN_PEER;
        }
        return raft.options().unsafeAsEtcd() ? null : dishonesty(raft, m);
    }

    private static @Nullable StepResult dishonesty(Raft raft, Message m) {
        boolean async = raft.options().asyncStorageWrites();
        long self = raft.id();
        MessageType type = m.type();
        if ((m.to() != self && m.to() != Raft.NONE) || (m.from() == self && !comesFromSelf(m, async))) {
            return StepResult.MISDIRECTED;
        }
        // A term of 0 would skip the rules about terms, and a vote for nobody would count as none.
        boolean incomplete = m.term() == 0 || m.from() == Raft.NONE;
        return incomplete && needsTerm(type) ? StepResult.MALFORMED : null;
    }

    private static boolean isFromStorage(MessageType type) {
        return type == MessageType.STORAGE_APPEND_RESP || type == MessageType.STORAGE_APPLY_RESP;
    }

    /** With asynchronous storage writes a node's own acknowledgements and votes come back to it from its storage. */
    private static boolean comesFromSelf(Message m, boolean async) {
        return switch (m.type()) {
            case APP_RESP, VOTE_RESP, PRE_VOTE_RESP -> async && !m.reject();
            case PROP, READ_INDEX, TRANSFER_LEADER, FORGET_LEADER -> true;
            default -> false;
        };
    }

    private static boolean needsTerm(MessageType type) {
        return switch (type) {
            case PROP, READ_INDEX, TRANSFER_LEADER, FORGET_LEADER, TIMEOUT_NOW -> false;
            default -> true;
        };
    }

    private static boolean isOutOfRange(Message m) {
        // The two highest bits of any of them are those of all of them together.
        long bits = m.term() | m.logTerm() | m.index() | m.commit() | m.rejectHint();
        List<Entry> entries = m.entries();
        for (int i = 0; i < entries.size(); i++) {
            bits |= entries.get(i).term() | entries.get(i).index();
        }
        Snapshot snapshot = m.snapshot();
        if (snapshot != null) {
            bits |= snapshot.metadata().index() | snapshot.metadata().term();
        }
        return (bits & ~LARGEST) != 0;
    }
}
