package io.lutra.raft;

import io.lutra.raft.codec.GatheringWriter;
import io.lutra.raft.codec.ProtoWriter;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one node says to another, or to its own storage. It never changes.
 *
 * <p>A message is made by the factory named for its type, which takes just what that type says; all other fields have
 * their defaults. {@link #parse} accepts whatever etcd's raft, of any version, has sent. On the wire:
 * {@code raftpb.Message}.
 *
 * <p>The lists that a factory takes must not change afterwards. A decoded message holds on to the frame it came in: its
 * entries and its snapshot are slices of it.
 */
public final class Message {
    /** The id of no node. */
    public static final long NONE = 0;

    /** Where {@link MessageType#STORAGE_APPEND} goes. No node may have this id. */
    public static final long LOCAL_APPEND_THREAD = -1L;

    /** Where {@link MessageType#STORAGE_APPLY} goes. No node may have this id. */
    public static final long LOCAL_APPLY_THREAD = -2L;

    private final int type;
    private final long to;
    private final long from;
    private final long term;
    private final long logTerm;
    private final long index;
    private final long commit;
    private final List<Entry> entries;
    private final Rest rest;

    /** What few messages have: without it the others take 72 bytes, not 104, and an idle tick a quarter less. */
    @SuppressWarnings("ArrayRecordComponent") // It never leaves its message.
    private record Rest(
            @Nullable Snapshot snapshot,
            boolean reject,
            long rejectHint,
            byte[] context,
            long vote,
            List<Message> responses) {
        static final Rest NONE = new Rest(null, false, 0, MessageBuilder.NO_CONTEXT, 0, List.of());

        boolean isSame(Rest that) {
            return reject == that.reject
                    && rejectHint == that.rejectHint
                    && vote == that.vote
                    && Arrays.equals(context, that.context)
                    && Objects.equals(snapshot, that.snapshot)
                    && responses.equals(that.responses);
        }

        boolean isNone() {
            return snapshot == null
                    && !reject
                    && rejectHint == 0
                    && context.length == 0
                    && vote == 0
                    && responses.isEmpty();
        }
    }

    Message(
            int type,
            long to,
            long from,
            long term,
            long logTerm,
            long index,
            List<Entry> entries,
            long commit,
            @Nullable Snapshot snapshot,
            boolean reject,
            long rejectHint,
            byte[] context,
            long vote,
            List<Message> responses) {
        this.type = type;
        this.to = to;
        this.from = from;
        this.term = term;
        this.logTerm = logTerm;
        this.index = index;
        this.entries = entries;
        this.commit = commit;
        Rest others = new Rest(snapshot, reject, rejectHint, context, vote, responses);
        this.rest = others.isNone() ? Rest.NONE : others;
    }

    /** Asks the leader to append entries, which have no place in the log yet. It carries no term. */
    public static Message propose(long from, long to, List<Entry> entries) {
        return new MessageBuilder(MessageType.PROP, from, to, 0)
                .entries(entries)
                .build();
    }

    /**
     * Asks a follower to append. Paper figure 2, AppendEntries.
     *
     * @param prevTerm the term of the entry before the first of {@code entries}
     * @param prevIndex the index of that entry
     * @param commit the leader's commit index
     */
    public static Message append(
            long from, long to, long term, long prevTerm, long prevIndex, List<Entry> entries, long commit) {
        return new MessageBuilder(MessageType.APP, from, to, term)
                .log(prevTerm, prevIndex)
                .entries(entries)
                .commit(commit)
                .build();
    }

    /** Says that the sender's log is durable, and equal to the leader's, up to {@code index}. */
    public static Message appendResponse(long from, long to, long term, long index) {
        return new MessageBuilder(MessageType.APP_RESP, from, to, term)
                .log(0, index)
                .build();
    }

    /**
     * Says that the sender has no entry of the asked term at {@code index}, and where the logs may agree: at
     * {@code hintIndex}, where the sender's log has {@code hintTerm}.
     */
    public static Message appendRejection(long from, long to, long term, long index, long hintTerm, long hintIndex) {
        return new MessageBuilder(MessageType.APP_RESP, from, to, term)
                .log(hintTerm, index)
                .reject(true, hintIndex)
                .build();
    }

    /** Asks for a vote in {@code term}. Paper figure 2, RequestVote. */
    public static Message vote(long from, long to, long term, long lastTerm, long lastIndex, byte[] context) {
        return new MessageBuilder(MessageType.VOTE, from, to, term)
                .log(lastTerm, lastIndex)
                .context(context)
                .build();
    }

    /** Answers {@link #vote}. */
    public static Message voteResponse(long from, long to, long term, boolean reject) {
        return new MessageBuilder(MessageType.VOTE_RESP, from, to, term)
                .reject(reject, 0)
                .build();
    }

    /** Asks whether a vote would be given in {@code term}, one above the sender's. Thesis §9.6. */
    public static Message preVote(long from, long to, long term, long lastTerm, long lastIndex) {
        return new MessageBuilder(MessageType.PRE_VOTE, from, to, term)
                .log(lastTerm, lastIndex)
                .build();
    }

    /** Answers {@link #preVote}: granted with the asked term, rejected with the sender's own. */
    public static Message preVoteResponse(long from, long to, long term, boolean reject) {
        return new MessageBuilder(MessageType.PRE_VOTE_RESP, from, to, term)
                .reject(reject, 0)
                .build();
    }

    /** Sends a snapshot to a follower that needs entries which the leader no longer has. Paper figure 13. */
    public static Message snapshot(long from, long to, long term, Snapshot snapshot) {
        return new MessageBuilder(MessageType.SNAP, from, to, term)
                .snapshot(snapshot)
                .build();
    }

    /**
     * Tells a follower that the leader is there.
     *
     * @param commit at most what the follower is known to have
     * @param context what the answer has to carry back: the position in the leader's queue of reads
     */
    public static Message heartbeat(long from, long to, long term, long commit, byte[] context) {
        return new MessageBuilder(MessageType.HEARTBEAT, from, to, term)
                .commit(commit)
                .context(context)
                .build();
    }

    /** Answers a {@link #heartbeat} with its context. */
    public static Message heartbeatResponse(long from, long term, Message heartbeat) {
        return new MessageBuilder(MessageType.HEARTBEAT_RESP, from, heartbeat.from, term)
                .context(heartbeat.rest.context)
                .build();
    }

    /** Asks the leader to hand leadership over to {@code from}. Thesis §3.10. */
    public static Message transferLeader(long from, long to, long term) {
        return new MessageBuilder(MessageType.TRANSFER_LEADER, from, to, term).build();
    }

    /** Tells a follower to campaign at once. Thesis §3.10. */
    public static Message timeoutNow(long from, long to, long term) {
        return new MessageBuilder(MessageType.TIMEOUT_NOW, from, to, term).build();
    }

    /** Asks the leader for a read index. Thesis §6.4. The one entry holds the application's context. No term. */
    public static Message readIndex(long from, long to, List<Entry> context) {
        return new MessageBuilder(MessageType.READ_INDEX, from, to, 0)
                .entries(context)
                .build();
    }

    /** Answers {@link #readIndex}. */
    public static Message readIndexResponse(long from, long to, long term, long index, List<Entry> context) {
        return new MessageBuilder(MessageType.READ_INDEX_RESP, from, to, term)
                .log(0, index)
                .entries(context)
                .build();
    }

    /**
     * Asks the node's own storage to make entries, a hard state and a snapshot durable, and then to deliver
     * {@code responses}.
     *
     * @param hardState what to store, or empty for no change
     * @throws MisuseException if the responses nest deeper than can be read again, which is 61
     */
    public static Message storageAppend(
            long from, HardState hardState, List<Entry> entries, @Nullable Snapshot snapshot, List<Message> responses) {
        return new MessageBuilder(MessageType.STORAGE_APPEND, from, LOCAL_APPEND_THREAD, hardState.term())
                .vote(hardState.vote())
                .commit(hardState.commit())
                .entries(entries)
                .snapshot(snapshot)
                .responses(responses)
                .build();
    }

    /**
     * Tells a node that its log is durable up to an entry, if it still has that entry, and its snapshot too.
     *
     * @param replacements how often the log had replaced what was being written when this write was asked for: an answer
     *     from before the last time does not count. It is kept in {@code commit}, and mostly 0
     */
    public static Message storageAppendResponse(
            long to, long term, long lastTerm, long lastIndex, long replacements, @Nullable Snapshot snapshot) {
        return new MessageBuilder(MessageType.STORAGE_APPEND_RESP, LOCAL_APPEND_THREAD, to, term)
                .log(lastTerm, lastIndex)
                .commit(replacements)
                .snapshot(snapshot)
                .build();
    }

    /**
     * Asks the node's own state machine to apply entries, and then to deliver {@code responses}.
     *
     * @throws MisuseException if the responses nest deeper than can be read again, which is 61
     */
    public static Message storageApply(long from, List<Entry> entries, List<Message> responses) {
        return new MessageBuilder(MessageType.STORAGE_APPLY, from, LOCAL_APPLY_THREAD, 0)
                .entries(entries)
                .responses(responses)
                .build();
    }

    /** Tells a node that entries were applied. */
    public static Message storageApplyResponse(long to, List<Entry> entries) {
        return new MessageBuilder(MessageType.STORAGE_APPLY_RESP, LOCAL_APPLY_THREAD, to, 0)
                .entries(entries)
                .build();
    }

    /** Tells a follower to forget its leader, so that it may vote before its lease ends. */
    public static Message forgetLeader(long from, long to) {
        return new MessageBuilder(MessageType.FORGET_LEADER, from, to, 0).build();
    }

    /**
     * Returns this message for another recipient: how a follower passes on what the leader has to decide. It counts how
     * often that was done in {@code rejectHint}, which has no other meaning in what is passed on, and which etcd's raft
     * passes on as it is.
     */
    public Message forwarded(long newTo, long newTerm) {
        MessageBuilder copy = new MessageBuilder(this);
        copy.to = newTo;
        copy.term = newTerm;
        copy.rejectHint = rest.rejectHint + 1;
        return copy.build();
    }

    /** Tells whether an id is that of one of a node's own storage threads, which no node may have. */
    public static boolean isStorageThread(long id) {
        return id == LOCAL_APPEND_THREAD || id == LOCAL_APPLY_THREAD;
    }

    /** Returns how often a proposal, a read or a transfer was passed on since its first recipient took it up. */
    public long timesForwarded() {
        return rest.rejectHint;
    }

    /**
     * Decodes a message, which takes the array over: the caller must not change it any more.
     *
     * @throws MalformedBytesException if the bytes are not a message
     */
    public static Message parse(byte[] frame) {
        return parse(frame, 0, frame.length);
    }

    /**
     * Decodes a message from {@code frame[from, from + size)}, which it takes over: the caller must not change them any
     * more, and the message keeps the whole array alive.
     *
     * @throws MalformedBytesException if the bytes are not a message
     */
    public static Message parse(byte[] frame, int from, int size) {
        return Encoding.decode("a message", frame, from, size, MessageCodec::read);
    }

    /** Returns the wire bytes of the message, in a new array. */
    public byte[] data() {
        byte[] frame = new byte[encodedSize()];
        writeTo(frame, 0);
        return frame;
    }

    /** Writes the wire bytes to {@code frame} from {@code at} on and returns the place after them. */
    public int writeTo(byte[] frame, int at) {
        ProtoWriter writer = new ProtoWriter(frame, at);
        MessageCodec.write(this, writer);
        return writer.position();
    }

    /**
     * Returns the wire bytes in pieces, for a gathering write: entries and snapshot data of {@code copyBelow} bytes and
     * more are not copied but referred to, so that all the peers they are sent to share them.
     *
     * @param copyBelow from how many bytes on a piece of its own is worth it; at least 1
     * @return read-only buffers that hold, one after the other, what {@link #data} returns
     */
    public List<ByteBuffer> gather(int copyBelow) {
        if (copyBelow < 1) {
            throw new MisuseException("copyBelow must be at least 1, not " + copyBelow);
        }
        byte[] copied = new byte[Encoding.arraySize(MessageCodec.size(this) - MessageCodec.sizeFrom(copyBelow, this))];
        GatheringWriter writer = new GatheringWriter(copied, copyBelow);
        MessageCodec.write(this, writer);
        return writer.gathered();
    }

    /**
     * Returns the number of wire bytes.
     *
     * @throws MisuseException if no array is that large
     */
    public int encodedSize() {
        return Encoding.arraySize(MessageCodec.size(this));
    }

    /** Returns what the message says. */
    public MessageType type() {
        return MessageType.of(type);
    }

    /** Returns the number of the type on the wire, also when this version has no name for it. */
    public int typeNumber() {
        return type;
    }

    /** Returns the id of the recipient. */
    public long to() {
        return to;
    }

    /** Returns the id of the sender. */
    public long from() {
        return from;
    }

    /** Returns the term the message belongs to; 0 for what is local or belongs to none. */
    public long term() {
        return term;
    }

    /** Returns the term of the entry that {@link #index} names, where the type has one. */
    public long logTerm() {
        return logTerm;
    }

    /** Returns the index that the message is about. */
    public long index() {
        return index;
    }

    /** Returns the entries, in a list that must not be changed. */
    public List<Entry> entries() {
        return entries;
    }

    /** Returns a commit index. */
    public long commit() {
        return commit;
    }

    /** Returns the snapshot, or null. Old versions put an empty one into every message. */
    public @Nullable Snapshot snapshot() {
        return rest.snapshot;
    }

    /** Tells whether an answer is negative. */
    public boolean reject() {
        return rest.reject;
    }

    /** Returns where the sender of a rejection believes that the logs agree. */
    public long rejectHint() {
        return rest.rejectHint;
    }

    /** Returns a copy of the context. */
    public byte[] context() {
        return rest.context.length == 0 ? rest.context : rest.context.clone();
    }

    /** Returns the number of bytes of the context. */
    public int contextSize() {
        return rest.context.length;
    }

    /** Returns the context itself, which must not be changed. */
    byte[] contextBytes() {
        return rest.context;
    }

    /** Returns the vote to store, in a message to the node's own storage. */
    public long vote() {
        return rest.vote;
    }

    /** Returns what to deliver once this message is done with, in a list that must not be changed. */
    public List<Message> responses() {
        return rest.responses;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof Message that
                        && type == that.type
                        && to == that.to
                        && from == that.from
                        && term == that.term
                        && logTerm == that.logTerm
                        && index == that.index
                        && commit == that.commit
                        && entries.equals(that.entries)
                        && rest.isSame(that.rest));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new long[] {type, to, from, term, index});
    }

    /** Prints the message in one line, without what its entries hold; {@link Describe#message} prints that too. */
    @Override
    public String toString() {
        return Describe.summary(this);
    }
}
