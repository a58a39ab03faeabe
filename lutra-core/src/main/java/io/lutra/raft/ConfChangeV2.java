package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of any number of replicas, by joint consensus where it takes that. Thesis §4.3.
 *
 * <p>A change without parts leaves a joint configuration. etcd: {@code raftpb.ConfChangeV2}.
 */
public final class ConfChangeV2 implements MembershipChange {
    /** Leaves a joint configuration. Its encoding is empty: it never counts against a limit. */
    public static final ConfChangeV2 LEAVE_JOINT = new ConfChangeV2(0, List.of(), new byte[0], 0);

    private static final int TRANSITION = 1;
    private static final int CHANGES = 2;
    private static final int CONTEXT = 3;

    private final int transition;
    private final List<ConfChangeSingle> changes;
    private final byte[] context;
    /** Bit n is set if field n is spelled out. */
    private final int spelled;

    ConfChangeV2(int transition, List<ConfChangeSingle> changes, byte[] context, int spelled) {
        this.transition = transition;
        this.changes = changes;
        this.context = context;
        this.spelled = spelled;
    }

    /** Returns a change; the list and the context are copied. */
    public static ConfChangeV2 of(ConfChangeTransition transition, List<ConfChangeSingle> changes, byte[] context) {
        if (transition == ConfChangeTransition.UNRECOGNIZED) {
            throw new MisuseException("a change needs a transition with a number");
        }
        int spelled = 1 << TRANSITION | (context.length == 0 ? 0 : 1 << CONTEXT);
        return new ConfChangeV2(transition.number(), List.copyOf(changes), context.clone(), spelled);
    }

    /** Returns a change without a context. */
    public static ConfChangeV2 of(ConfChangeTransition transition, ConfChangeSingle... changes) {
        return of(transition, List.of(changes), new byte[0]);
    }

    /** Returns how the new membership is reached. */
    public ConfChangeTransition transition() {
        return ConfChangeTransition.of(transition);
    }

    /** Returns the number of the transition on the wire, also when this version has no name for it. */
    public int transitionNumber() {
        return transition;
    }

    /** Returns what happens to each replica, in order. */
    public List<ConfChangeSingle> changes() {
        return changes;
    }

    /** Returns a copy of what the application says about the change. */
    public byte[] context() {
        return context.clone();
    }

    /** Tells whether this leaves a joint configuration: no changes and an automatic transition, whatever the context. */
    public boolean leavesJoint() {
        return transition == ConfChangeTransition.AUTO.number() && changes.isEmpty();
    }

    /** Tells whether this enters a joint configuration: asked for, or more than one change. */
    public boolean entersJoint() {
        return transition != ConfChangeTransition.AUTO.number() || changes.size() > 1;
    }

    /** Tells whether a joint configuration that this enters is left without being asked. */
    public boolean autoLeave() {
        return transition != ConfChangeTransition.JOINT_EXPLICIT.number();
    }

    @Override
    public ConfChangeV2 asV2() {
        return this;
    }

    @Override
    public EntryType entryType() {
        return EntryType.CONF_CHANGE_V2;
    }

    @Override
    public byte[] encode() {
        long size = (spells(TRANSITION) ? ProtoSize.field(transition) : 0)
                + (spells(CONTEXT) ? ProtoSize.delimited(context.length) : 0);
        for (ConfChangeSingle change : changes) {
            size += ProtoSize.delimited(change.encodedSize());
        }
        byte[] bytes = new byte[Encoding.arraySize(size)];
        ProtoWriter writer = new ProtoWriter(bytes, 0);
        if (spells(TRANSITION)) {
            writer.field(TRANSITION, transition);
        }
        for (ConfChangeSingle change : changes) {
            writer.delimiter(CHANGES, change.encodedSize());
            change.writeTo(writer);
        }
        if (spells(CONTEXT)) {
            writer.field(CONTEXT, context);
        }
        return bytes;
    }

    private boolean spells(int field) {
        return (spelled & 1 << field) != 0;
    }

    /**
     * Decodes a change.
     *
     * @throws MalformedBytesException if the bytes are not a change
     */
    public static ConfChangeV2 unmarshal(byte[] bytes) {
        return Encoding.decode("a configuration change", bytes, 0, bytes.length, ConfChangeV2::read);
    }

    private static ConfChangeV2 read(ProtoReader reader) {
        int transition = 0;
        List<ConfChangeSingle> changes = new ArrayList<>(0);
        byte[] context = new byte[0];
        int spelled = 0;
        for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
            switch (tag) {
                case TRANSITION << 3 | WireType.VARINT -> transition = (int) reader.varint();
                case CHANGES << 3 | WireType.LENGTH_DELIMITED -> {
                    int outer = reader.enter();
                    changes.add(ConfChangeSingle.read(reader));
                    reader.leave(outer);
                }
                case CONTEXT << 3 | WireType.LENGTH_DELIMITED -> context = reader.bytes();
                default -> {
                    reader.skip(tag);
                    continue;
                }
            }
            spelled |= 1 << (tag >>> 3);
        }
        return new ConfChangeV2(transition, List.copyOf(changes), context, spelled);
    }

    /** Tells whether two changes say the same, whichever fields they spell out. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConfChangeV2 that
                && transition == that.transition
                && changes.equals(that.changes)
                && Arrays.equals(context, that.context);
    }

    @Override
    public int hashCode() {
        return 31 * transition + changes.hashCode();
    }

    @Override
    public String toString() {
        return transition() + " " + changes;
    }
}
