package io.lutra.testkit.raft;

import io.lutra.raft.ReadOnlyOption;
import io.lutra.raft.StateType;
import io.lutra.testkit.Event;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.invariants.FreshReads;
import java.nio.ByteBuffer;

/**
 * Asks for reads whoever takes itself for the leader, and waits for no answer: a new leader at once, one that was deposed and
 * does not know it often. Clients, who wait, meet these moments too seldom. An answer must be as new as what was
 * acknowledged before the question.
 */
final class Inquirer extends Event {
    /** Where a client's read has the number of its operation. */
    private static final long INQUIRY = -1;

    private static final long PERIOD_NANOS = 1_000_000;

    private final RaftCluster cluster;
    private final SeededRandom random;
    private final FreshReads freshReads;
    /** By replica id: the last term in which it was asked as the leader. */
    private final long[] askedTerms = new long[64];

    private long inquiries;
    private long answers;

    Inquirer(RaftCluster cluster) {
        this.cluster = cluster;
        this.random = cluster.scheduler.random("inquirer");
        this.freshReads = cluster.checks.freshReads;
    }

    /** Begins in some runs; a lease answers without asking anybody, and may be wrong. */
    void maybeStart() {
        if (random.chance(0.4) && cluster.options.readOnly == ReadOnlyOption.SAFE) {
            cluster.scheduler.after(PERIOD_NANOS, this);
        }
    }

    void stop() {
        cluster.scheduler.cancel(this);
    }

    @Override
    protected void run() {
        long newest = cluster.term();
        for (RaftProcess process : cluster.processes()) {
            if (process.isRunning() && process.view.role == StateType.LEADER && !process.process.isPaused()) {
                boolean isNew = askedTerms[(int) process.id] != process.view.term;
                if (isNew || random.chance(process.view.term < newest ? 0.2 : 0.02)) {
                    askedTerms[(int) process.id] = process.view.term;
                    ask(process);
                }
            }
        }
        cluster.scheduler.after(PERIOD_NANOS, this);
    }

    /** Asks a replica for a read. */
    void ask(RaftProcess process) {
        cluster.events++;
        process.readIndex(ByteBuffer.allocate(3 * Long.BYTES)
                .putLong(INQUIRY)
                .putLong(cluster.checks.acknowledgedWrites.highest())
                .putLong(++inquiries)
                .array());
    }

    /** Takes an answer, and tells whether the question was one of these. */
    boolean answered(RaftProcess process, byte[] context, long index) {
        ByteBuffer question = ByteBuffer.wrap(context);
        if (question.getLong() != INQUIRY) {
            return false;
        }
        answers++;
        freshReads.confirmed(process.view, question.getLong(), index);
        return true;
    }

    /** Returns how many answers there were. */
    long answers() {
        return answers;
    }
}
