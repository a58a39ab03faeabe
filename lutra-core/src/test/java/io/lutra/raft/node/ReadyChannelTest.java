package io.lutra.raft.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.ConfChange;
import io.lutra.raft.Config;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.StateType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When and where the listener of a ready channel runs. */
@Timeout(30)
class ReadyChannelTest {
    private final MemoryStorage storage = new MemoryStorage();
    private final Node node =
            new Lutra().startNode(Config.builder().id(1).storage(storage).build(), List.of(Peer.of(1)));

    @Test
    void tellsAtOnceOfReadyThatIsThere() {
        AtomicInteger told = new AtomicInteger();
        node.ready().onAvailable(told::incrementAndGet);
        assertThat(told).hasValue(1);
    }

    @Test
    void tellsOnceOfEachReadyInTheThreadThatMadeItAvailable() {
        drain();
        List<Thread> told = new ArrayList<>();
        node.ready().onAvailable(() -> told.add(Thread.currentThread()));
        assertThat(told).isEmpty();
        node.campaign();
        node.tick();
        assertThat(told).containsExactly(Thread.currentThread());
    }

    @Test
    void tellsNothingWhileReadyIsOut() {
        AtomicInteger told = new AtomicInteger();
        Ready ready = node.ready().take();
        node.ready().onAvailable(told::incrementAndGet);
        node.tick();
        assertThat(told).hasValue(0);
        finish(ready);
        node.campaign();
        assertThat(told).hasValue(1);
    }

    @Test
    void replacesListener() {
        drain();
        AtomicInteger first = new AtomicInteger();
        AtomicInteger second = new AtomicInteger();
        node.ready().onAvailable(first::incrementAndGet);
        node.ready().onAvailable(second::incrementAndGet);
        node.campaign();
        assertThat(first).hasValue(0);
        assertThat(second).hasValue(1);
    }

    /** A listener that does all the work makes Readys available itself; it must not run inside itself, deeper and deeper. */
    @Test
    void doesNotRunInsideItself() {
        drain();
        AtomicInteger depth = new AtomicInteger();
        AtomicInteger deepest = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        node.ready().onAvailable(() -> {
            runs.incrementAndGet();
            deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
            Ready ready = node.ready().poll(Duration.ZERO);
            if (ready != null) {
                finish(ready);
            }
            depth.decrementAndGet();
        });
        node.campaign();
        assertThat(node.status().softState().role()).isEqualTo(StateType.LEADER);
        assertThat(runs.get()).isGreaterThan(1);
        assertThat(deepest).hasValue(1);
    }

    @Test
    void runsWithoutLock() throws Exception {
        drain();
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        node.ready().onAvailable(() -> {
            running.countDown();
            await(end);
        });
        FutureTask<Void> campaign = new FutureTask<>(node::campaign, null);
        new Thread(campaign).start();
        await(running);
        node.tick();
        assertThat(node.ready().poll(Duration.ZERO)).isNotNull();
        end.countDown();
        campaign.get();
    }

    @Test
    void goesOnAfterListenerThatThrew() {
        drain();
        AtomicInteger told = new AtomicInteger();
        node.ready().onAvailable(() -> {
            if (told.incrementAndGet() == 1) {
                throw new IllegalStateException("a bad day");
            }
        });
        assertThatThrownBy(node::campaign).hasMessage("a bad day");
        drain();
        node.campaign();
        assertThat(node.status().softState().role()).isEqualTo(StateType.LEADER);
        assertThat(told.get()).isGreaterThan(1);
    }

    private void drain() {
        for (Ready ready = node.ready().poll(Duration.ZERO);
                ready != null;
                ready = node.ready().poll(Duration.ZERO)) {
            finish(ready);
        }
    }

    private void finish(Ready ready) {
        storage.append(ready.entries());
        for (Entry entry : ready.committedEntries()) {
            if (entry.type() == EntryType.CONF_CHANGE) {
                node.applyConfChange(ConfChange.unmarshal(entry.data()));
            }
        }
        node.advance();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
