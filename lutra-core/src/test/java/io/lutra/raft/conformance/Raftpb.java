package io.lutra.raft.conformance;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages of etcd's raftpb in protobuf-java, as the oracle of Lutra's own codec.
 *
 * <p>Values are maps from a field's name to what it holds, as in {@code FORMAT.md} section 11: only fields that are
 * present. Numbers are {@code Long}s of 64 unsigned bits, enums {@code Integer}s, bytes hexadecimal strings, nested
 * messages maps, repeated fields lists.
 */
public final class Raftpb {
    private static final FileDescriptor FILE = file();

    private Raftpb() {}

    private static FileDescriptor file() {
        FileDescriptorProto proto = FileDescriptorProto.newBuilder()
                .setName("raft.proto")
                .setPackage("raftpb")
                .setSyntax("proto2")
                .addMessageType(message("Entry", "Type 1 enum", "Term 2 uint64", "Index 3 uint64", "Data 4 bytes"))
                .addMessageType(message("HardState", "term 1 uint64", "vote 2 uint64", "commit 3 uint64"))
                .addMessageType(message("Snapshot", "data 1 bytes", "metadata 2 SnapshotMetadata"))
                .addMessageType(
                        message("SnapshotMetadata", "conf_state 1 ConfState", "index 2 uint64", "term 3 uint64"))
                .addMessageType(message(
                        "Message",
                        "type 1 enum",
                        "to 2 uint64",
                        "from 3 uint64",
                        "term 4 uint64",
                        "logTerm 5 uint64",
                        "index 6 uint64",
                        "entries 7 repeated Entry",
                        "commit 8 uint64",
                        "snapshot 9 Snapshot",
                        "reject 10 bool",
                        "rejectHint 11 uint64",
                        "context 12 bytes",
                        "vote 13 uint64",
                        "responses 14 repeated Message"))
                .addMessageType(message(
                        "ConfState",
                        "voters 1 repeated uint64",
                        "learners 2 repeated uint64",
                        "voters_outgoing 3 repeated uint64",
                        "learners_next 4 repeated uint64",
                        "auto_leave 5 bool"))
                .addMessageType(
                        message("ConfChange", "id 1 uint64", "type 2 enum", "node_id 3 uint64", "context 4 bytes"))
                .addMessageType(message("ConfChangeSingle", "type 1 enum", "node_id 2 uint64"))
                .addMessageType(message(
                        "ConfChangeV2", "transition 1 enum", "changes 2 repeated ConfChangeSingle", "context 3 bytes"))
                .build();
        try {
            return FileDescriptor.buildFrom(proto, new FileDescriptor[0]);
        } catch (DescriptorValidationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static DescriptorProto message(String name, String... fields) {
        DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
        for (String field : fields) {
            String[] words = field.split(" ");
            String type = words[words.length - 1];
            FieldDescriptorProto.Builder proto = message.addFieldBuilder()
                    .setName(words[0])
                    .setNumber(Integer.parseInt(words[1]))
                    .setLabel(words[2].equals("repeated") ? Label.LABEL_REPEATED : Label.LABEL_OPTIONAL);
            switch (type) {
                case "uint64" -> proto.setType(Type.TYPE_UINT64);
                // protobuf-java hides the numbers of a proto2 enum that have no name; on the wire an int32 is the same.
                case "enum" -> proto.setType(Type.TYPE_INT32);
                case "bool" -> proto.setType(Type.TYPE_BOOL);
                case "bytes" -> proto.setType(Type.TYPE_BYTES);
                default -> proto.setType(Type.TYPE_MESSAGE).setTypeName(".raftpb." + type);
            }
        }
        return message.build();
    }

    /** Returns the names of the messages. */
    public static List<String> kinds() {
        return FILE.getMessageTypes().stream().map(Descriptor::getName).toList();
    }

    static Descriptor descriptor(String kind) {
        return FILE.findMessageTypeByName(kind);
    }

    /** Encodes fields, in order of their numbers. */
    public static byte[] encode(String kind, Map<String, ?> fields) {
        return message(descriptor(kind), fields).toByteArray();
    }

    private static DynamicMessage message(Descriptor descriptor, Map<String, ?> fields) {
        DynamicMessage.Builder message = DynamicMessage.newBuilder(descriptor);
        fields.forEach((name, value) -> {
            FieldDescriptor field = descriptor.findFieldByName(name);
            if (field.isRepeated()) {
                ((List<?>) value).forEach(one -> message.addRepeatedField(field, toProto(field, one)));
            } else {
                message.setField(field, toProto(field, value));
            }
        });
        return message.build();
    }

    @SuppressWarnings("unchecked")
    private static Object toProto(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case BYTE_STRING -> ByteString.copyFrom(HexFormat.of().parseHex((String) value));
            case MESSAGE -> message(field.getMessageType(), (Map<String, ?>) value);
            default -> value;
        };
    }

    /** Decodes the fields that are present. */
    public static Map<String, Object> decode(String kind, byte[] bytes) throws InvalidProtocolBufferException {
        return fields(DynamicMessage.parseFrom(descriptor(kind), bytes));
    }

    private static Map<String, Object> fields(DynamicMessage message) {
        Map<String, Object> fields = new TreeMap<>();
        message.getAllFields().forEach((field, value) -> {
            if (field.isRepeated()) {
                List<Object> list = new ArrayList<>();
                ((List<?>) value).forEach(one -> list.add(fromProto(field, one)));
                fields.put(field.getName(), list);
            } else {
                fields.put(field.getName(), fromProto(field, value));
            }
        });
        return fields;
    }

    private static Object fromProto(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case BYTE_STRING -> HexFormat.of().formatHex(((ByteString) value).toByteArray());
            case MESSAGE -> fields((DynamicMessage) value);
            default -> value;
        };
    }

    /**
     * Drops the fields that hold their defaults, nested messages without fields among them: presence, which most of
     * Lutra's values do not keep. A snapshot in a message stays, because its presence means something.
     */
    public static Map<String, Object> withoutDefaults(String kind, Map<String, ?> fields) {
        Map<String, Object> rest = new TreeMap<>();
        fields.forEach((name, value) -> {
            FieldDescriptor field = descriptor(kind).findFieldByName(name);
            Object stripped = field.isRepeated()
                    ? ((List<?>) value).stream().map(one -> strip(field, one)).toList()
                    : strip(field, value);
            if (!isDefault(stripped) || name.equals("snapshot")) {
                rest.put(name, stripped);
            }
        });
        return rest;
    }

    @SuppressWarnings("unchecked")
    private static Object strip(FieldDescriptor field, Object value) {
        return field.getJavaType() == JavaType.MESSAGE
                ? withoutDefaults(field.getMessageType().getName(), (Map<String, ?>) value)
                : value;
    }

    private static boolean isDefault(Object value) {
        return value.equals(0L)
                || value.equals(0)
                || value.equals(false)
                || value.equals("")
                || value.equals(Map.of())
                || value.equals(List.of());
    }

    /** Tells whether encodings keep explicit defaults bit for bit: what counts against limits. */
    static boolean keepsPresence(String kind) {
        return kind.equals("Entry") || kind.startsWith("ConfChange");
    }

    /** Tells whether fields hold explicit defaults that Lutra's values drop. */
    @SuppressWarnings("unchecked")
    static boolean losesDefaults(String kind, Map<String, ?> fields) {
        if (keepsPresence(kind)) {
            return false;
        }
        for (Map.Entry<String, ?> one : fields.entrySet()) {
            FieldDescriptor field = descriptor(kind).findFieldByName(one.getKey());
            if (isDefault(one.getValue()) && !one.getKey().equals("snapshot")) {
                return true;
            }
            if (field.getJavaType() == JavaType.MESSAGE) {
                String nested = field.getMessageType().getName();
                List<?> values = field.isRepeated() ? (List<?>) one.getValue() : List.of(one.getValue());
                if (values.stream().anyMatch(value -> losesDefaults(nested, (Map<String, ?>) value))) {
                    return true;
                }
            }
        }
        return false;
    }
}
