package io.lutra.raft.protocol;

import io.lutra.raft.Config;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.TraceListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages that wait for the next Ready: those that may leave at once, and those that must not leave before all that
 * is unstable now is durable.
 *
 * <p>What promises something must wait: an acknowledgement promises that entries will be there, a vote that no other is
 * given in its term. Thesis §3.8. A rejection may rest on unstable state as well, so it waits too. With asynchronous
 * storage writes a vote request also waits: a candidate that forgets it was one could campaign twice in one term, and
 * lead twice ({@code docs/deviations.md}).
 */
final class Outbox {
    private final long self;
    private final boolean async;
    private final boolean holdVoteRequests;
    private final TraceListener trace;
    /** Null if there are none, as the other two: to store a list where none was costs an idle group more than all else. */
    private @Nullable List<Message> immediate;

    private @Nullable List<Message> afterAppend;
    private @Nullable List<Message> toSelf;

    Outbox(Config config) {
        this.self = config.id();
        this.async = config.asyncStorageWrites();
        this.holdVoteRequests = async && !config.unsafeAsEtcd();
        this.trace = config.traceListener();
    }

    void send(Message message) {
        trace.sent(message);
        if (!waits(message.type())) {
            immediate = with(immediate, message);
        } else if (async || message.to() != self) {
            afterAppend = with(afterAppend, message);
        } else {
            toSelf = with(toSelf, message);
        }
    }

    private boolean waits(MessageType type) {
        return switch (type) {
            case APP_RESP, VOTE_RESP, PRE_VOTE_RESP -> true;
            case VOTE -> holdVoteRequests;
            default -> false;
        };
    }

    /**
     * Returns the list and one message more. Most Readys have none, one, or one per peer of three: lists without an array
     * are 48 bytes less for each of the leader's, and 24 for each of the others'.
     */
    static List<Message> with(@Nullable List<Message> list, Message message) {
        if (list == null || list.isEmpty()) {
            return List.of(message);
        }
        if (list.size() == 1) {
            return List.of(list.get(0), message);
        }
        List<Message> more = list.size() == 2 ? new ArrayList<>(list) : list;
        more.add(message);
        return more;
    }

    boolean isEmpty() {
        return immediate == null && afterAppend == null && toSelf == null;
    }

    boolean hasAfterAppend() {
        return afterAppend != null;
    }

    /** Takes the messages that may leave at once. */
    List<Message> takeImmediate() {
        List<Message> taken = immediate;
        immediate = null;
        return taken == null ? List.of() : taken;
    }

    /** Takes the messages that have to wait; with asynchronous storage writes, those to the node itself included. */
    List<Message> takeAfterAppend() {
        List<Message> taken = afterAppend;
        afterAppend = null;
        return taken == null ? List.of() : taken;
    }

    /** Takes the messages to the node itself. */
    List<Message> takeToSelf() {
        List<Message> taken = toSelf;
        toSelf = null;
        return taken == null ? List.of() : taken;
    }

    /** Takes all messages to others, in the order in which they leave. */
    List<Message> takeToOthers() {
        List<Message> taken = takeImmediate();
        List<Message> waiting = takeAfterAppend();
        if (taken.isEmpty()) {
            return waiting;
        }
        for (int i = 0; i < waiting.size(); i++) {
            taken = with(taken, waiting.get(i));
        }
        return taken;
    }
}
