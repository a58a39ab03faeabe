package io.lutra.testkit.network;

import io.lutra.testkit.Event;
import io.lutra.testkit.Scheduler;
import java.util.ArrayDeque;

/**
 * One direction between two nodes, and what it does to messages. Healthy at first: half a millisecond to one, in order,
 * nothing lost, no limit.
 *
 * <p>Settings hold for messages that are sent afterwards; {@link #stall} and {@link #reset} for those under way, too. All
 * probabilities are of {@code [0, 1]}.
 */
public final class Link {
    /** A stalled link holds so many messages; those after them are lost. */
    public static final int MAX_HELD = 10_000;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final Delay USUAL = Delay.uniform(500_000, 1_000_000);

    private final Scheduler scheduler;
    private final Event release = Event.of(this::release);
    /** What came while the link was stalled, in its order. */
    private final ArrayDeque<SimulatedNetwork<?>.Delivery> held = new ArrayDeque<>();

    Delay delay = USUAL;
    double loss;
    double slowness;
    double reordering;
    double duplication;
    double corruption;
    boolean cut;

    private boolean stalled;
    private int epoch;
    /** No message in order arrives before this. */
    private long lastArrivalNanos;

    private long bytesPerSecond;
    private long burstNanos;
    private long queueNanos;
    /** When all that was sent has left, if the link sends without pause. */
    private long freeAtNanos;

    Link(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    /** Sets how long messages are under way. */
    public Link delay(Delay distribution) {
        delay = distribution;
        return this;
    }

    /** Sets how many messages are lost. */
    public Link loss(double probability) {
        loss = probability;
        return this;
    }

    /** Sets how many messages take 10 to 100 ms longer; what is sent after them waits for them. */
    public Link slowness(double probability) {
        slowness = probability;
        return this;
    }

    /** Sets how many messages take up to 20 ms longer, and are overtaken by those that are sent after them. */
    public Link reordering(double probability) {
        reordering = probability;
        return this;
    }

    /** Sets how many messages arrive a second time, up to 20 ms later. */
    public Link duplication(double probability) {
        duplication = probability;
        return this;
    }

    /** Sets how many messages arrive changed, as {@link Wire#corrupt} says. */
    public Link corruption(double probability) {
        corruption = probability;
        return this;
    }

    /**
     * Limits what the link carries: a token bucket.
     *
     * @param perSecond how many bytes leave in a second; 0 is no limit
     * @param burst how many bytes may leave at once after a silence
     * @param queue how many bytes can wait; a message that would be more is lost
     */
    public Link bandwidth(long perSecond, long burst, long queue) {
        bytesPerSecond = perSecond;
        burstNanos = perSecond == 0 ? 0 : nanosFor(burst);
        queueNanos = perSecond == 0 ? 0 : nanosFor(queue);
        freeAtNanos = scheduler.nowNanos() - burstNanos;
        return this;
    }

    /** Holds all messages back until {@link #flow}, as a connection does whose other end is gone without a word. */
    public void stall() {
        stalled = true;
    }

    /** Lets messages arrive again: those that were held now, in their order. */
    public void flow() {
        stalled = false;
        if (!held.isEmpty() && !release.isWaiting()) {
            // In an event of its own: what arrives in this nanosecond and was sent before is held first, in its place.
            scheduler.after(0, release);
        }
    }

    /** Breaks the connection: what is under way is lost. What is sent from now on belongs to the next one. */
    public void reset() {
        epoch++;
        lastArrivalNanos = 0;
        freeAtNanos = scheduler.nowNanos() - burstNanos;
        held.forEach(SimulatedNetwork<?>.Delivery::lost);
        held.clear();
    }

    /** Tells whether a message in order is under way, or held. */
    boolean isBusy() {
        return lastArrivalNanos > scheduler.nowNanos() || !held.isEmpty();
    }

    /** Makes the link as it was at first. */
    public void heal() {
        delay(USUAL)
                .loss(0)
                .slowness(0)
                .reordering(0)
                .duplication(0)
                .corruption(0)
                .bandwidth(0, 0, 0);
        flow();
    }

    int epoch() {
        return epoch;
    }

    /** Returns when the last of these bytes leaves if they are sent now, or -1 if there is no room for them to wait. */
    long departureNanos(int bytes) {
        long now = scheduler.nowNanos();
        if (bytesPerSecond == 0) {
            return now;
        }
        long departure = Math.max(freeAtNanos, now - burstNanos) + nanosFor(bytes);
        if (departure - now > queueNanos) {
            return -1;
        }
        freeAtNanos = departure;
        return Math.max(now, departure);
    }

    /** Returns when a message in order arrives that would arrive then if it were alone. */
    long inOrder(long arrivalNanos) {
        lastArrivalNanos = Math.max(lastArrivalNanos, arrivalNanos);
        return lastArrivalNanos;
    }

    /** Tells whether a message that came is to be held. */
    boolean holds() {
        return stalled || !held.isEmpty();
    }

    /** Holds a message; tells whether there was room. */
    boolean hold(SimulatedNetwork<?>.Delivery delivery) {
        return held.size() < MAX_HELD && held.add(delivery);
    }

    private void release() {
        if (!stalled) {
            held.forEach(SimulatedNetwork<?>.Delivery::released);
            held.clear();
        }
    }

    private long nanosFor(long bytes) {
        return bytes * NANOS_PER_SECOND / bytesPerSecond;
    }
}
