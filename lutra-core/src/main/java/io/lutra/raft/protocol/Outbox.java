package io.lutra.raft.protocol;

import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.TraceListener;
import java.util.ArrayList;
import java.util.List;

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
    private final boolean holdVoteRequests;
    private final TraceListener trace;
    private List<Message> immediate = new ArrayList<>();
    private List<Message> afterAppend = new ArrayList<>();

    Outbox(long self, boolean holdVoteRequests, TraceListener trace) {
        this.self = self;
        this.holdVoteRequests = holdVoteRequests;
        this.trace = trace;
    }

    void send(Message message) {
        trace.sent(message);
        if (waits(message.type())) {
            afterAppend.add(message);
        } else {
            immediate.add(message);
        }
    }

    private boolean waits(MessageType type) {
        return switch (type) {
            case APP_RESP, VOTE_RESP, PRE_VOTE_RESP -> true;
            case VOTE -> holdVoteRequests;
            default -> false;
        };
    }

    boolean isEmpty() {
        return immediate.isEmpty() && afterAppend.isEmpty();
    }

    boolean hasAfterAppend() {
        return !afterAppend.isEmpty();
    }

    /** Takes the messages that may leave at once; the list is the caller's. */
    List<Message> takeImmediate() {
        List<Message> taken = immediate;
        immediate = new ArrayList<>();
        return taken;
    }

    /** Takes the messages that have to wait, those to the node itself included; the list is the caller's. */
    List<Message> takeAfterAppend() {
        List<Message> taken = afterAppend;
        afterAppend = new ArrayList<>();
        return taken;
    }

    boolean isToSelf(Message message) {
        return message.to() == self;
    }
}
