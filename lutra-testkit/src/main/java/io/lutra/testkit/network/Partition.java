package io.lutra.testkit.network;

import io.lutra.testkit.Fault;
import io.lutra.testkit.SeededRandom;
import java.util.BitSet;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Which node hears of which: a shape that a network falls into. Nodes are numbers from 0 on. */
public final class Partition {
    /** The kinds that can be drawn. */
    static final Set<Fault> KINDS = Collections.unmodifiableSet(EnumSet.of(
            Fault.PARTITION_SPLIT,
            Fault.PARTITION_ONE_WAY,
            Fault.PARTITION_PAIR,
            Fault.PARTITION_BRIDGE,
            Fault.PARTITION_RING));

    private final int nodes;
    private final BitSet cut;

    private Partition(int nodes) {
        this.nodes = nodes;
        this.cut = new BitSet(nodes * nodes);
    }

    /** Whole: all hear of all. */
    public static Partition none(int nodes) {
        return new Partition(nodes);
    }

    /** Nodes that are given the same group number hear of each other. */
    public static Partition split(int... groupOf) {
        Partition partition = new Partition(groupOf.length);
        for (int from = 0; from < groupOf.length; from++) {
            for (int to = 0; to < groupOf.length; to++) {
                if (groupOf[from] != groupOf[to]) {
                    partition.cut(from, to);
                }
            }
        }
        return partition;
    }

    /** One node hears of nobody, and nobody of it. */
    public static Partition isolated(int nodes, int node) {
        int[] groupOf = new int[nodes];
        groupOf[node] = 1;
        return split(groupOf);
    }

    /** What the muted nodes say reaches none of the others; they hear all. */
    public static Partition oneWay(int nodes, BitSet muted) {
        Partition partition = new Partition(nodes);
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                if (muted.get(from) && !muted.get(to)) {
                    partition.cut(from, to);
                }
            }
        }
        return partition;
    }

    /** Two nodes do not hear of each other, all others of both: the least that is not transitive. */
    public static Partition pair(int nodes, int one, int other) {
        Partition partition = new Partition(nodes);
        partition.cut(one, other);
        partition.cut(other, one);
        return partition;
    }

    /** The nodes left and right of the bridge in this order, as even as can be, hear of each other through it alone. */
    public static Partition bridge(int[] order) {
        Partition partition = new Partition(order.length);
        int middle = order.length / 2;
        for (int left = 0; left < middle; left++) {
            for (int right = middle + 1; right < order.length; right++) {
                partition.cut(order[left], order[right]);
                partition.cut(order[right], order[left]);
            }
        }
        return partition;
    }

    /** Each node hears of the ones before and after it in this order alone, the last of the first. */
    public static Partition ring(int[] order) {
        Partition partition = new Partition(order.length);
        for (int i = 0; i < order.length; i++) {
            for (int j = 0; j < order.length; j++) {
                int distance = Math.floorMod(i - j, order.length);
                if (distance > 1 && distance < order.length - 1) {
                    partition.cut(order[i], order[j]);
                }
            }
        }
        return partition;
    }

    /**
     * Draws a partition of a kind for at least 2 nodes. One that cannot be told from a whole network, like a ring of
     * three, is not drawn for so few: two nodes are cut apart then.
     *
     * @param kind one of the {@code PARTITION} faults
     */
    public static Partition draw(Fault kind, int nodes, SeededRandom random) {
        int[] order = new int[nodes];
        for (int i = 0; i < nodes; i++) {
            order[i] = i;
        }
        random.shuffle(order);
        return switch (kind) {
            case PARTITION_SPLIT -> {
                int size = random.nextInt(1, nodes);
                int[] groupOf = new int[nodes];
                for (int i = 0; i < size; i++) {
                    groupOf[order[i]] = 1;
                }
                yield split(groupOf);
            }
            case PARTITION_ONE_WAY -> {
                BitSet muted = new BitSet();
                int size = random.nextInt(1, nodes);
                for (int i = 0; i < size; i++) {
                    muted.set(order[i]);
                }
                yield oneWay(nodes, muted);
            }
            case PARTITION_BRIDGE -> nodes < 3 ? pair(nodes, 0, 1) : bridge(order);
            case PARTITION_RING -> nodes < 4 ? pair(nodes, order[0], order[1]) : ring(order);
            case PARTITION_PAIR -> pair(nodes, order[0], order[1]);
            default -> throw new IllegalArgumentException(kind + " is no partition");
        };
    }

    /**
     * Returns the same among other nodes: node {@code i} of this one is {@code places[i]} of so many, the rest of whom hear
     * all and are heard by all.
     */
    Partition among(int allNodes, int[] places) {
        Partition partition = new Partition(allNodes);
        for (int bit = cut.nextSetBit(0); bit >= 0; bit = cut.nextSetBit(bit + 1)) {
            partition.cut(places[bit / nodes], places[bit % nodes]);
        }
        return partition;
    }

    /** Tells whether a node hears what another says. A node always hears itself. */
    public boolean connects(int from, int to) {
        return !cut.get(from * nodes + to);
    }

    int nodes() {
        return nodes;
    }

    /** Returns the nodes that do not hear all or are not heard by all: a bit for each. */
    long touched() {
        long touched = 0;
        for (int bit = cut.nextSetBit(0); bit >= 0; bit = cut.nextSetBit(bit + 1)) {
            touched |= (1L << (bit / nodes)) | (1L << (bit % nodes));
        }
        return touched;
    }

    private void cut(int from, int to) {
        cut.set(from * nodes + to);
    }
}
