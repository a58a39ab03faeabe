package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import io.lutra.testkit.disk.Survival;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Groups append, vote and compact on a disk that is full now and then, in any order and without waiting for each other: whatever is
 * written out of turn, what was acknowledged is there after a crash, and all of it when there is room again.
 */
class FullDiskLifeTest {
    private static final int GROUPS = 3;
    private static final int STEPS = 300;

    /** What a group was asked to store, and what of it was acknowledged. */
    private static final class Asked {
        long last;
        long durable;
        long offset;
        long compacted;
        long term;
        long voted;
    }

    private SimulatedDisk simulated;
    private Random random;
    private Wal wal;
    private List<Asked> groups;
    private int overtaken;
    private int refused;

    @Test
    void keepsWhatWasAcknowledgedWhateverWasWrittenOutOfTurn() {
        for (long seed = 1; seed <= 100; seed++) {
            try {
                live(seed);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        System.out.println("full disks: " + refused + " writes refused, " + overtaken
                + " compactions complete before entries that were queued earlier");
        assertThat(overtaken).isGreaterThan(100);
    }

    private void live(long seed) {
        simulated = new SimulatedDisk(seed);
        random = new Random(seed);
        groups = new ArrayList<>();
        SimulatedDirectory disk = new SimulatedDirectory(simulated);
        wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL.withMaxQueuedBytes(40 << 10));
        for (int i = 0; i < GROUPS; i++) {
            groups.add(new Asked());
            wal.createGroup(1 + i, 1, Completion.NONE);
        }
        Scenes.write(wal);
        for (int step = 0; step < STEPS; step++) {
            try {
                step();
            } catch (LogFullException | LogBusyException e) {
                refused++;
            }
        }
        simulated.capacityBytes(Long.MAX_VALUE);
        if (random.nextBoolean()) {
            simulated.crash(Survival.nothing());
            disk = new SimulatedDirectory(simulated);
        } else {
            Scenes.settle(wal);
            assertThat(groups).allSatisfy(asked -> assertThat(asked.durable).isEqualTo(asked.last));
            wal.close();
        }
        Wal again = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL);
        assertThat(again.damages()).isEmpty();
        for (int i = 0; i < GROUPS; i++) {
            check(again.group(1 + i), groups.get(i));
        }
        again.close();
    }

    private void step() {
        int id = random.nextInt(GROUPS);
        Asked asked = groups.get(id);
        GroupLog group = wal.group(1 + id);
        int what = random.nextInt(100);
        if (what < 50) {
            long index = asked.last + 1;
            long term = Math.max(1, asked.term);
            Entry entry = Entry.of(term, index, new byte[random.nextInt(random.nextInt(5) == 0 ? 12_000 : 600)]);
            group.append(null, List.of(entry), failure -> asked.durable = failure == null ? index : asked.durable);
            asked.last = index;
        } else if (what < 60) {
            long term = asked.term + 1;
            group.append(
                    HardState.of(term, 1 + id, 0),
                    List.of(),
                    failure -> asked.voted = failure == null ? term : asked.voted);
            asked.term = term;
        } else if (what < 70 && group.lastIndex() > asked.offset) {
            long index = asked.offset + 1 + random.nextInt((int) (group.lastIndex() - asked.offset));
            long queued = asked.last;
            group.compact(index, failure -> {
                asked.compacted = failure == null ? index : asked.compacted;
                overtaken += failure == null && asked.durable < queued ? 1 : 0;
            });
            asked.offset = index;
        } else if (what < 90) {
            wal.doWork();
            wal.maintain();
        } else {
            simulated.capacityBytes(random.nextInt(4) == 0 ? Long.MAX_VALUE : simulated.usedBytes());
        }
    }

    private static void check(GroupLog group, Asked asked) {
        assertThat(group.damage()).isNull();
        assertThat(group.lastIndex()).isBetween(asked.durable, asked.last);
        assertThat(group.firstIndex()).isBetween(asked.compacted + 1, asked.offset + 1);
        assertThat(group.hardState().term()).isBetween(asked.voted, asked.term);
        if (group.lastIndex() >= group.firstIndex()) {
            List<Entry> entries = group.entries(group.firstIndex(), group.lastIndex() + 1, Long.MAX_VALUE);
            assertThat(entries.stream().mapToLong(Entry::index))
                    .containsExactlyElementsOf(LongStream.rangeClosed(group.firstIndex(), group.lastIndex())
                            .boxed()
                            .toList());
        }
    }
}
