package io.lutra.raft;

import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;

/**
 * Prints values as etcd's raft does, one line each where that is possible, for logs and for comparing traces. Bytes from
 * outside are escaped.
 */
public final class Describe {
    private Describe() {}

    /** Prints a message; nested responses are indented. */
    public static String message(Message message) {
        return message(message, Describe::quoted);
    }

    /** Prints a message, and the data of its normal entries by {@code formatter}. */
    public static String message(Message message, Function<byte[], String> formatter) {
        StringBuilder out = new StringBuilder();
        message(out, message, "", formatter);
        return out.toString();
    }

    private static void message(StringBuilder out, Message m, String indent, Function<byte[], String> formatter) {
        out.append(indent);
        head(out, m);
        if (m.entries().size() == 1) {
            out.append(" Entries:[")
                    .append(entry(m.entries().get(0), formatter))
                    .append(']');
        } else if (m.entries().size() > 1) {
            out.append(" Entries:[");
            for (Entry entry : m.entries()) {
                out.append('\n').append(indent).append("  ").append(entry(entry, formatter));
            }
            out.append('\n').append(indent).append(']');
        }
        Snapshot snapshot = m.snapshot();
        if (snapshot != null && !snapshot.isEmpty()) {
            out.append('\n').append(indent).append("  Snapshot: ").append(snapshot(snapshot));
        }
        if (!m.responses().isEmpty()) {
            out.append(" Responses:[");
            for (Message response : m.responses()) {
                out.append('\n');
                message(out, response, indent + "  ", formatter);
            }
            out.append('\n').append(indent).append(']');
        }
    }

    /** Prints what a message says in one line, with the number of its entries and responses instead of these. */
    static String summary(Message m) {
        StringBuilder out = new StringBuilder();
        head(out, m);
        out.append(m.entries().isEmpty() ? "" : " Entries:" + m.entries().size());
        Snapshot snapshot = m.snapshot();
        if (snapshot != null && !snapshot.isEmpty()) {
            out.append(" Snapshot:").append(unsigned(snapshot.metadata().index()));
        }
        out.append(m.responses().isEmpty() ? "" : " Responses:" + m.responses().size());
        return out.toString();
    }

    private static void head(StringBuilder out, Message m) {
        out.append(target(m.from())).append("->").append(target(m.to())).append(' ');
        out.append(
                m.type() == MessageType.UNRECOGNIZED
                        ? Integer.toString(m.typeNumber())
                        : m.type().wireName());
        out.append(" Term:").append(unsigned(m.term()));
        out.append(" Log:").append(unsigned(m.logTerm())).append('/').append(unsigned(m.index()));
        if (m.reject()) {
            out.append(" Rejected (Hint: ").append(unsigned(m.rejectHint())).append(')');
        }
        if (m.commit() != 0) {
            out.append(" Commit:").append(unsigned(m.commit()));
        }
        if (m.vote() != 0) {
            out.append(" Vote:").append(unsigned(m.vote()));
        }
    }

    /** Prints an entry: term, index, type and data. */
    public static String entry(Entry entry) {
        return entry(entry, Describe::quoted);
    }

    /** Prints an entry, and the data of a normal one by {@code formatter}. */
    public static String entry(Entry entry, Function<byte[], String> formatter) {
        String payload = switch (entry.type()) {
            case NORMAL -> formatter.apply(entry.data());
            case CONF_CHANGE, CONF_CHANGE_V2 -> change(entry);
            case UNRECOGNIZED -> quoted(entry.data());
        };
        String type = switch (entry.type()) {
            case NORMAL -> "EntryNormal";
            case CONF_CHANGE -> "EntryConfChange";
            case CONF_CHANGE_V2 -> "EntryConfChangeV2";
            case UNRECOGNIZED -> Integer.toString(entry.typeNumber());
        };
        String head = unsigned(entry.term()) + "/" + unsigned(entry.index()) + " " + type;
        return payload.isEmpty() ? head : head + " " + payload;
    }

    private static String change(Entry entry) {
        try {
            return changes(MembershipChange.of(entry).asV2().changes());
        } catch (MalformedBytesException e) {
            return quoted(entry.data());
        }
    }

    /** Prints entries, each in a line of its own that ends. */
    public static String entries(List<Entry> entries) {
        StringBuilder out = new StringBuilder();
        for (Entry entry : entries) {
            out.append(entry(entry)).append('\n');
        }
        return out.toString();
    }

    /** Prints changes as operations: {@code v1} voter, {@code l2} learner, {@code r3} removed, {@code u4} updated. */
    public static String changes(List<ConfChangeSingle> changes) {
        StringJoiner out = new StringJoiner(" ");
        for (ConfChangeSingle change : changes) {
            char operation = switch (change.type()) {
                case ADD_NODE -> 'v';
                case ADD_LEARNER_NODE -> 'l';
                case REMOVE_NODE -> 'r';
                case UPDATE_NODE -> 'u';
                case UNRECOGNIZED -> '?';
            };
            out.add(operation + unsigned(change.nodeId()));
        }
        return out.toString();
    }

    /** Prints a Ready, one line for each part that is there. */
    public static String ready(Ready ready) {
        if (ready.isEmpty()) {
            return "<empty Ready>";
        }
        StringBuilder out = new StringBuilder();
        out.append("Ready MustSync=").append(ready.mustSync()).append(":\n");
        SoftState soft = ready.softState();
        if (soft != null) {
            out.append(softState(soft)).append('\n');
        }
        if (!ready.hardState().isEmpty()) {
            out.append("HardState ").append(hardState(ready.hardState())).append('\n');
        }
        if (!ready.readStates().isEmpty()) {
            StringJoiner states = new StringJoiner(" ", "ReadStates [", "]\n");
            ready.readStates().forEach(state -> states.add(readState(state)));
            out.append(states);
        }
        if (!ready.entries().isEmpty()) {
            out.append("Entries:\n").append(entries(ready.entries()));
        }
        Snapshot snapshot = ready.snapshot();
        if (snapshot != null) {
            out.append("Snapshot ").append(snapshot(snapshot)).append('\n');
        }
        if (!ready.committedEntries().isEmpty()) {
            out.append("CommittedEntries:\n").append(entries(ready.committedEntries()));
        }
        if (!ready.messages().isEmpty()) {
            out.append("Messages:\n");
            ready.messages().forEach(message -> out.append(message(message)).append('\n'));
        }
        return out.toString();
    }

    /** Prints leader and role. */
    public static String softState(SoftState state) {
        return "Lead:" + unsigned(state.lead()) + " State:" + role(state.role());
    }

    /** Prints term, vote (unless there is none) and commit index. */
    public static String hardState(HardState state) {
        String vote = state.vote() == 0 ? "" : " Vote:" + unsigned(state.vote());
        return "Term:" + unsigned(state.term()) + vote + " Commit:" + unsigned(state.commit());
    }

    /** Prints a role by etcd's name. */
    public static String role(StateType role) {
        return switch (role) {
            case FOLLOWER -> "StateFollower";
            case CANDIDATE -> "StateCandidate";
            case LEADER -> "StateLeader";
            case PRE_CANDIDATE -> "StatePreCandidate";
        };
    }

    private static String readState(ReadState state) {
        StringJoiner bytes = new StringJoiner(" ", "[", "]");
        for (byte b : state.requestContext()) {
            bytes.add(Integer.toString(b & 0xff));
        }
        return "{" + unsigned(state.index()) + " " + bytes + "}";
    }

    /** Prints a snapshot's metadata. */
    public static String snapshot(Snapshot snapshot) {
        SnapshotMetadata metadata = snapshot.metadata();
        return "Index:" + unsigned(metadata.index()) + " Term:" + unsigned(metadata.term()) + " ConfState:"
                + confState(metadata.confState());
    }

    /** Prints a membership. */
    public static String confState(ConfState state) {
        return "Voters:" + ids(state.voters()) + " VotersOutgoing:" + ids(state.votersOutgoing()) + " Learners:"
                + ids(state.learners()) + " LearnersNext:" + ids(state.learnersNext()) + " AutoLeave:"
                + state.autoLeave();
    }

    /** Prints how far a peer is. */
    public static String progress(PeerProgress progress) {
        StringBuilder out = new StringBuilder();
        out.append(
                switch (progress.state()) {
                    case PROBE -> "StateProbe";
                    case REPLICATE -> "StateReplicate";
                    case SNAPSHOT -> "StateSnapshot";
                });
        out.append(" match=").append(progress.match()).append(" next=").append(progress.next());
        out.append(progress.learner() ? " learner" : "");
        out.append(progress.paused() ? " paused" : "");
        out.append(progress.pendingSnapshot() > 0 ? " pendingSnap=" + progress.pendingSnapshot() : "");
        out.append(progress.recentActive() ? "" : " inactive");
        if (progress.inflight() > 0) {
            out.append(" inflight=").append(progress.inflight());
            out.append(progress.inflightFull() ? "[full]" : "");
        }
        return out.toString();
    }

    private static String ids(List<Long> ids) {
        StringJoiner out = new StringJoiner(" ", "[", "]");
        ids.forEach(id -> out.add(unsigned(id)));
        return out.toString();
    }

    private static String target(long id) {
        if (id == Message.NONE) {
            return "None";
        }
        if (id == Message.LOCAL_APPEND_THREAD) {
            return "AppendThread";
        }
        return id == Message.LOCAL_APPLY_THREAD ? "ApplyThread" : Long.toHexString(id);
    }

    private static String unsigned(long value) {
        return Long.toUnsignedString(value);
    }

    /** Prints bytes in quotes; what is not printable ASCII is escaped, and so are quotes and backslashes. */
    public static String quoted(byte[] bytes) {
        StringBuilder out = new StringBuilder(bytes.length + 2).append('"');
        for (byte b : bytes) {
            if (b == '"' || b == '\\') {
                out.append('\\').append((char) b);
            } else if (b >= ' ' && b < 0x7f) {
                out.append((char) b);
            } else {
                out.append("\\x").append(Character.forDigit(b >> 4 & 0xf, 16)).append(Character.forDigit(b & 0xf, 16));
            }
        }
        return out.append('"').toString();
    }
}
