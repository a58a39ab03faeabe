package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.raft.HardState;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A log of 64 KiB, damaged in every way that a medium knows: no changed data is accepted, nothing that was attested is cut without
 * a word, and every error is typed (I20).
 *
 * <p>{@code -Dlutra.wal.sweep.stride=13} damages every 13th byte alone, for a quick look.
 */
class DamageSweepTest {
    private static final int SIZE = 64 << 10;
    private static final int SECTOR = 512;
    private static final int STRIDE = Integer.getInteger("lutra.wal.sweep.stride", 1);

    private final Map<String, byte[]> files = new HashMap<>();
    private final String name = Format.segmentName(1);
    private byte[] log;
    /** The state after every batch, and the state after all of them. */
    private final List<Map<Long, Long>> states = new ArrayList<>();

    private Map<Long, Long> whole;
    private long end;
    private long cases;
    private long reported;

    @BeforeEach
    void writeTheLog() throws Exception {
        SimulatedDisk simulated = new SimulatedDisk(1);
        Disk disk = new SimulatedDirectory(simulated);
        Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL.withSegmentSize(SIZE));
        for (long id = 1; id <= 5; id++) {
            wal.createGroup(id, 1, Completion.NONE);
        }
        Scenes.write(wal);
        Random random = new Random(7);
        for (int i = 0; end < SIZE - 8000; i++) {
            long id = 1 + random.nextInt(5);
            byte[] data = new byte[random.nextInt(700)];
            random.nextBytes(data);
            GroupLog group = wal.group(id);
            group.append(
                    HardState.of(1 + i / 50, 1, group.lastIndex()),
                    List.of(Entry.of(1 + i / 50, group.lastIndex() + 1, data)),
                    Completion.NONE);
            if (random.nextInt(4) == 0) {
                Scenes.write(wal);
                remember(simulated);
            }
        }
        Scenes.write(wal);
        remember(simulated);
        for (String file : disk.list()) {
            files.put(file, simulated.contentOf(file));
        }
        log = files.get(name);
        wal.attest(Completion.NONE);
        Scenes.write(wal);
        files.put(name, simulated.contentOf(name));
        assertThat(files.get(name)).hasSize(SIZE);
        whole = read(files.get(name)).state();
        assertThat(whole).isEqualTo(states.get(states.size() - 1)).hasSize(5);
    }

    private void remember(SimulatedDisk disk) throws Exception {
        files.put(Format.IDENTITY, disk.contentOf(Format.IDENTITY));
        Found found = read(disk.contentOf(name));
        if (states.isEmpty() || !states.get(states.size() - 1).equals(found.state())) {
            states.add(found.state());
        }
        end = found.end();
    }

    /** What a reader finds: groups in service by what they hold, and whether anything was reported. */
    private record Found(Map<Long, Long> state, boolean isReported, int outOfService, long end) {}

    private Found read(byte[] content) throws Exception {
        FrozenDirectory directory = new FrozenDirectory(Map.of(name, content));
        try (Inspection inspection = new Inspection(directory, 0x1234_5678_9abc_def0L)) {
            Map<Long, Long> state = new TreeMap<>();
            int out = 0;
            for (GroupState group : inspection.table().groups()) {
                if (group.isLive()) {
                    state.put(group.id(), digest(group, content));
                } else {
                    out++;
                }
            }
            return new Found(
                    state,
                    !inspection.damages().isEmpty(),
                    out,
                    inspection.log().end());
        } catch (WalException e) {
            return new Found(Map.of(), true, 5, 0);
        }
    }

    private static long digest(GroupState group, byte[] content) {
        long digest = group.hardState().hashCode() * 31L + group.index().offset();
        for (long index = group.index().offset() + 1; index <= group.index().last(); index++) {
            int from = group.index().position(index) + Format.RECORD_HEADER;
            int to = group.index().position(index) + group.index().size(index);
            digest = digest * 1_000_003 + Checksum.plain(content, from, to);
        }
        return digest;
    }

    private void check(byte[] damaged, String what) throws Exception {
        cases++;
        Found found = read(damaged);
        reported += found.isReported() ? 1 : 0;
        boolean right = found.isReported()
                ? whole.entrySet().containsAll(found.state().entrySet())
                : found.state().equals(whole);
        if (!right) {
            throw new AssertionError(what + " was not noticed: " + found + ", should be " + whole);
        }
    }

    private byte[] content() {
        return files.get(name).clone();
    }

    private void report(String what) {
        System.out.println("log of 64 KiB, " + what + ": " + cases + " cases, " + reported + " reported as damage");
        assertThat(cases).isPositive();
        assertThat(reported).isPositive();
    }

    @Test
    void noticesEveryFlippedBit() throws Exception {
        byte[] content = content();
        for (int at = 0; at < SIZE; at += STRIDE) {
            for (int bit = 0; bit < 8; bit++) {
                content[at] ^= (byte) (1 << bit);
                check(content, "bit " + bit + " of byte " + at);
                content[at] ^= (byte) (1 << bit);
            }
        }
        report("bits flipped");
    }

    @Test
    void noticesEveryZeroedByte() throws Exception {
        byte[] content = content();
        for (int at = 0; at < SIZE; at += STRIDE) {
            byte before = content[at];
            content[at] = 0;
            check(content, "zero at byte " + at);
            content[at] = before;
        }
        report("bytes zeroed");
    }

    @Test
    void noticesEveryTruncation() throws Exception {
        byte[] content = content();
        for (int size = 0; size < SIZE; size += STRIDE) {
            check(Arrays.copyOf(content, size), "the size " + size);
        }
        report("truncated");
    }

    @Test
    void noticesEverySectorZeroedDuplicatedOrSwapped() throws Exception {
        byte[] content = content();
        for (int one = 0; one < SIZE; one += SECTOR) {
            byte[] zeroed = content.clone();
            Arrays.fill(zeroed, one, one + SECTOR, (byte) 0);
            check(zeroed, "zeros in the sector at " + one);
            for (int other = 0; other < SIZE; other += SECTOR) {
                byte[] copied = content.clone();
                System.arraycopy(content, one, copied, other, SECTOR);
                check(copied, "the sector of " + one + " at " + other);
                if (other > one) {
                    System.arraycopy(content, other, copied, one, SECTOR);
                    check(copied, "sectors " + one + " and " + other + " swapped");
                }
            }
        }
        report("sectors zeroed, duplicated, swapped");
    }

    /** The exemption: the last batch, which nothing attests, may be taken for a torn one; no other. */
    @Test
    void cutsTheLastBatchAloneWhenNothingAttestsIt() throws Exception {
        Map<Long, Long> before = states.get(states.size() - 2);
        byte[] content = log.clone();
        for (int at = 0; at < SIZE; at += 3) {
            content[at] ^= (byte) (1 << at % 8);
            Found found = read(content);
            cases++;
            reported += found.isReported() ? 1 : 0;
            boolean right = found.isReported()
                    || found.state().equals(whole)
                    || found.state().equals(before);
            if (!right) {
                throw new AssertionError("byte " + at + ": " + found);
            }
            content[at] ^= (byte) (1 << at % 8);
        }
        report("nothing attests the last batch");
    }
}
