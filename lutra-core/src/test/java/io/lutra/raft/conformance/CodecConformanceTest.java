package io.lutra.raft.conformance;

import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lutra.raft.Fields;
import io.lutra.raft.MalformedBytesException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The codec against bytes that etcd's raft wrote: {@code FORMAT.md} section 11.
 *
 * <p>Entries and membership changes keep which fields are spelled out, and must encode to the very bytes. Other values
 * drop fields that hold their defaults: where a row spells such a field out, their bytes need only decode to the same.
 */
class CodecConformanceTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> differences = new ArrayList<>();
    private int bitForBit;
    private int byValues;

    @Test
    void agreesWithGoldenValues() {
        agreesWithValues("codec", "codec/golden.jsonl.gz");
    }

    @Test
    void agreesWithValuesOfOlderVersions() {
        agreesWithValues("legacy", "codec/legacy.jsonl.gz");
    }

    @Test
    void refusesMalformedValues() {
        rows("malformed", "codec/malformed.jsonl.gz", row -> {
            try {
                Object value = Fields.parse(text(row, "kind"), bytes(row, "hex"));
                return "decoded to " + Fields.of(value);
            } catch (MalformedBytesException refused) {
                return null;
            }
        });
    }

    private void agreesWithValues(String kind, String file) {
        rows(kind, file, this::compare);
        System.out.println("  " + kind + ": all decoded; encoded again, " + bitForBit + " to the same bytes, "
                + byValues + " to bytes that decode to the same values");
    }

    /** What is done with a row; returns what is different, or null. */
    private interface Check {
        @Nullable
        String differs(JsonNode row) throws InvalidProtocolBufferException;
    }

    private void rows(String kind, String name, Check check) {
        Path file = ConformanceData.file(name).orElse(null);
        if (file == null) {
            ConformanceData.reportAbsent(kind);
            abort("no " + name);
        }
        List<String> lines = ConformanceData.lines(file);
        for (int i = 0; i < lines.size(); i++) {
            note(name + ":" + (i + 1), lines.get(i), check);
        }
        ConformanceData.report(kind, "values", lines.size(), lines.size() - differences.size());
        Cases.failIfAny(kind, differences);
    }

    private void note(String place, String line, Check check) {
        try {
            JsonNode row = JSON.readTree(line);
            String difference = check.differs(row);
            if (difference != null) {
                differences.add(String.join("\n  ", place, text(row, "kind"), text(row, "hex"), difference));
            }
        } catch (JsonProcessingException | InvalidProtocolBufferException | RuntimeException e) {
            // One bad row must not hide the others.
            differences.add(place + ": " + e);
        }
    }

    private @Nullable String compare(JsonNode row) throws InvalidProtocolBufferException {
        String kind = text(row, "kind");
        boolean both = text(row, "mode").equals("both");
        byte[] input = bytes(row, "hex");
        byte[] canonical = both ? input : bytes(row, "canonical");
        Map<String, Object> fields = fields(kind, row.get("fields"));
        Map<String, Object> values = Raftpb.withoutDefaults(kind, fields);

        Object decoded = Fields.parse(kind, input);
        if (!Fields.of(decoded).equals(values)) {
            return differ("decoded fields", values, Fields.of(decoded));
        }
        Object made = Fields.toValue(kind, fields);
        byte[] encoded = Fields.encode(made);
        byte[] again = Fields.encode(decoded);
        // Entries are their bytes, with all that is special in them; other values have lost it.
        byte[] kept = kind.equals("Entry") ? input : canonical;
        boolean holdsEntries = fields.containsKey("entries") || fields.containsKey("responses");
        boolean exact = !Raftpb.losesDefaults(kind, fields);
        if (exact) {
            bitForBit++;
            if (!Arrays.equals(encoded, canonical)) {
                return differ(
                        "bytes of a value made from the fields", HEX.formatHex(canonical), HEX.formatHex(encoded));
            }
            if ((both || !holdsEntries) && !Arrays.equals(again, kept)) {
                return differ("bytes of the decoded value", HEX.formatHex(kept), HEX.formatHex(again));
            }
        } else {
            byValues++;
        }
        for (byte[] bytes : List.of(encoded, again)) {
            if (!Fields.of(Fields.parse(kind, bytes)).equals(values)) {
                return differ("fields after another round", values, Fields.of(Fields.parse(kind, bytes)));
            }
            Map<String, Object> oracle = Raftpb.withoutDefaults(kind, Raftpb.decode(kind, bytes));
            if (!oracle.equals(values)) {
                return differ("what protobuf-java reads in " + HEX.formatHex(bytes), values, oracle);
            }
        }
        boolean equal = made.equals(decoded) && made.hashCode() == decoded.hashCode();
        // An entry that is not canonical is not the same entry; nor is a message that carries it.
        return equal || !both && (kind.equals("Entry") || holdsEntries)
                ? null
                : "the value made from the fields is another";
    }

    private static String differ(String what, Object expected, Object actual) {
        return what + "\n  expected " + expected + "\n  actual   " + actual;
    }

    private static String text(JsonNode row, String name) {
        return row.path(name).asText();
    }

    private static byte[] bytes(JsonNode row, String name) {
        return HEX.parseHex(text(row, name));
    }

    private static Map<String, Object> fields(String kind, JsonNode json) {
        Map<String, Object> fields = new TreeMap<>();
        json.properties().forEach(one -> {
            FieldDescriptor field = Raftpb.descriptor(kind).findFieldByName(one.getKey());
            if (field == null) {
                throw new IllegalArgumentException(kind + " has no field " + one.getKey());
            }
            fields.put(one.getKey(), value(field, one.getValue()));
        });
        return fields;
    }

    private static Object value(FieldDescriptor field, JsonNode json) {
        if (json.isArray()) {
            List<Object> list = new ArrayList<>();
            json.forEach(one -> list.add(value(field, one)));
            return list;
        }
        return switch (field.getJavaType()) {
            case LONG -> Long.parseUnsignedLong(json.asText());
            case INT -> json.intValue();
            case BOOLEAN -> json.booleanValue();
            case MESSAGE -> fields(field.getMessageType().getName(), json);
            default -> json.asText();
        };
    }
}
