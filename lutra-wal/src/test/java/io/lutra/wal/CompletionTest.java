package io.lutra.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfState;
import io.lutra.raft.SnapshotMetadata;
import io.lutra.testkit.disk.DiskFault;
import io.lutra.testkit.disk.DiskOperation;
import io.lutra.testkit.disk.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every write is completed once, in its turn, by the thread that writes, whatever else happens. */
class CompletionTest {
    private final SimulatedDisk simulated = new SimulatedDisk(1);
    private final SimulatedDirectory disk = new SimulatedDirectory(simulated);
    private final Wal wal = Wal.create(disk, Scenes.IDENTITY, Scenes.SMALL);
    private final GroupLog group = wal.createGroup(1, 1, Completion.NONE);
    private final List<String> done = new ArrayList<>();

    {
        Scenes.write(wal);
    }

    /** Says which write is complete, and whether it is durable. */
    private Completion says(int write) {
        return failure -> done.add(write + (failure == null ? " is durable" : " failed"));
    }

    private void append(long index, Completion completion) {
        group.append(null, Scenes.entries(index, index, 1), completion);
    }

    @Test
    void completesTheOthersWhenOneThrows() {
        append(1, failure -> {
            throw new IllegalStateException("the first");
        });
        append(2, says(2));
        append(3, failure -> {
            throw new IllegalStateException("the second");
        });
        assertThatThrownBy(wal::doWork)
                .hasMessage("the first")
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(done).containsExactly("2 is durable");
        append(4, says(4));
        assertThat(wal.doWork()).isEqualTo(1);
        wal.close();
    }

    /** Found by review: the storage of another group threw it, as if its own write had failed. */
    @Test
    void throwsNothingAtAStorageWhoseWriteIsDurable() {
        GroupStorage other = GroupStorage.openOrCreate(wal, 2);
        append(1, failure -> {
            throw new IllegalStateException("a mistake of the owner of group 1");
        });
        List<Throwable> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((in, e) -> uncaught.add(e));
        try {
            other.append(Scenes.entries(1, 1, 1));
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertThat(uncaught).singleElement().asString().contains("a mistake of the owner of group 1");
        assertThat(other.lastIndex()).isEqualTo(1);
        wal.close();
    }

    /** Found by review: it was told that the disk is full. */
    @Test
    void refusesACompletionThatWaitsForAWrite() {
        GroupStorage other = GroupStorage.openOrCreate(wal, 2);
        append(1, failure -> {
            assertThatThrownBy(() -> other.append(Scenes.entries(1, 1, 1)))
                    .isExactlyInstanceOf(WalException.class)
                    .hasMessageContaining("a completion cannot wait");
            done.add("refused");
        });
        assertThat(wal.doWork()).isEqualTo(1);
        assertThat(done).containsExactly("refused");
        assertThat(wal.hasWork()).as("nothing was queued").isFalse();
        wal.close();
    }

    /** Found by review: the thread whose snapshot failed completed the third write before the second. */
    @Test
    void keepsTheOrderWhenTheLogFailsOnAnotherThread() {
        SnapshotWriter snapshot = group.newSnapshot(SnapshotMetadata.of(ConfState.EMPTY, 1, 1));
        Thread writer = Thread.currentThread();
        append(1, failure -> {
            append(3, why -> {
                says(3).complete(why);
                assertThat(Thread.currentThread()).isSameAs(writer);
            });
            simulated.faults().once(DiskOperation.WRITE, DiskFault.ERROR);
            Thread other = new Thread(() -> {
                try {
                    snapshot.write(new byte[100_000]);
                } catch (LogFailedException e) {
                    done.add("the snapshot failed");
                }
            });
            other.start();
            try {
                other.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        append(2, says(2));
        assertThat(wal.doWork()).isEqualTo(2);
        assertThat(done).containsExactly("the snapshot failed", "2 is durable", "3 failed");
        assertThatThrownBy(wal::doWork).isInstanceOf(LogFailedException.class);
        wal.close();
    }

    /** Found by review: what was queued was not written, and completed as failed. */
    @Test
    void writesWhatWasQueuedWhenACompletionClosesTheLog() {
        append(1, failure -> {
            append(3, says(3));
            wal.close();
        });
        append(2, says(2));
        wal.doWork();
        assertThat(done).containsExactly("2 is durable", "3 is durable");
        assertThatThrownBy(wal::doWork).hasMessageContaining("closed");
        try (Wal again = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL)) {
            assertThat(again.group(1).lastIndex()).isEqualTo(3);
        }
    }

    @Test
    void boundsTheAttestsThatWait() {
        wal.close();
        Wal small = Wal.open(disk, Scenes.IDENTITY, Scenes.SMALL.withMaxQueuedBytes(1000));
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        small.attest(Completion.NONE);
                    }
                })
                .isInstanceOf(LogBusyException.class);
        Scenes.write(small);
        small.attest(says(1));
        Scenes.write(small);
        assertThat(done).containsExactly("1 is durable");
        small.close();
    }
}
