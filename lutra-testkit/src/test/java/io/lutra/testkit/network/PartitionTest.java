package io.lutra.testkit.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.testkit.Fault;
import io.lutra.testkit.SeededRandom;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The shapes, each drawn as rows of who hears (1) whom. */
class PartitionTest {
    @Test
    void splitsIntoGroups() {
        assertThat(shape(Partition.split(0, 1, 0, 1, 2), 5)).isEqualTo("""
                10100
                01010
                10100
                01010
                00001
                """);
    }

    @Test
    void isolatesANode() {
        assertThat(shape(Partition.isolated(3, 1), 3)).isEqualTo("""
                101
                010
                101
                """);
    }

    @Test
    void mutesNodesThatStillHear() {
        BitSet muted = new BitSet();
        muted.set(0);
        muted.set(1);
        assertThat(shape(Partition.oneWay(4, muted), 4)).isEqualTo("""
                1100
                1100
                1111
                1111
                """);
    }

    @Test
    void cutsAPairOnly() {
        assertThat(shape(Partition.pair(3, 0, 2), 3)).isEqualTo("""
                110
                111
                011
                """);
    }

    @Test
    void leavesABridgeBetweenHalves() {
        assertThat(shape(Partition.bridge(new int[] {0, 1, 2, 3, 4}), 5)).isEqualTo("""
                11100
                11100
                11111
                00111
                00111
                """);
    }

    @Test
    void closesARing() {
        assertThat(shape(Partition.ring(new int[] {0, 1, 2, 3, 4}), 5)).isEqualTo("""
                11001
                11100
                01110
                00111
                10011
                """);
    }

    @Test
    void cutsNothingAtAll() {
        assertThat(shape(Partition.none(2), 2)).isEqualTo("11\n11\n");
    }

    @Test
    void isTheSameAmongOtherNodes() {
        Partition partition =
                Partition.oneWay(2, BitSet.valueOf(new long[] {1})).among(4, new int[] {3, 1});
        assertThat(shape(partition, 4)).isEqualTo("""
                1111
                1111
                1111
                1011
                """);
        assertThat(partition.touched()).isEqualTo(0b1010);
    }

    @Test
    void everyDrawOfEveryKindCutsSomethingAndNobodyFromItself() {
        for (Fault kind : Partition.KINDS) {
            for (int nodes = 2; nodes <= 7; nodes++) {
                Set<String> shapes = new HashSet<>();
                for (int seed = 0; seed < 100; seed++) {
                    Partition partition = Partition.draw(kind, nodes, new SeededRandom(seed));
                    String shape = shape(partition, nodes);
                    assertThat(shape).as(kind + " of " + nodes).contains("0");
                    for (int node = 0; node < nodes; node++) {
                        assertThat(partition.connects(node, node)).isTrue();
                    }
                    shapes.add(shape);
                }
                assertThat(shapes).hasSizeGreaterThan(nodes < 4 ? 0 : 2);
            }
        }
        assertThatThrownBy(() -> Partition.draw(Fault.PAUSE, 3, new SeededRandom(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String shape(Partition partition, int nodes) {
        StringBuilder rows = new StringBuilder();
        for (int from = 0; from < nodes; from++) {
            for (int to = 0; to < nodes; to++) {
                rows.append(partition.connects(from, to) ? '1' : '0');
            }
            rows.append('\n');
        }
        return rows.toString();
    }
}
