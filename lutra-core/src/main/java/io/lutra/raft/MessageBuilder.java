package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of a message while one of its factories makes it. */
final class MessageBuilder {
    static final byte[] NO_CONTEXT = {};

    /** How deep responses nest at most, so that they can be read again: a snapshot in the innermost nests three deep. */
    static final int MAX_RESPONSE_DEPTH = ProtoReader.MAX_DEPTH - 3;

    int type;
    long to;
    long from;
    long term;
    long logTerm;
    long index;
    List<Entry> entries = List.of();
    long commit;

    @Nullable
    Snapshot snapshot;

    boolean reject;
    long rejectHint;
    byte[] context = NO_CONTEXT;
    long vote;
    List<Message> responses = List.of();

    MessageBuilder() {}

    MessageBuilder(MessageType type, long from, long to, long term) {
        this.type = type.number();
        this.from = from;
        this.to = to;
        this.term = term;
    }

    MessageBuilder(Message message) {
        type = message.typeNumber();
        to = message.to();
        from = message.from();
        term = message.term();
        logTerm = message.logTerm();
        index = message.index();
        entries = message.entries();
        commit = message.commit();
        snapshot = message.snapshot();
        reject = message.reject();
        rejectHint = message.rejectHint();
        context = message.contextBytes();
        vote = message.vote();
        responses = message.responses();
    }

    MessageBuilder log(long term, long index) {
        this.logTerm = term;
        this.index = index;
        return this;
    }

    MessageBuilder entries(List<Entry> entries) {
        this.entries = entries;
        return this;
    }

    MessageBuilder commit(long commit) {
        this.commit = commit;
        return this;
    }

    MessageBuilder snapshot(@Nullable Snapshot snapshot) {
        this.snapshot = snapshot;
        return this;
    }

    MessageBuilder reject(boolean reject, long hint) {
        this.reject = reject;
        this.rejectHint = hint;
        return this;
    }

    MessageBuilder context(byte[] context) {
        this.context = context;
        return this;
    }

    MessageBuilder vote(long vote) {
        this.vote = vote;
        return this;
    }

    MessageBuilder responses(List<Message> responses) {
        if (depth(responses) > MAX_RESPONSE_DEPTH) {
            throw new MisuseException("responses nest deeper than " + MAX_RESPONSE_DEPTH);
        }
        this.responses = responses;
        return this;
    }

    private static int depth(List<Message> responses) {
        int deepest = 0;
        for (Message response : responses) {
            deepest = Math.max(deepest, 1 + depth(response.responses()));
        }
        return deepest;
    }

    Message build() {
        return new Message(
                type,
                to,
                from,
                term,
                logTerm,
                index,
                entries,
                commit,
                snapshot,
                reject,
                rejectHint,
                context,
                vote,
                responses);
    }
}
