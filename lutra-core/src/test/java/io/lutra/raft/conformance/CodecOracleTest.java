package io.lutra.raft.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.InvalidProtocolBufferException;
import io.lutra.raft.Fields;
import io.lutra.raft.MalformedBytesException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The codec against protobuf-java: random values both ways, and random damage to their bytes, which both must refuse or
 * read alike.
 *
 * <p>{@code -Dlutra.codec.seed=N -Dlutra.codec.values=M} runs other values, or more.
 */
class CodecOracleTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final long SEED = Long.getLong("lutra.codec.seed", 20261124);
    private static final int VALUES = Integer.getInteger("lutra.codec.values", 5_000);
    private static final int MUTANTS_PER_VALUE = 10;
    private static final long[] NUMBERS = {
        0, 1, 127, 128, 16383, 16384, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE, -2, -1
    };

    /** What protobuf-java lets pass: it cuts the varints of tags and lengths to 32 bits, and all others to 64. */
    private static final Pattern LENIENT = Pattern.compile(
            "field number (?<number>\\d+) is out of range|a length of (?<length>\\d+) is past the end|more than 64 bits");

    @Test
    void encodesAndDecodesRandomValuesAlike() throws InvalidProtocolBufferException {
        for (int i = 0; i < VALUES; i++) {
            SplittableRandom random = random(i);
            String kind = kind(random);
            Map<String, Object> fields = fields(Raftpb.descriptor(kind), random, 0);
            Map<String, Object> values = Raftpb.withoutDefaults(kind, fields);
            byte[] theirs = Raftpb.encode(kind, fields);
            Object made = Fields.toValue(kind, fields);
            byte[] ours = Fields.encode(made);

            assertThat(Fields.of(made)).as(repeat(i)).isEqualTo(values);
            assertThat(Fields.parse(kind, theirs)).as(repeat(i)).isEqualTo(made).hasSameHashCodeAs(made);
            assertThat(Raftpb.withoutDefaults(kind, Raftpb.decode(kind, ours)))
                    .as(repeat(i))
                    .isEqualTo(values);
            if (!Raftpb.losesDefaults(kind, fields)) {
                assertThat(HEX.formatHex(ours)).as(repeat(i)).isEqualTo(HEX.formatHex(theirs));
            }
        }
    }

    @Test
    void refusesOrReadsDamagedBytesAlike() {
        int accepted = 0;
        int refused = 0;
        int lenient = 0;
        for (int i = 0; i < VALUES; i++) {
            SplittableRandom random = random(i);
            String kind = kind(random);
            byte[] whole = Raftpb.encode(kind, fields(Raftpb.descriptor(kind), random, 0));
            for (int j = 0; j < MUTANTS_PER_VALUE; j++) {
                byte[] bytes = damage(whole, random);
                for (int more = random.nextInt(3); more > 0; more--) {
                    bytes = damage(bytes, random);
                }
                Map<String, Object> theirs = decodeTheirs(kind, bytes);
                Map<String, Object> ours;
                try {
                    ours = Fields.of(Fields.parse(kind, bytes));
                } catch (MalformedBytesException e) {
                    if (theirs != null) {
                        assertThat(isLenience(e))
                                .as(repeat(i) + HEX.formatHex(bytes) + " " + e)
                                .isTrue();
                        lenient++;
                    }
                    refused++;
                    continue;
                }
                assertThat(ours).as(repeat(i) + HEX.formatHex(bytes)).isEqualTo(theirs);
                accepted++;
            }
        }
        System.out.println("codec against protobuf-java: " + VALUES + " values equal both ways, " + accepted
                + " damaged ones read alike, " + refused + " refused, " + lenient + " of them by Lutra alone; seed "
                + SEED);
        assertThat(accepted).isGreaterThan(VALUES);
        assertThat(refused).isGreaterThan(VALUES);
        assertThat(lenient).isLessThan(refused / 20);
    }

    private static @Nullable Map<String, Object> decodeTheirs(String kind, byte[] bytes) {
        try {
            return Raftpb.withoutDefaults(kind, Raftpb.decode(kind, bytes));
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    private static boolean isLenience(MalformedBytesException refusal) {
        Matcher found = LENIENT.matcher(refusal.getMessage());
        if (!found.find()) {
            return false;
        }
        boolean fits32Bits = found.group("number") != null && Long.parseUnsignedLong(found.group("number")) >>> 29 == 0
                || found.group("length") != null && Long.parseUnsignedLong(found.group("length")) >>> 32 == 0;
        return !fits32Bits;
    }

    private static String repeat(int i) {
        return "-Dtest=CodecOracleTest -Dlutra.codec.seed=" + SEED + " value " + i + ": ";
    }

    private static SplittableRandom random(int i) {
        return new SplittableRandom(SEED + i);
    }

    private static String kind(SplittableRandom random) {
        List<String> kinds = Raftpb.kinds();
        // Messages hold all others: every second value is one.
        return random.nextBoolean() ? "Message" : kinds.get(random.nextInt(kinds.size()));
    }

    private static Map<String, Object> fields(Descriptor descriptor, SplittableRandom random, int depth) {
        Map<String, Object> fields = new TreeMap<>();
        for (FieldDescriptor field : descriptor.getFields()) {
            // Responses may hold responses: deeper ones are rarer, so that values end.
            if (random.nextInt(2 + depth) != 0) {
                continue;
            }
            if (!field.isRepeated()) {
                fields.put(field.getName(), value(field, random, depth));
                continue;
            }
            List<Object> list = new ArrayList<>();
            int size = 1 + random.nextInt(field.getJavaType() == JavaType.MESSAGE ? 3 : 6);
            for (int i = 0; i < size; i++) {
                list.add(value(field, random, depth));
            }
            fields.put(field.getName(), list);
        }
        return fields;
    }

    private static Object value(FieldDescriptor field, SplittableRandom random, int depth) {
        return switch (field.getJavaType()) {
            case LONG -> number(random);
            case INT -> (int) (random.nextInt(4) == 0 ? number(random) : random.nextInt(25));
            case BOOLEAN -> random.nextBoolean();
            case MESSAGE -> fields(field.getMessageType(), random, depth + 1);
            default -> HEX.formatHex(bytes(random.nextInt(10) == 0 ? random.nextInt(300) : random.nextInt(4), random));
        };
    }

    private static long number(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> NUMBERS[random.nextInt(NUMBERS.length)];
            case 1 -> random.nextInt(300);
            default -> random.nextLong() >>> random.nextInt(64);
        };
    }

    private static byte[] bytes(int size, SplittableRandom random) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Changes, inserts, removes or repeats bytes, or cuts them. */
    private static byte[] damage(byte[] bytes, SplittableRandom random) {
        if (bytes.length == 0) {
            return bytes(1 + random.nextInt(4), random);
        }
        int at = random.nextInt(bytes.length);
        int to = Math.min(bytes.length, at + 1 + random.nextInt(4));
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(bytes, at);
            case 1 -> splice(bytes, at, new byte[0], to);
            case 2 -> splice(bytes, at, bytes(1 + random.nextInt(3), random), at);
            case 3 -> splice(bytes, at, Arrays.copyOfRange(bytes, at, to), at);
            case 4 -> splice(bytes, at, new byte[] {(byte) (bytes[at] ^ 1 << random.nextInt(8))}, at + 1);
            default -> splice(bytes, at, bytes(1, random), at + 1);
        };
    }

    private static byte[] splice(byte[] bytes, int at, byte[] middle, int to) {
        byte[] result = Arrays.copyOf(bytes, at + middle.length + bytes.length - to);
        System.arraycopy(middle, 0, result, at, middle.length);
        System.arraycopy(bytes, to, result, at + middle.length, bytes.length - to);
        return result;
    }
}
