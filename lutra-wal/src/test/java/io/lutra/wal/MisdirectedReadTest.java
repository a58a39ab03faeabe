package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.Entry;
import io.lutra.testkit.disk.DiskFault;
import io.lutra.testkit.disk.DiskOperation;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * While a log is opened the disk answers one of the reads, each in its turn, with the bytes of another place: what the log held is
 * there all the same, or the opening is refused, or says what is damaged.
 */
class MisdirectedReadTest {
    private static final int PLACES = 20;

    private int openings;
    private int whole;
    private int refused;
    private int reported;

    /** The larger segments are not read at once. */
    @ParameterizedTest(name = "segments of {0} bytes, entries of {1}")
    @CsvSource({"32768, 100", "32768, 3000", "3145728, 200000"})
    void losesNothingWithoutAWord(int segmentBytes, int entryBytes) throws Exception {
        WalOptions options = Scenes.SMALL.withSegmentSize(segmentBytes);
        for (int seed = 0; seed < PLACES; seed++) {
            // So many entries that the segment that was written last has few batches, or many.
            int entries = (1 + seed) * segmentBytes / entryBytes / 4;
            SimulatedDisk simulated = new SimulatedDisk(seed);
            HostImage written = write(simulated, options, entries, entryBytes, seed % 2 == 0);
            boolean met = true;
            for (int nth = 1; met; nth++) {
                SimulatedDisk copy = simulated.copy();
                copy.faults().onceAt(DiskOperation.READ, nth, DiskFault.MISDIRECTED);
                String found = open(copy, options, written);
                met = copy.faults().met(DiskOperation.READ, DiskFault.MISDIRECTED) > 0;
                assertThat(found)
                        .as("seed %s, read %s of an opening went to another place", seed, nth)
                        .isEmpty();
            }
        }
        System.out.println("read of another place: " + openings + " openings, " + whole + " whole, " + refused
                + " refused, " + reported + " reported as damage");
        assertThat(whole).isPositive();
        assertThat(openings).isGreaterThan(2 * PLACES);
    }

    private static HostImage write(
            SimulatedDisk disk, WalOptions options, int entries, int entryBytes, boolean isPrepared) {
        Wal wal = Wal.create(new SimulatedDirectory(disk), Scenes.IDENTITY, options);
        GroupLog group = wal.createGroup(1, 1, Completion.NONE);
        for (long index = 1; index <= entries; index++) {
            group.append(null, List.of(Entry.of(1, index, new byte[entryBytes])), Completion.NONE);
            Scenes.write(wal);
        }
        if (isPrepared) {
            wal.prepareSegment();
        }
        wal.attest(Completion.NONE);
        Scenes.write(wal);
        HostImage image = HostImage.of(wal);
        wal.abandon();
        return image;
    }

    /** Returns what is missing without a word, nothing if all is well. */
    private String open(SimulatedDisk disk, WalOptions options, HostImage written) {
        openings++;
        try (Wal wal = Wal.open(new SimulatedDirectory(disk), Scenes.IDENTITY, options)) {
            HostImage found = HostImage.of(wal);
            if (found.isLike(written)) {
                whole++;
            } else if (found.groups.size() < wal.groups().size()
                    || !wal.damages().isEmpty()) {
                assertThat(written.holds(found)).isTrue();
                reported++;
            } else {
                return "found " + found + ", damages " + wal.damages() + ", written " + written;
            }
        } catch (WalException e) {
            refused++;
        }
        return "";
    }
}
