package io.lutra.raft;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Values from named fields and back, for comparing them with another implementation of raftpb.
 *
 * <p>Fields are maps as in {@code Raftpb}: only what is present. Values are made with just the presence that a map has,
 * which the factories do not offer; what they hold is read through the public accessors, without defaults.
 */
public final class Fields {
    private Fields() {}

    /** Makes a value of a raftpb message. */
    public static Object toValue(String kind, Map<String, ?> fields) {
        return switch (kind) {
            case "Entry" -> entry(fields);
            case "HardState" -> HardState.of(number(fields, "term"), number(fields, "vote"), number(fields, "commit"));
            case "Snapshot" -> snapshot(fields);
            case "SnapshotMetadata" -> metadata(fields);
            case "Message" -> message(fields);
            case "ConfState" -> confState(fields);
            case "ConfChange" -> confChange(fields);
            case "ConfChangeSingle" -> single(fields);
            case "ConfChangeV2" -> confChangeV2(fields);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** Decodes a value by its own method. */
    public static Object parse(String kind, byte[] bytes) {
        return switch (kind) {
            case "Entry" -> Entry.parse(bytes);
            case "HardState" -> HardState.parse(bytes);
            case "Snapshot" -> Snapshot.parse(bytes);
            case "SnapshotMetadata" -> SnapshotMetadata.parse(bytes);
            case "Message" -> Message.parse(bytes);
            case "ConfState" -> ConfState.parse(bytes);
            case "ConfChange" -> ConfChange.unmarshal(bytes);
            case "ConfChangeSingle" -> ConfChangeSingle.parse(bytes);
            case "ConfChangeV2" -> ConfChangeV2.unmarshal(bytes);
            default -> throw new IllegalArgumentException(kind);
        };
    }

    /** Encodes a value by its own method. */
    public static byte[] encode(Object value) {
        if (value instanceof Entry entry) {
            ByteBuffer encoding = entry.encoding();
            byte[] bytes = new byte[encoding.remaining()];
            encoding.get(bytes);
            return bytes;
        } else if (value instanceof HardState state) {
            return state.encode();
        } else if (value instanceof Snapshot snapshot) {
            return snapshot.encode();
        } else if (value instanceof SnapshotMetadata metadata) {
            return metadata.encode();
        } else if (value instanceof Message message) {
            return message.data();
        } else if (value instanceof ConfState state) {
            return state.encode();
        } else if (value instanceof ConfChangeSingle single) {
            return single.encode();
        } else if (value instanceof MembershipChange change) {
            return change.encode();
        }
        throw new IllegalArgumentException(value.toString());
    }

    /** Returns what a value holds, without defaults. */
    public static Map<String, Object> of(Object value) {
        Map<String, Object> fields = new TreeMap<>();
        if (value instanceof Entry entry) {
            put(fields, "Type", entry.typeNumber());
            put(fields, "Term", entry.term());
            put(fields, "Index", entry.index());
            put(fields, "Data", entry.data());
        } else if (value instanceof HardState state) {
            put(fields, "term", state.term());
            put(fields, "vote", state.vote());
            put(fields, "commit", state.commit());
        } else if (value instanceof Snapshot snapshot) {
            put(fields, "data", snapshot.data());
            put(fields, "metadata", of(snapshot.metadata()));
        } else if (value instanceof SnapshotMetadata metadata) {
            put(fields, "conf_state", of(metadata.confState()));
            put(fields, "index", metadata.index());
            put(fields, "term", metadata.term());
        } else if (value instanceof Message message) {
            ofMessage(message, fields);
        } else if (value instanceof ConfState state) {
            put(fields, "voters", state.voters());
            put(fields, "learners", state.learners());
            put(fields, "voters_outgoing", state.votersOutgoing());
            put(fields, "learners_next", state.learnersNext());
            put(fields, "auto_leave", state.autoLeave());
        } else if (value instanceof ConfChange change) {
            put(fields, "id", change.id());
            put(fields, "type", change.typeNumber());
            put(fields, "node_id", change.nodeId());
            put(fields, "context", change.context());
        } else if (value instanceof ConfChangeSingle single) {
            put(fields, "type", single.typeNumber());
            put(fields, "node_id", single.nodeId());
        } else if (value instanceof ConfChangeV2 change) {
            put(fields, "transition", change.transitionNumber());
            put(fields, "changes", change.changes().stream().map(Fields::of).toList());
            put(fields, "context", change.context());
        } else {
            throw new IllegalArgumentException(value.toString());
        }
        return fields;
    }

    private static void ofMessage(Message message, Map<String, Object> fields) {
        put(fields, "type", message.typeNumber());
        put(fields, "to", message.to());
        put(fields, "from", message.from());
        put(fields, "term", message.term());
        put(fields, "logTerm", message.logTerm());
        put(fields, "index", message.index());
        put(fields, "entries", message.entries().stream().map(Fields::of).toList());
        put(fields, "commit", message.commit());
        put(fields, "reject", message.reject());
        put(fields, "rejectHint", message.rejectHint());
        put(fields, "context", message.context());
        put(fields, "vote", message.vote());
        put(fields, "responses", message.responses().stream().map(Fields::of).toList());
        Snapshot snapshot = message.snapshot();
        if (snapshot != null) {
            fields.put("snapshot", of(snapshot));
        }
    }

    private static void put(Map<String, Object> fields, String name, Object value) {
        boolean isDefault = value instanceof Number number && number.longValue() == 0
                || value instanceof byte[] bytes && bytes.length == 0
                || value instanceof Collection<?> list && list.isEmpty()
                || value instanceof Map<?, ?> map && map.isEmpty()
                || value.equals(false);
        if (!isDefault) {
            fields.put(name, value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : value);
        }
    }

    private static Entry entry(Map<String, ?> fields) {
        byte[] data = fields.containsKey("Data") ? bytes(fields, "Data") : null;
        return Entry.encode(
                spelled(fields, "Type", "Term", "Index", "Data"),
                (int) number(fields, "Type"),
                number(fields, "Term"),
                number(fields, "Index"),
                data);
    }

    private static Snapshot snapshot(Map<String, ?> fields) {
        return Snapshot.of(bytes(fields, "data"), metadata(nested(fields, "metadata")));
    }

    private static SnapshotMetadata metadata(Map<String, ?> fields) {
        return SnapshotMetadata.of(
                confState(nested(fields, "conf_state")), number(fields, "index"), number(fields, "term"));
    }

    private static Message message(Map<String, ?> fields) {
        MessageBuilder message = new MessageBuilder();
        message.type = (int) number(fields, "type");
        message.to = number(fields, "to");
        message.from = number(fields, "from");
        message.term = number(fields, "term");
        return message.log(number(fields, "logTerm"), number(fields, "index"))
                .entries(maps(fields, "entries").stream().map(Fields::entry).toList())
                .commit(number(fields, "commit"))
                .snapshot(fields.containsKey("snapshot") ? snapshot(nested(fields, "snapshot")) : null)
                .reject(flag(fields, "reject"), number(fields, "rejectHint"))
                .context(bytes(fields, "context"))
                .vote(number(fields, "vote"))
                .responses(
                        maps(fields, "responses").stream().map(Fields::message).toList())
                .build();
    }

    private static ConfState confState(Map<String, ?> fields) {
        return ConfState.of(
                ids(fields, "voters"),
                ids(fields, "learners"),
                ids(fields, "voters_outgoing"),
                ids(fields, "learners_next"),
                flag(fields, "auto_leave"));
    }

    private static ConfChange confChange(Map<String, ?> fields) {
        return new ConfChange(
                number(fields, "id"),
                (int) number(fields, "type"),
                number(fields, "node_id"),
                bytes(fields, "context"),
                spelled(fields, "id", "type", "node_id", "context"));
    }

    private static ConfChangeSingle single(Map<String, ?> fields) {
        return new ConfChangeSingle(
                (int) number(fields, "type"), number(fields, "node_id"), spelled(fields, "type", "node_id"));
    }

    private static ConfChangeV2 confChangeV2(Map<String, ?> fields) {
        return new ConfChangeV2(
                (int) number(fields, "transition"),
                maps(fields, "changes").stream().map(Fields::single).toList(),
                bytes(fields, "context"),
                spelled(fields, "transition", "changes", "context"));
    }

    private static int spelled(Map<String, ?> fields, String... names) {
        int spelled = 0;
        for (int i = 0; i < names.length; i++) {
            spelled |= fields.containsKey(names[i]) ? 1 << (i + 1) : 0;
        }
        return spelled;
    }

    private static long number(Map<String, ?> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static boolean flag(Map<String, ?> fields, String name) {
        return Boolean.TRUE.equals(fields.get(name));
    }

    private static byte[] bytes(Map<String, ?> fields, String name) {
        return HexFormat.of().parseHex(fields.get(name) instanceof String hex ? hex : "");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> nested(Map<String, ?> fields, String name) {
        return fields.containsKey(name) ? (Map<String, ?>) fields.get(name) : Map.of();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, ?>> maps(Map<String, ?> fields, String name) {
        return fields.containsKey(name) ? (List<Map<String, ?>>) fields.get(name) : List.of();
    }

    @SuppressWarnings("unchecked")
    private static List<Long> ids(Map<String, ?> fields, String name) {
        return fields.containsKey(name) ? (List<Long>) fields.get(name) : List.of();
    }
}
