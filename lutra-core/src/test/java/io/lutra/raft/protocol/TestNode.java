package io.lutra.raft.protocol;

import io.lutra.raft.BasicStatus;
import io.lutra.raft.ConfState;
import io.lutra.raft.Config;
import io.lutra.raft.ConfigBuilder;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.HardState;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ReadState;
import io.lutra.raft.Ready;
import io.lutra.raft.Snapshot;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * One node, and around it what a careful application does: {@link #settle} stores, applies and advances until nothing is
 * left to do. What the node sends is kept until it is taken.
 *
 * <p>By default without pre-votes and without checking the quorum, with an election timeout of exactly {@link #TIMEOUT}
 * ticks: what a test is about it turns on.
 */
final class TestNode {
    static final int TIMEOUT = 10;
    private static final byte[] NOTHING = {};

    final long id;
    final RawNode raw;
    final TestStorage storage;
    final Recorder trace;
    final List<Ready> readys = new ArrayList<>();
    final List<Entry> applied = new ArrayList<>();
    final List<ReadState> reads = new ArrayList<>();
    private final Builder builder;
    private List<Message> sent = new ArrayList<>();

    private TestNode(Builder builder, TestStorage storage) {
        this.id = builder.id;
        this.builder = builder;
        this.storage = storage;
        this.trace = new Recorder();
        this.raw = new RawNode(builder.config(storage, trace));
    }

    /** Begins to describe a node. */
    static Builder node(long id) {
        return new Builder(id);
    }

    /** Describes a node before it starts: what its storage holds, and its options. */
    static final class Builder {
        private final long id;
        private ConfState confState = ConfState.EMPTY;
        private long[] terms = {};
        private long term;
        private long vote;
        private long commit;
        private long snapshotIndex;
        private UnaryOperator<ConfigBuilder> options = config -> config;

        private Builder(long id) {
            this.id = id;
        }

        /** Sets the voters. */
        Builder voters(Long... voters) {
            confState = ConfState.of(List.of(voters), confState.learners());
            return this;
        }

        /** Sets the learners. */
        Builder learners(Long... learners) {
            confState = ConfState.of(confState.voters(), List.of(learners));
            return this;
        }

        /** Puts entries of these terms into the log; the node's own term is at least that of the last. */
        Builder log(long... entryTerms) {
            terms = entryTerms;
            return this;
        }

        /** Lets the log begin after an entry that was compacted into a snapshot. */
        Builder compactedTo(long index) {
            snapshotIndex = index;
            return this;
        }

        Builder term(long newTerm) {
            term = newTerm;
            return this;
        }

        Builder vote(long newVote) {
            vote = newVote;
            return this;
        }

        Builder commit(long newCommit) {
            commit = newCommit;
            return this;
        }

        Builder with(UnaryOperator<ConfigBuilder> more) {
            UnaryOperator<ConfigBuilder> before = options;
            options = config -> more.apply(before.apply(config));
            return this;
        }

        TestStorage storage() {
            TestStorage storage = new TestStorage(confState);
            for (int i = 0; i < terms.length; i++) {
                storage.append(List.of(Entry.of(terms[i], i + 1L, bytes("e" + (i + 1)))));
            }
            if (snapshotIndex > 0) {
                storage.memory.createSnapshot(snapshotIndex, confState, bytes("snapshot"));
                storage.memory.compact(snapshotIndex);
            }
            long lastTerm = terms.length == 0 ? 0 : terms[terms.length - 1];
            storage.setHardState(new HardState(Math.max(term, lastTerm), vote, commit));
            return storage;
        }

        Config config(TestStorage storage, Recorder trace) {
            ConfigBuilder config = Config.builder()
                    .id(id)
                    .electionTick(TIMEOUT)
                    .heartbeatTick(1)
                    .storage(storage)
                    .preVote(false)
                    .checkQuorum(false)
                    .electionJitter((node, inTerm, ticks) -> 0)
                    .traceListener(trace);
            return options.apply(config).build();
        }

        TestNode start() {
            return start(storage());
        }

        TestNode start(TestStorage storage) {
            return new TestNode(this, storage);
        }

        /** Starts the node, has all other voters elect it, and has them acknowledge its first entry. */
        TestNode lead() {
            TestNode node = start();
            node.elect();
            for (long peer : node.peers()) {
                node.deliver(node.ackFrom(peer, node.lastIndex()));
            }
            node.take();
            // The votes that came after it had won.
            node.trace.ignored.clear();
            return node;
        }
    }

    /** Starts anew on what is stored. */
    TestNode restart() {
        return builder.start(storage);
    }

    /** Gives the node a message, does what it then wants done, and returns what became of the message. */
    StepResult deliver(Message message) {
        StepResult result = raw.step(message);
        settle();
        return result;
    }

    /** Has all other voters vote for the node. */
    void elect() {
        raw.campaign();
        settle();
        for (long peer : peers()) {
            deliver(Message.voteResponse(peer, id, term(), false));
        }
    }

    private long[] peers() {
        return LongStream.of(builder.confState.voters().stream()
                        .mapToLong(Long::longValue)
                        .toArray())
                .filter(peer -> peer != id)
                .toArray();
    }

    /** Returns a peer's acknowledgement of this leader's log up to an index. */
    Message ackFrom(long peer, long index) {
        return Message.appendResponse(peer, id, term(), index);
    }

    /** Lets ticks pass, one by one. */
    void ticks(int ticks) {
        for (int i = 0; i < ticks; i++) {
            raw.tick();
            settle();
        }
    }

    /** Stores, applies and advances until there is nothing left to do. */
    void settle() {
        for (int i = 0; raw.hasReady(); i++) {
            if (i > 1000) {
                throw new AssertionError("node " + id + " never settles: " + raw.ready());
            }
            Ready ready = raw.ready();
            readys.add(ready);
            if (!ready.hardState().isEmpty()) {
                storage.setHardState(ready.hardState());
            }
            Snapshot snapshot = ready.snapshot();
            if (snapshot != null) {
                storage.applySnapshot(snapshot);
                storage.setConfState(snapshot.metadata().confState());
            }
            storage.append(ready.entries());
            sent.addAll(ready.messages());
            ready.committedEntries().forEach(this::apply);
            reads.addAll(ready.readStates());
            raw.advance();
        }
    }

    private void apply(Entry entry) {
        applied.add(entry);
        if (entry.type().isConfChange()) {
            try {
                storage.setConfState(raw.applyConfChange(MembershipChange.of(entry)));
            } catch (InvalidConfChangeException e) {
                // All members refuse it alike.
                trace.refusedChanges.add("refused when applied: " + e.reason());
            }
        }
    }

    /** Takes what the node has sent. */
    List<Message> take() {
        settle();
        List<Message> taken = sent;
        sent = new ArrayList<>();
        return taken;
    }

    /** Tells whether there is something to take. */
    boolean hasSent() {
        return !sent.isEmpty();
    }

    /** Takes what the node has sent, and returns those of a type. */
    List<Message> take(MessageType type) {
        return take().stream().filter(message -> message.type() == type).toList();
    }

    /** Takes what the node has sent, which must be one message of a type. */
    Message takeOne(MessageType type) {
        List<Message> messages = take(type);
        if (messages.size() != 1) {
            throw new AssertionError("expected one " + type + ", not " + messages);
        }
        return messages.get(0);
    }

    BasicStatus status() {
        return raw.basicStatus();
    }

    StateType role() {
        return status().role();
    }

    long term() {
        return status().term();
    }

    long lead() {
        return status().lead();
    }

    long commit() {
        return status().commit();
    }

    long lastIndex() {
        return status().lastIndex();
    }

    PeerProgress progress(long peer) {
        return raw.status().progress().stream()
                .filter(one -> one.id() == peer)
                .findFirst()
                .orElseThrow(() -> new AssertionError(peer + " is no member"));
    }

    /** Returns the terms of the entries in the log, those not yet stored included. */
    List<Long> logTerms() {
        settle();
        List<Entry> entries = storage.lastIndex() < storage.firstIndex()
                ? List.of()
                : storage.memory.entries(storage.firstIndex(), storage.lastIndex() + 1, Long.MAX_VALUE);
        return entries.stream().map(Entry::term).toList();
    }

    /** Returns the commands that were applied. */
    List<String> appliedCommands() {
        return applied.stream()
                .filter(entry -> entry.type() == EntryType.NORMAL && entry.payloadSize() > 0)
                .map(entry -> new String(entry.data(), StandardCharsets.UTF_8))
                .toList();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns entries of these terms, from an index on. */
    static List<Entry> entriesFrom(long index, long... terms) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            entries.add(Entry.of(terms[i], index + i, bytes("e" + (index + i))));
        }
        return entries;
    }

    /** Returns a snapshot without data. */
    static Snapshot snapshot(long index, long term, Long... voters) {
        return Snapshot.of(NOTHING, SnapshotMetadata.of(ConfState.of(List.of(voters), List.of()), index, term));
    }

    @Override
    public String toString() {
        return status().toString() + Arrays.toString(builder.terms);
    }
}
