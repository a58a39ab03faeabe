package io.lutra.raft.node;

import io.lutra.raft.CallInterruptedException;
import io.lutra.raft.ConfState;
import io.lutra.raft.DeadlineExceededException;
import io.lutra.raft.DropReason;
import io.lutra.raft.DroppedException;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.MessageType;
import io.lutra.raft.MisuseException;
import io.lutra.raft.Node;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.Ready;
import io.lutra.raft.ReadyChannel;
import io.lutra.raft.SnapshotStatus;
import io.lutra.raft.Status;
import io.lutra.raft.StepResult;
import io.lutra.raft.StoppedException;
import io.lutra.raft.confchange.Changer;
import io.lutra.raft.protocol.RawNode;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RawNode} for many threads.
 *
 * <p>Every call enters one monitor, does its work there, and leaves. Two things happen outside: the thread that takes a
 * Ready stores what it depends on, so that a disk keeps nobody waiting who ticks or steps; and the listener of
 * {@link ReadyChannel#onAvailable} runs.
 *
 * <pre>
 *   nothing out  -- take --&gt;  being stored  -- stored --&gt;  taken  -- advance --&gt;  nothing out
 * </pre>
 *
 * <p>Invariants: M1 one Ready is out at a time; M2 whoever makes a Ready available, or learns of a leader, wakes those who
 * wait for it, before it leaves the monitor; M3 once {@code stop} returned, the storage is not used.
 */
final class MonitorNode implements Node {
    private final RawNode raw;
    private final StoredState stored;
    private final LostSnapshots lostSnapshots;
    private final Channel channel = new Channel();

    private final ReentrantLock monitor = new ReentrantLock();
    private final Condition available = monitor.newCondition();
    private final Condition led = monitor.newCondition();
    private final Condition storingEnded = monitor.newCondition();

    /** Who is storing what the Ready it takes depends on. */
    private @Nullable Thread storing;
    /** The Ready that is taken and not yet advanced. */
    private @Nullable Ready taken;

    private boolean stopped;
    /** The error that stopped the node, if one did. */
    private @Nullable Throwable failure;
    /** What changes that were applied since the node stopped have made of its membership. */
    private @Nullable ConfState membershipWhenStopped;

    MonitorNode(RawNode raw, StoredState stored, int electionTick) {
        this.raw = raw;
        this.stored = stored;
        this.lostSnapshots = new LostSnapshots(raw, electionTick);
    }

    @Override
    public ProposalResult propose(byte[] data, Duration deadline) {
        Objects.requireNonNull(data);
        return notDropped(whenLed(() -> raw.propose(data), deadline));
    }

    @Override
    public ProposalResult proposeConfChange(MembershipChange change, Duration deadline) {
        Objects.requireNonNull(change);
        return notDropped(whenLed(() -> raw.proposeConfChange(change), deadline));
    }

    private static ProposalResult notDropped(ProposalResult result) {
        DropReason dropped = result.dropped();
        if (dropped != null) {
            throw new DroppedException("the proposal was dropped", dropped);
        }
        return result;
    }

    @Override
    public StepResult step(byte[] data, Duration deadline) {
        Message message = Message.parse(data);
        return message.type() == MessageType.PROP ? whenLed(() -> raw.step(message), deadline) : step(message);
    }

    @Override
    public StepResult step(byte[] data) {
        return step(Message.parse(data));
    }

    @Override
    public StepResult step(Message message) {
        Objects.requireNonNull(message);
        return call(() -> raw.step(message));
    }

    @Override
    public void readIndex(byte[] context) {
        Objects.requireNonNull(context);
        DropReason dropped = call(() -> raw.readIndex(context));
        if (dropped != null) {
            throw new DroppedException("the read was dropped", dropped);
        }
    }

    @Override
    public void tick() {
        act(() -> {
            raw.tick();
            lostSnapshots.tick();
        });
    }

    @Override
    public void advance() {
        monitor.lock();
        try {
            Ready done = taken;
            if (stopped || done == null) {
                return;
            }
            run(() -> {
                stored.requireAppended(done);
                taken = null;
                raw.advance();
                return null;
            });
        } finally {
            monitor.unlock();
        }
        channel.announce();
    }

    @Override
    public ConfState applyConfChange(MembershipChange change) {
        Objects.requireNonNull(change);
        ConfState state;
        monitor.lock();
        try {
            state = stopped ? changeWhenStopped(change) : run(() -> raw.applyConfChange(change));
        } finally {
            monitor.unlock();
        }
        channel.announce();
        return state;
    }

    /** For an application that is in the middle of a Ready, and keeps what this returns. The storage is left alone (M3). */
    private ConfState changeWhenStopped(MembershipChange change) {
        ConfState before = membershipWhenStopped == null ? raw.status().confState() : membershipWhenStopped;
        membershipWhenStopped = Changer.changed(before, change.asV2());
        return membershipWhenStopped;
    }

    @Override
    public void campaign() {
        act(raw::campaign);
    }

    @Override
    public void transferLeadership(long transferee) {
        act(() -> raw.transferLeader(transferee));
    }

    @Override
    public void forgetLeader() {
        act(raw::forgetLeader);
    }

    @Override
    public void reportUnreachable(long id) {
        act(() -> raw.reportUnreachable(id));
    }

    @Override
    public void reportSnapshot(long id, SnapshotStatus status) {
        Objects.requireNonNull(status);
        act(() -> raw.reportSnapshot(id, status));
    }

    @Override
    public void entriesFetched() {
        act(raw::entriesFetched);
    }

    @Override
    public Status status() {
        monitor.lock();
        try {
            return raw.status();
        } finally {
            monitor.unlock();
        }
    }

    @Override
    public ReadyChannel ready() {
        return channel;
    }

    @Override
    public void stop() {
        monitor.lock();
        try {
            halt();
            while (storing != null && storing != Thread.currentThread()) {
                storingEnded.awaitUninterruptibly();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Stores what a Ready depends on, outside the monitor, before its taker gets it. */
    private void storeBeforeHandingOut(Ready next) {
        try {
            stored.store(next);
        } catch (RuntimeException | Error e) {
            endStoring(next, e);
            throw e;
        }
        endStoring(next, null);
    }

    private void endStoring(Ready next, @Nullable Throwable error) {
        monitor.lock();
        try {
            storing = null;
            taken = next;
            storingEnded.signalAll();
            if (error != null) {
                fail(error);
            } else {
                requireRunning();
            }
        } finally {
            monitor.unlock();
        }
    }

    /** Does something that the specification gives no error: nothing, on a stopped node. */
    private void act(Runnable action) {
        monitor.lock();
        try {
            if (stopped) {
                return;
            }
            run(() -> {
                action.run();
                return null;
            });
        } finally {
            monitor.unlock();
        }
        channel.announce();
    }

    private <T extends @Nullable Object> T call(Supplier<T> action) {
        T result;
        monitor.lock();
        try {
            requireRunning();
            result = run(action);
        } finally {
            monitor.unlock();
        }
        channel.announce();
        return result;
    }

    private <T> T whenLed(Supplier<T> action, Duration deadline) {
        T result;
        enter("a leader");
        try {
            long nanos = nanos(deadline);
            while (isRunning() && !hasLeader()) {
                if (nanos <= 0) {
                    throw new DeadlineExceededException("no leader within " + deadline);
                }
                nanos = led.awaitNanos(nanos);
            }
            result = run(action);
        } catch (InterruptedException e) {
            throw interrupted("a leader");
        } finally {
            monitor.unlock();
        }
        channel.announce();
        return result;
    }

    /** Does something with the state machine, inside the monitor, and wakes whom it concerns. */
    private <T extends @Nullable Object> T run(Supplier<T> action) {
        try {
            T result = action.get();
            wake();
            return result;
        } catch (MisuseException | InvalidConfChangeException e) {
            // Nothing was done.
            throw e;
        } catch (RuntimeException | Error e) {
            fail(e);
            throw e;
        }
    }

    private void wake() {
        channel.wake();
        if (monitor.hasWaiters(led) && hasLeader()) {
            led.signalAll();
        }
    }

    private boolean hasLeader() {
        return raw.lead() != Message.NONE;
    }

    private boolean isAvailable() {
        return !stopped && storing == null && taken == null && raw.hasReady();
    }

    private void fail(Throwable error) {
        if (failure == null && !stopped) {
            failure = error;
        }
        halt();
    }

    private void halt() {
        stopped = true;
        available.signalAll();
        led.signalAll();
    }

    private boolean isRunning() {
        requireRunning();
        return true;
    }

    private void requireRunning() {
        if (stopped) {
            StoppedException error =
                    new StoppedException(failure == null ? "the node is stopped" : "the node was stopped by an error");
            error.initCause(failure);
            throw error;
        }
    }

    private void enter(String purpose) {
        try {
            monitor.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(purpose);
        }
    }

    private static CallInterruptedException interrupted(String purpose) {
        Thread.currentThread().interrupt();
        return new CallInterruptedException("interrupted while waiting for " + purpose);
    }

    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? 0 : Long.MAX_VALUE;
        }
    }

    private final class Channel implements ReadyChannel {
        private boolean wasAvailable;

        private @Nullable Runnable listener;
        /** Whether the listener has to run. */
        private boolean due;

        private boolean running;

        @Override
        public Ready take() {
            while (true) {
                // Longer than any process lives, but not for ever.
                Ready next = poll(Duration.ofNanos(Long.MAX_VALUE));
                if (next != null) {
                    return next;
                }
            }
        }

        @Override
        public @Nullable Ready poll(Duration timeout) {
            Ready next;
            enter("a Ready");
            try {
                long nanos = nanos(timeout);
                while (isRunning() && !isAvailable()) {
                    if (nanos <= 0) {
                        return null;
                    }
                    nanos = available.awaitNanos(nanos);
                }
                next = make();
            } catch (InterruptedException e) {
                throw interrupted("a Ready");
            } finally {
                monitor.unlock();
            }
            storeBeforeHandingOut(next);
            return next;
        }

        /** Makes a Ready, and begins to store what it depends on. From here on no other is available. */
        private Ready make() {
            storing = Thread.currentThread();
            try {
                return run(raw::ready);
            } catch (RuntimeException | Error e) {
                // Nobody would end it, and stop would wait for that.
                storing = null;
                throw e;
            }
        }

        /** Called inside the monitor, whenever something may have changed: a Ready may also be there no more. */
        void wake() {
            boolean isAvailable = isAvailable();
            if (isAvailable && !wasAvailable) {
                due = true;
                available.signalAll();
            }
            wasAvailable = isAvailable;
        }

        @Override
        public void onAvailable(Runnable newListener) {
            monitor.lock();
            try {
                listener = newListener;
                due = isAvailable();
            } finally {
                monitor.unlock();
            }
            announce();
        }

        private void endRunning() {
            monitor.lock();
            try {
                running = false;
            } finally {
                monitor.unlock();
            }
        }

        /** Runs the listener if it is due, unless another thread, or this one further up, is running it: that one goes on. */
        void announce() {
            while (true) {
                Runnable next;
                monitor.lock();
                try {
                    if (running || !due || listener == null) {
                        return;
                    }
                    next = listener;
                    due = false;
                    running = true;
                } finally {
                    monitor.unlock();
                }
                try {
                    next.run();
                } finally {
                    endRunning();
                }
            }
        }
    }
}
