package io.lutra.raft;

import io.lutra.raft.codec.ProtoReader;
import io.lutra.raft.codec.ProtoSize;
import io.lutra.raft.codec.ProtoWriter;
import io.lutra.raft.codec.WireType;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A membership as it is stored in snapshots: who votes, who learns, and where a joint change stands. Thesis §4.
 *
 * <p>etcd: {@code raftpb.ConfState}.
 */
public final class ConfState {
    /** No members at all. */
    public static final ConfState EMPTY = new ConfState(Ids.NONE, Ids.NONE, Ids.NONE, Ids.NONE, false);

    private static final int VOTERS = 1;
    private static final int LEARNERS = 2;
    private static final int VOTERS_OUTGOING = 3;
    private static final int LEARNERS_NEXT = 4;
    private static final int AUTO_LEAVE = 5;

    private final long[] voters;
    private final long[] learners;
    private final long[] votersOutgoing;
    private final long[] learnersNext;
    private final boolean autoLeave;

    private ConfState(long[] voters, long[] learners, long[] votersOutgoing, long[] learnersNext, boolean autoLeave) {
        this.voters = voters;
        this.learners = learners;
        this.votersOutgoing = votersOutgoing;
        this.learnersNext = learnersNext;
        this.autoLeave = autoLeave;
    }

    /** Returns a membership of voters and learners, not joint. */
    public static ConfState of(Collection<Long> voters, Collection<Long> learners) {
        return new ConfState(Ids.arrayOf(voters), Ids.arrayOf(learners), Ids.NONE, Ids.NONE, false);
    }

    /** Returns a membership that may be joint. */
    public static ConfState of(
            Collection<Long> voters,
            Collection<Long> learners,
            Collection<Long> votersOutgoing,
            Collection<Long> learnersNext,
            boolean autoLeave) {
        return new ConfState(
                Ids.arrayOf(voters),
                Ids.arrayOf(learners),
                Ids.arrayOf(votersOutgoing),
                Ids.arrayOf(learnersNext),
                autoLeave);
    }

    /** Returns the voters of the incoming configuration: of the only one, unless a joint change is under way. */
    public List<Long> nodes() {
        return new Ids(voters);
    }

    /** The same as {@link #nodes}, by etcd's name. */
    public List<Long> voters() {
        return new Ids(voters);
    }

    /** Returns the members that get the log but do not vote. */
    public List<Long> learners() {
        return new Ids(learners);
    }

    /** Returns the voters of the outgoing configuration; empty unless a joint change is under way. */
    public List<Long> votersOutgoing() {
        return new Ids(votersOutgoing);
    }

    /** Returns the outgoing voters that become learners when the joint configuration is left. */
    public List<Long> learnersNext() {
        return new Ids(learnersNext);
    }

    /** Tells whether a joint configuration is left by the leader without being asked. */
    public boolean autoLeave() {
        return autoLeave;
    }

    /** Tells whether an id is a voter of either half, or a learner. */
    public boolean contains(long id) {
        return Ids.contains(voters, id) || Ids.contains(learners, id) || Ids.contains(votersOutgoing, id);
    }

    /** Tells whether two memberships are the same, whatever the order of their ids. */
    public boolean isEquivalentTo(ConfState other) {
        return Ids.sameSet(voters, other.voters)
                && Ids.sameSet(learners, other.learners)
                && Ids.sameSet(votersOutgoing, other.votersOutgoing)
                && Ids.sameSet(learnersNext, other.learnersNext)
                && autoLeave == other.autoLeave;
    }

    /** Returns the encoding as {@code raftpb.ConfState}; lists are not packed. */
    public byte[] encode() {
        byte[] bytes = new byte[Encoding.arraySize(encodedSize())];
        writeTo(new ProtoWriter(bytes, 0));
        return bytes;
    }

    /**
     * Decodes a membership.
     *
     * @throws MalformedBytesException if the bytes are not a membership
     */
    public static ConfState parse(byte[] bytes) {
        return Encoding.decode("a configuration state", bytes, 0, bytes.length, ConfState::read);
    }

    private static ConfState read(ProtoReader reader) {
        Builder builder = new Builder();
        builder.merge(reader);
        return builder.build();
    }

    long encodedSize() {
        return size(voters)
                + size(learners)
                + size(votersOutgoing)
                + size(learnersNext)
                + (autoLeave ? ProtoSize.field(1) : 0);
    }

    void writeTo(ProtoWriter writer) {
        write(writer, VOTERS, voters);
        write(writer, LEARNERS, learners);
        write(writer, VOTERS_OUTGOING, votersOutgoing);
        write(writer, LEARNERS_NEXT, learnersNext);
        writer.nonZero(AUTO_LEAVE, autoLeave ? 1 : 0);
    }

    private static long size(long[] ids) {
        long size = 0;
        for (long id : ids) {
            size += ProtoSize.field(id);
        }
        return size;
    }

    private static void write(ProtoWriter writer, int number, long[] ids) {
        for (long id : ids) {
            writer.field(number, id);
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ConfState that
                && Arrays.equals(voters, that.voters)
                && Arrays.equals(learners, that.learners)
                && Arrays.equals(votersOutgoing, that.votersOutgoing)
                && Arrays.equals(learnersNext, that.learnersNext)
                && autoLeave == that.autoLeave;
    }

    @Override
    public int hashCode() {
        return Objects.hash(voters(), learners(), votersOutgoing(), learnersNext(), autoLeave);
    }

    @Override
    public String toString() {
        return "voters=" + voters() + " learners=" + learners() + " voters_outgoing=" + votersOutgoing()
                + " learners_next=" + learnersNext() + " auto_leave=" + autoLeave;
    }

    /** Merges encodings, as protobuf does with a message field that comes twice. */
    static final class Builder {
        private Ids.@Nullable Builder voters;
        private Ids.@Nullable Builder learners;
        private Ids.@Nullable Builder votersOutgoing;
        private Ids.@Nullable Builder learnersNext;
        private boolean autoLeave;

        void merge(ProtoReader reader) {
            for (int tag = reader.nextTag(); tag != ProtoReader.END; tag = reader.nextTag()) {
                int number = tag >>> 3;
                int wireType = tag & 7;
                boolean isList = number >= VOTERS && number <= LEARNERS_NEXT;
                if (isList && wireType == WireType.VARINT) {
                    list(number).add(reader.varint());
                } else if (isList && wireType == WireType.LENGTH_DELIMITED) {
                    addPacked(list(number), reader);
                } else if (tag == (AUTO_LEAVE << 3 | WireType.VARINT)) {
                    autoLeave = reader.bool();
                } else {
                    reader.skip(tag);
                }
            }
        }

        private Ids.Builder list(int number) {
            return switch (number) {
                case VOTERS -> {
                    voters = some(voters);
                    yield voters;
                }
                case LEARNERS -> {
                    learners = some(learners);
                    yield learners;
                }
                case VOTERS_OUTGOING -> {
                    votersOutgoing = some(votersOutgoing);
                    yield votersOutgoing;
                }
                default -> {
                    learnersNext = some(learnersNext);
                    yield learnersNext;
                }
            };
        }

        private static Ids.Builder some(Ids.@Nullable Builder list) {
            return list == null ? new Ids.Builder() : list;
        }

        private static void addPacked(Ids.Builder list, ProtoReader reader) {
            int outer = reader.enter();
            while (reader.remaining() > 0) {
                list.add(reader.varint());
            }
            reader.leave(outer);
        }

        ConfState build() {
            return new ConfState(ids(voters), ids(learners), ids(votersOutgoing), ids(learnersNext), autoLeave);
        }

        private static long[] ids(Ids.@Nullable Builder list) {
            return list == null ? Ids.NONE : list.build();
        }
    }
}
