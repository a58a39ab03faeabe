package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Decoding allocates at most {@value #MULTIPLE} times the size of its input and {@value #CONSTANT} bytes more, whatever
 * the input holds or claims: a peer that may send a frame of some size cannot make a node allocate without bound.
 *
 * <p>The inputs are full of what is smallest on the wire for what it becomes in memory. The bound holds where references
 * take 8 bytes; with 4, as is usual, the worst is lower.
 */
class DecoderAllocationTest {
    private static final int MULTIPLE = 128;
    private static final int CONSTANT = 16384;
    private static final int SIZE = 16 << 10;

    /** What this thread has allocated so far, in bytes. */
    private static final MethodHandle ALLOCATED = allocationMeter();

    private static double worst;
    private static String worstInput = "";

    @AfterAll
    static void printWorst() {
        System.out.printf(Locale.ROOT, "decoding allocates %.1f times its input at worst, for %s%n", worst, worstInput);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    Message,      entries,                      3a00
                    Message,      entries with a field,         3a027800
                    Message,      entries with all fields,      3a080801100118012200
                    Message,      responses,                    7200
                    Message,      responses with a field,       72027800
                    Message,      responses with an entry,      72023a00
                    Message,      and with a field in it,       72043a027800
                    Message,      responses with two entries,   72043a003a00
                    Message,      responses with a response,    72027200
                    Message,      responses with a snapshot,    72024a00
                    Message,      and a field in it,            72044a020a00
                    Message,      responses with metadata,      72044a021200
                    Message,      and a field in it,            72064a0412027800
                    Message,      responses with a membership,  72084a0612040a020801
                    Message,      and four lists in it,         720e4a0c120a0a080801100118012001
                    Message,      and a packed list in it,      720b4a0912070a050a03010101
                    Message,      responses with a context,     7203620100
                    Message,      snapshots,                    4a00
                    Message,      snapshots with a membership,  4a0612040a020801
                    Message,      contexts,                     6200
                    Message,      contexts with a byte,         620100
                    Message,      unknown fields,               7800
                    Message,      unknown groups,               7b7c
                    ConfState,    voters,                       0801
                    ConfState,    ids of all kinds,             0801100118012001
                    ConfState,    packed lists,                 0a0101
                    ConfState,    empty packed lists,           0a00
                    ConfChange,   contexts,                     2200
                    ConfChange,   contexts with a byte,         220100
                    ConfChangeV2, changes,                      1200
                    ConfChangeV2, changes with a field,         12027800
                    Snapshot,     data,                         0a00
                    Snapshot,     metadata,                     12040a020801
                    HardState,    terms,                        0801
                    """)
    void staysInProportionToManySmallParts(String kind, String what, String part) {
        check(kind, what, fill(HexFormat.of().parseHex(part)));
        check(kind, what + ", one only", HexFormat.of().parseHex(part));
    }

    @ParameterizedTest
    @CsvSource({"unknown field, 7800", "nothing, ''", "snapshot, 4a00", "entry, 3a00", "filled snapshot, 4a0412020a00"})
    void staysInProportionToNestedResponses(String what, String innermost) {
        byte[] part = HexFormat.of().parseHex(innermost);
        byte[] around = part;
        byte[] each = part;
        for (int i = 0; i < ProtoReader.MAX_DEPTH - 2; i++) {
            around = field(14, around);
            each = field(14, concat(part, each));
        }
        check("Message", "nested responses around " + what, fill(around));
        check("Message", "nested responses, each with " + what, fill(each));
    }

    @Test
    void staysInProportionToLongLists() {
        check("ConfState", "a packed list", field(1, new byte[SIZE]));
        check("Message", "a packed list in a snapshot", field(9, field(2, field(1, field(1, new byte[SIZE])))));
        check("Message", "one large entry", field(7, field(4, new byte[SIZE])));
        check("Message", "one large context", field(12, new byte[SIZE]));
    }

    @ParameterizedTest
    @CsvSource({
        "Message, 3affffffff07", "Message, 62ffffffff07", "Message, 72ffffffffffffffffff01", "Message, 4a808080807f",
        "ConfState, 0affffffff07", "ConfChange, 22ffffffff07", "Snapshot, 0affffffff07", "Entry, 22ffffffff07"
    })
    void takesNothingForALengthThatIsOnlyClaimed(String kind, String claim) {
        byte[] bytes = HexFormat.of().parseHex(claim);
        check(kind, "a length past the end", bytes);
        check("Message", "entries and a length past the end", concat(fill(new byte[] {0x3a, 0}), bytes));
    }

    @ParameterizedTest
    @CsvSource({"Message, 7b", "Message, 72", "ConfState, 5b"})
    void takesNothingForWhatNestsTooDeep(String kind, String nested) {
        check(kind, "deep nesting", fill(HexFormat.of().parseHex(nested)));
        byte[] message = {};
        for (int i = 0; i <= ProtoReader.MAX_DEPTH; i++) {
            message = field(14, message);
        }
        check("Message", "responses that nest too deep", fill(message));
    }

    private static void check(String kind, String what, byte[] input) {
        allocated(kind, input); // loads classes
        long allocated = allocated(kind, input);

        if (input.length >= SIZE / 2 && (double) allocated / input.length > worst) {
            worst = (double) allocated / input.length;
            worstInput = kind + ": " + what;
        }
        assertThat(allocated).as("%s: %s", kind, what).isLessThanOrEqualTo((long) MULTIPLE * input.length + CONSTANT);
    }

    private static long allocated(String kind, byte[] input) {
        long before = allocated();
        try {
            Fields.parse(kind, input);
        } catch (MalformedBytesException expected) {
            // What is refused must be as cheap as what is taken.
        }
        return allocated() - before;
    }

    private static long allocated() {
        try {
            return (long) ALLOCATED.invokeExact();
        } catch (Throwable e) {
            throw new LinkageError("cannot tell what a thread allocates", e);
        }
    }

    /** {@code ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())::getCurrentThreadAllocatedBytes}. */
    private static MethodHandle allocationMeter() {
        // Tests live inside the module, which does not read the modules that these classes are in.
        try {
            Object threads = Class.forName("java.lang.management.ManagementFactory")
                    .getMethod("getThreadMXBean")
                    .invoke(null);
            return MethodHandles.publicLookup()
                    .findVirtual(
                            Class.forName("com.sun.management.ThreadMXBean"),
                            "getCurrentThreadAllocatedBytes",
                            MethodType.methodType(long.class))
                    .bindTo(threads);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("no com.sun.management.ThreadMXBean", e);
        }
    }

    private static byte[] fill(byte[] part) {
        byte[] all = new byte[Math.max(1, SIZE / part.length) * part.length];
        for (int at = 0; at < all.length; at += part.length) {
            System.arraycopy(part, 0, all, at, part.length);
        }
        return all;
    }

    private static byte[] field(int number, byte[] body) {
        byte[] field = new byte[(int) ProtoSize.delimited(body.length)];
        new ProtoWriter(field, 0).field(number, body);
        return field;
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = new byte[first.length + second.length];
        System.arraycopy(first, 0, both, 0, first.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
