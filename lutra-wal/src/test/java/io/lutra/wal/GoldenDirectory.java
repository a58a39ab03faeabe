package io.lutra.wal;

import io.lutra.raft.HardState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes the golden directory of a version, once: {@code GoldenDirectory DIRECTORY}. It is never made again for that version. */
final class GoldenDirectory {
    private GoldenDirectory() {}

    /** Writes a log with everything that the format has. */
    public static void main(String[] args) throws IOException {
        Wal wal = Wal.create(new FileDisk(Path.of(args[0])), Scenes.IDENTITY, Scenes.SMALL);
        GroupLog busy = wal.createGroup(1, 1, Completion.NONE);
        GroupLog idle = wal.createGroup(2, 1, Completion.NONE);
        wal.createGroup(3, 4, Completion.NONE);
        idle.append(HardState.of(2, -2, 1), Scenes.entries(1, 2, 2), Completion.NONE);
        Scenes.write(wal);
        for (long i = 1; i <= 90; i++) {
            busy.append(HardState.of(1 + i / 30, 3, i - 1), Scenes.entries(i, i, 1 + i / 30), Completion.NONE);
            Scenes.write(wal);
        }
        busy.append(HardState.of(5, 1, 88), Scenes.entries(89, 92, 5), Completion.NONE);
        Scenes.write(wal);
        Scenes.snapshot(busy, 85, LogModel.stateAt(1, 1, 85));
        Scenes.write(wal);
        busy.compact(80, Completion.NONE);
        wal.dropGroup(3, Completion.NONE);
        Scenes.write(wal);
        Scenes.settle(wal);
        busy.append(null, List.of(Scenes.entry(93, 5)), Completion.NONE);
        wal.close();
    }
}
