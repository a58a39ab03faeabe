package io.lutra.raft.protocol;

import io.lutra.raft.DropReason;
import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.ReadState;
import io.lutra.raft.quorum.JointConfig;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * The reads of a leader that wait: for its first commit, and then for a quorum to say that it still leads. Thesis §6.4.
 *
 * <p>Reads are numbered from 1 on as they are asked for; a heartbeat carries the number of the latest, and its answer
 * confirms all up to there. So a read is confirmed by a round that began after it, and rounds are shared.
 */
final class Reads {
    private static final byte[] NOTHING = {};
    /** Never filled. */
    private static final Queue<Unconfirmed> NO_READS = new ArrayDeque<>(0);

    private final Raft raft;
    /** Empty lists and maps that nobody has used yet take no room: most leaders of many groups serve no read. */
    private List<Message> waitingForCommit;

    private Queue<Unconfirmed> unconfirmed = NO_READS;
    private Map<Long, Long> acks = Map.of();
    private long confirmed;

    /** Creates the reads of a new leader, which takes up those that its last office left. */
    Reads(Raft raft) {
        this.raft = raft;
        this.waitingForCommit = raft.takeEarlyReads();
    }

    private record Unconfirmed(Message request, long index) {}

    boolean isFull() {
        return waitingForCommit.size() + unconfirmed.size() >= raft.options().maxPendingReads();
    }

    void waitForCommit(Message request) {
        waitingForCommit = Outbox.with(waitingForCommit, request);
    }

    boolean isWaitingForCommit() {
        return !waitingForCommit.isEmpty();
    }

    /** Takes the reads that waited for the leader's first commit, in order. */
    List<Message> takeWaiting() {
        List<Message> taken = waitingForCommit;
        waitingForCommit = List.of();
        return taken;
    }

    /** Adds a read that {@code index} answers once a quorum confirms it; the leader itself does so at once. */
    void add(Message request, long index) {
        if (unconfirmed == NO_READS) {
            unconfirmed = new ArrayDeque<>();
        }
        unconfirmed.add(new Unconfirmed(request, index));
        noteAck(raft.id(), latest());
    }

    private void noteAck(long from, long number) {
        if (acks.isEmpty()) {
            acks = new HashMap<>();
        }
        acks.merge(from, number, Math::max);
    }

    /** Tells whether a read waits for a quorum. */
    boolean isUnconfirmed() {
        return !unconfirmed.isEmpty();
    }

    private long latest() {
        return confirmed + unconfirmed.size();
    }

    /** Returns what a heartbeat carries: the number of the latest read, nothing if all are confirmed. */
    byte[] heartbeatContext() {
        if (unconfirmed.isEmpty()) {
            return NOTHING;
        }
        return ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(latest())
                .array();
    }

    /** Takes up what a peer carried back, and returns false if it is no number that was ever sent. */
    boolean acknowledge(long from, byte[] context) {
        if (context.length != Long.BYTES) {
            return false;
        }
        long number = ByteBuffer.wrap(context).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (number < 0 || number > latest()) {
            return false;
        }
        noteAck(from, number);
        return true;
    }

    /** Answers the reads that a quorum has confirmed, which are all of them if the leader is a quorum by itself. */
    void answerConfirmed(JointConfig voters) {
        long nowConfirmed = Math.min(latest(), voters.committedIndex(id -> acks.getOrDefault(id, 0L)));
        while (confirmed < nowConfirmed) {
            confirmed++;
            Unconfirmed read = unconfirmed.remove();
            answer(read.request, read.index);
        }
    }

    /** Answers a read: here, or at the peer that asked. */
    void answer(Message request, long index) {
        if (request.from() == Raft.NONE || request.from() == raft.id()) {
            raft.outbox().add(ReadState.of(index, requestContext(request)));
        } else {
            raft.send(Message.readIndexResponse(raft.id(), request.from(), raft.term(), index, request.entries()));
        }
    }

    /** Ends with the leader's office: what waits will not be answered. */
    void close() {
        if (raft.options().unsafeAsEtcd()) {
            raft.keepEarlyReads(takeWaiting());
        }
        waitingForCommit.forEach(request -> drop(raft, request, DropReason.LEADERSHIP_LOST));
        unconfirmed.forEach(read -> drop(raft, read.request, DropReason.LEADERSHIP_LOST));
    }

    static DropReason drop(Raft raft, Message request, DropReason reason) {
        raft.trace().readDropped(requestContext(request), reason);
        return reason;
    }

    private static byte[] requestContext(Message request) {
        List<Entry> entries = request.entries();
        return entries.isEmpty() ? NOTHING : entries.get(0).data();
    }
}
