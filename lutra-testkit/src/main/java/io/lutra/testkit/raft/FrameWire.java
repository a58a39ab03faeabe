package io.lutra.testkit.raft;

import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.network.Wire;
import org.jspecify.annotations.Nullable;

/** What the network does to frames: those with a wrong byte are refused by the checksum that every transport has. */
final class FrameWire implements Wire<Frame> {
    @Override
    public int sizeBytes(Frame frame) {
        return frame.bytes.length;
    }

    @Override
    public @Nullable Frame corrupt(Frame frame, SeededRandom random) {
        return null;
    }
}
