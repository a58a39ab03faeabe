package io.lutra.raft;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes messages that no factory makes: any type with any fields, as bytes from anywhere may say it. */
public final class AnyMessage {
    private AnyMessage() {}

    /** Returns a message of these fields. */
    public static Message of(
            int type,
            long from,
            long to,
            long term,
            long logTerm,
            long index,
            List<Entry> entries,
            long commit,
            @Nullable Snapshot snapshot,
            boolean reject,
            long rejectHint,
            byte[] context) {
        MessageBuilder builder = new MessageBuilder();
        builder.type = type;
        builder.from = from;
        builder.to = to;
        builder.term = term;
        return builder.log(logTerm, index)
                .entries(entries)
                .commit(commit)
                .snapshot(snapshot)
                .reject(reject, rejectHint)
                .context(context)
                .build();
    }
}
