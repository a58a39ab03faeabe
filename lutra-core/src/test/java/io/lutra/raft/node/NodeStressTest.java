package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChange;
import io.lutra.raft.Config;
import io.lutra.raft.DeadlineExceededException;
import io.lutra.raft.DroppedException;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.MemoryStorage;
import io.lutra.raft.Message;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.Ready;
import io.lutra.raft.StoppedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many threads on the same nodes. What gets stuck here does so until the timeout. */
@Timeout(60)
class NodeStressTest {
    private static final Duration LONG = Duration.ofSeconds(50);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Future<?>> running = new ArrayList<>();

    @AfterEach
    void threadsEndWithoutError() throws Exception {
        threads.shutdown();
        assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        for (Future<?> task : running) {
            task.get();
        }
    }

    /**
     * Nothing ticks: if one Ready, one advance or one leader were not told to those who wait, a proposer would wait for
     * ever for its command to come back.
     */
    @Test
    void losesNoWakeUp() throws Exception {
        int proposers = 4;
        int commands = 500;
        Member member = new Member(1, 1);
        member.start(3);
        List<Future<?>> proposing = new ArrayList<>();
        for (int i = 0; i < proposers; i++) {
            String name = "proposer " + i;
            proposing.add(submit(() -> {
                for (int command = 0; command < commands; command++) {
                    assertThat(member.propose(name + ": " + command, LONG)).isTrue();
                }
                return null;
            }));
        }
        // It cannot campaign before it has applied that it is a member.
        while (member.node.status().softState().lead() == 0) {
            member.node.campaign();
        }
        for (int i = 0; i < commands; i++) {
            member.node.step(Message.heartbeat(9, 1, 1, 0, new byte[0]));
        }
        for (Future<?> proposer : proposing) {
            proposer.get();
        }
        member.node.stop();
        assertThat(member.commands()).hasSize(proposers * commands);
    }

    /** Three members, each with two takers; all propose, tick and step, and one after the other is stopped and restarted. */
    @Test
    void staysInAgreementWhenEverythingHappensAtOnce() throws Exception {
        List<Member> members = List.of(new Member(1, 3), new Member(2, 3), new Member(3, 3));
        for (Member member : members) {
            member.outbox = message -> members.get((int) message.to() - 1).step(message.data());
            member.start(2);
        }
        ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
        clock.scheduleAtFixedRate(() -> members.forEach(member -> member.node.tick()), 0, 2, TimeUnit.MILLISECONDS);
        CountDownLatch enough = new CountDownLatch(1);
        for (Member member : members) {
            submit(() -> {
                for (int i = 0; enough.getCount() > 0; i++) {
                    member.propose(member.id + ": " + i, Duration.ofMillis(20));
                }
                return null;
            });
        }
        for (int i = 0; i < 6; i++) {
            members.get((i + 1) % 3).awaitMore(100);
            Member member = members.get(i % 3);
            member.stop();
            member.start(2);
        }
        for (Member member : members) {
            member.awaitMore(100);
        }
        enough.countDown();
        clock.shutdown();
        assertThat(clock.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        for (Member member : members) {
            member.stop();
        }
        int common =
                members.stream().mapToInt(member -> member.applied.size()).min().orElseThrow();
        assertThat(common).isGreaterThan(100);
        assertThat(members.stream().map(member -> member.applied.subList(0, common)))
                .containsOnly(members.get(0).applied.subList(0, common));
    }

    private Future<?> submit(Callable<Void> task) {
        Future<?> future = threads.submit(task);
        running.add(future);
        return future;
    }

    /** A member whose takers share the work, one Ready at a time. */
    private final class Member {
        private final long id;
        private final List<Peer> peers = new ArrayList<>();
        private final MemoryStorage storage = new MemoryStorage();
        private final Map<String, CountDownLatch> proposed = new ConcurrentHashMap<>();
        private final AtomicInteger out = new AtomicInteger();
        private final List<Future<?>> takers = new ArrayList<>();
        private volatile Consumer<Message> outbox = message -> {};
        private volatile CountDownLatch more = new CountDownLatch(0);
        private volatile Node node;
        /** For the taker whose Ready is out. */
        private List<String> applied = new ArrayList<>();

        Member(long id, int size) {
            this.id = id;
            for (long peer = 1; peer <= size; peer++) {
                peers.add(Peer.of(peer));
            }
        }

        void start(int takerCount) {
            applied = new ArrayList<>();
            node = new Lutra()
                    .startNode(Config.builder().id(id).storage(storage).build(), peers);
            for (int i = 0; i < takerCount; i++) {
                takers.add(submit(() -> {
                    work(node);
                    return null;
                }));
            }
        }

        void stop() throws Exception {
            node.stop();
            for (Future<?> taker : takers) {
                taker.get();
            }
            takers.clear();
        }

        private void work(Node current) {
            try {
                while (true) {
                    Ready ready = current.ready().take();
                    assertThat(out.incrementAndGet()).as("Readys out").isEqualTo(1);
                    storage.append(ready.entries());
                    ready.messages().forEach(outbox);
                    for (Entry entry : ready.committedEntries()) {
                        apply(current, entry);
                    }
                    out.decrementAndGet();
                    current.advance();
                }
            } catch (StoppedException e) {
                // As it should end.
            }
        }

        private void apply(Node current, Entry entry) {
            if (entry.type() == EntryType.CONF_CHANGE) {
                current.applyConfChange(ConfChange.unmarshal(entry.data()));
                applied.add("");
                return;
            }
            String command = new String(entry.data(), UTF_8);
            applied.add(command);
            more.countDown();
            CountDownLatch waiting = proposed.remove(command);
            if (waiting != null) {
                waiting.countDown();
            }
        }

        List<String> commands() {
            return applied.stream().filter(command -> !command.isEmpty()).toList();
        }

        void step(byte[] data) {
            try {
                node.step(data);
            } catch (StoppedException e) {
                // It is down.
            }
        }

        /** Proposes and waits until it is applied here; tells whether it was in time. */
        boolean propose(String command, Duration deadline) throws InterruptedException {
            CountDownLatch latch = new CountDownLatch(1);
            proposed.put(command, latch);
            try {
                node.propose(command.getBytes(UTF_8), deadline);
            } catch (DeadlineExceededException | DroppedException | StoppedException e) {
                // No leader, or it is down.
            }
            return latch.await(deadline.toMillis(), TimeUnit.MILLISECONDS);
        }

        void awaitMore(int entries) throws InterruptedException {
            more = new CountDownLatch(entries);
            assertThat(more.await(50, TimeUnit.SECONDS)).as("progress at " + id).isTrue();
        }
    }
}
