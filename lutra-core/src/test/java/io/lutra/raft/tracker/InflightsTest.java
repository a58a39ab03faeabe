package io.lutra.raft.tracker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.lutra.raft.Property;
import io.lutra.raft.RaftInvariantException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

/** The window of messages under way, against a queue. */
class InflightsTest {
    private record Sent(long lastIndex, long bytes) {}

    @Test
    void aWindowIsABoundedQueue() {
        Property.check(2_000, 1, random -> {
            int maxMessages = 1 + random.nextInt(20);
            long maxBytes = random.nextBoolean() ? 0 : 1 + random.nextInt(100);
            InflightLimits limits = new InflightLimits(maxMessages, maxBytes);
            Inflights window = Inflights.NONE;
            Deque<Sent> model = new ArrayDeque<>();
            long last = 0;
            for (int i = 0; i < 60; i++) {
                long bytes = model.stream().mapToLong(Sent::bytes).sum();
                boolean full = model.size() == maxMessages || (maxBytes != 0 && bytes >= maxBytes);
                assertThat(window.isFull()).isEqualTo(full);
                assertThat(window.count()).isEqualTo(model.size());
                int what = random.nextInt(10);
                if (what < 6 && !full) {
                    last += 1 + random.nextInt(3);
                    Sent sent = new Sent(last, random.nextInt(30));
                    model.add(sent);
                    window = window.with(sent.lastIndex(), sent.bytes(), limits);
                } else if (what < 9) {
                    long to = Math.max(0, last - random.nextInt(10));
                    model.removeIf(sent -> sent.lastIndex() <= to);
                    window.freeTo(to);
                } else if (random.nextInt(5) == 0) {
                    model.clear();
                    window.clear();
                }
            }
        });
    }

    @Test
    void aFullWindowTakesNothing() {
        InflightLimits oneMessage = new InflightLimits(1, 0);
        Inflights byNumber = Inflights.NONE.with(1, 10, oneMessage);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> byNumber.with(2, 1, oneMessage));
        InflightLimits tenBytes = new InflightLimits(9, 10);
        Inflights byBytes = Inflights.NONE.with(1, 10, tenBytes);
        assertThatExceptionOfType(RaftInvariantException.class).isThrownBy(() -> byBytes.with(2, 0, tenBytes));
    }

    @Test
    void anEmptyWindowIsShared() {
        InflightLimits limits = new InflightLimits(2, 0);
        Inflights one = Inflights.NONE.with(1, 1, limits);
        Inflights other = Inflights.NONE.with(7, 1, limits);
        assertThat(one).isNotSameAs(other).isNotSameAs(Inflights.NONE);
        assertThat(Inflights.NONE.count()).isZero();
        assertThat(one.with(2, 1, limits)).isSameAs(one);
    }
}
