package io.lutra.testkit.raft;

import io.lutra.raft.ReadOnlyOption;
import io.lutra.testkit.Fault;
import io.lutra.testkit.FaultPlan;
import io.lutra.testkit.SeededRandom;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a run is like. Each seed draws its own: how the cores are configured, how busy it is, which faults it has, so that
 * rare things are not drowned by frequent ones.
 */
final class ClusterOptions {
    static final int ELECTION_TICK = 10;
    static final long TICK_NANOS = 10_000_000;
    static final long ELECTION_NANOS = ELECTION_TICK * TICK_NANOS;

    /**
     * The faults that a core alone can meet and must survive. A message with wrong bytes is none: the checksum of its transport
     * makes a lost one of it.
     */
    static final Set<Fault> FAULTS = EnumSet.of(
            Fault.PARTITION_SPLIT,
            Fault.PARTITION_ONE_WAY,
            Fault.PARTITION_PAIR,
            Fault.PARTITION_BRIDGE,
            Fault.PARTITION_RING,
            Fault.MESSAGE_LOSS,
            Fault.MESSAGE_DELAY,
            Fault.MESSAGE_REORDER,
            Fault.MESSAGE_DUPLICATE,
            Fault.BANDWIDTH,
            Fault.CONNECTION_RESET,
            Fault.CONNECTION_STALL,
            Fault.KILL,
            Fault.POWER_CUT,
            Fault.PAUSE,
            Fault.SLOW_PROCESS,
            Fault.CLOCK_JUMP,
            Fault.CLOCK_DRIFT,
            Fault.DISK_ERROR,
            Fault.DISK_SHORT,
            Fault.DISK_FULL,
            Fault.DISK_SLOW,
            Fault.DATA_LOST);

    final int voters;
    boolean async;
    boolean preVote;
    boolean checkQuorum;
    boolean stepDownOnRemoval;
    boolean forwarding;
    ReadOnlyOption readOnly;
    /** Whether the core lets vote requests go before the vote is durable, as etcd's does. */
    boolean earlyVoteRequests;
    /** Whether the application holds back what is of a higher term than the durable one, whatever the core does. */
    boolean holdsBackTerms;

    final int heartbeatTick;
    final long maxSizePerMsg;
    final long maxCommittedSize;
    final long maxUncommitted;
    int maxInflight;
    final long maxInflightBytes;
    /** Snapshots are made after so many entries; the log is kept for {@link #keptEntries} more. */
    final int snapshotEvery;

    final int keptEntries;
    /** How long a process gathers inputs before it takes a Ready. */
    long gatherNanos;

    long syncNanos;
    long applyNanos;
    /** How many ticks a process makes up for after it stood still. */
    final int catchUpTicks;

    final boolean ticksOneByOne;

    final int clients;
    final long thinkNanos;
    final int padding;
    /** What commands are padded with. */
    byte paddingByte;

    final double readShare;
    /** The mean time between acts of the operator; membership changes, transfers and the like. */
    final long operatorNanos;

    final double membershipShare;
    long faultNanos;
    /** The mean time between two faults of a kind. */
    long faultGapNanos;

    long faultDurationNanos;
    FaultPlan faults;
    /** Whether, in some runs, other leaders speak, leaders are asked at once, and disks are slow all the time. */
    boolean extras = true;
    /**
     * Whether replicas differ in what may differ while a setting is rolled out: {@link #own}. What is promised only if all have
     * pre-votes is promised to none then. Check-quorum must be the same everywhere: a replica that has neither it nor pre-votes
     * is behind for ever if it gets ahead in terms while the others keep their leader.
     */
    final boolean mixed;
    /** Whether replicas that no quorum needs may stay dead after the faults end. */
    final boolean someStayDead;
    /**
     * Whether leaders are cut off, again and again and nothing else, with one that still writes what it got from them when
     * the next leader's entries come: two terms meet within one slow write.
     */
    final boolean slowMinorities;
    /** How long a slow disk takes in the mean, at most. */
    long slowestNanos = ELECTION_NANOS / 2;

    /** Draws them; {@code more} are the faults of the disk that its storages survive besides. */
    ClusterOptions(SeededRandom random, Set<Fault> more) {
        int[] sizes = {1, 2, 3, 3, 3, 3, 3, 4, 5, 5, 5, 7};
        voters = sizes[random.nextInt(sizes.length)];
        async = random.chance(0.5);
        preVote = random.chance(0.7);
        checkQuorum = random.chance(0.7);
        stepDownOnRemoval = random.chance(0.7);
        forwarding = random.chance(0.7);
        readOnly = checkQuorum && random.chance(0.1) ? ReadOnlyOption.UNSAFE_LEASE_BASED : ReadOnlyOption.SAFE;
        heartbeatTick = random.chance(0.5) ? 1 : random.nextInt(1, 5);
        maxSizePerMsg = pick(random, 0, 64, 300, 2000, 1 << 20);
        maxCommittedSize = pick(random, 0, 1, 100, 1000, 1 << 20);
        maxUncommitted = pick(random, 0, 200, 2000, 1 << 26, 1 << 26);
        maxInflight = (int) pick(random, 1, 2, 4, 16, 256);
        maxInflightBytes = maxSizePerMsg <= 2000 && random.chance(0.3) ? Math.max(maxSizePerMsg, 200) : 0;
        snapshotEvery = (int) pick(random, 5, 20, 50, 200, 1000);
        keptEntries = (int) pick(random, 0, 0, 3, 20, 100);
        gatherNanos = pick(random, 0, 0, 0, 100_000, 1_000_000);
        syncNanos = pick(random, 20_000, 200_000, 200_000, 1_000_000, 5_000_000);
        applyNanos = pick(random, 10_000, 50_000, 500_000, 5_000_000, 30_000_000);
        catchUpTicks = (int) pick(random, 1, 1, 3, 1000, 1000);
        ticksOneByOne = random.chance(0.5);
        clients = random.nextInt(1, 9);
        thinkNanos = pick(random, 0, 200_000, 1_000_000, 5_000_000, 20_000_000);
        padding = (int) pick(random, 0, 0, 8, 50, 300);
        readShare = random.nextDouble() * 0.6;
        operatorNanos = pick(random, 50, 100, 200, 500, 2000) * 1_000_000;
        membershipShare = random.chance(0.6) ? random.nextDouble() : 0;
        faultNanos = pick(random, 2, 4, 6, 8, 10) * 1_000_000_000;
        faultGapNanos = pick(random, 100, 300, 300, 1000) * 1_000_000;
        faultDurationNanos = pick(random, 30, 200, 200, 500) * 1_000_000;
        Set<Fault> candidates = EnumSet.copyOf(FAULTS);
        candidates.addAll(more);
        faults = FaultPlan.draw(random.fork("faults"), candidates);
        someStayDead = random.chance(0.5);
        mixed = random.fork("mixed").chance(0.1);
        if (mixed) {
            preVote = false;
        }
        slowMinorities = random.fork("slow minorities").chance(0.04);
        if (slowMinorities) {
            slowestNanos = 2 * ELECTION_NANOS;
            async = true;
            maxInflight = 256;
            faultGapNanos = 200_000_000;
            faults = FaultPlan.of(Map.of(Fault.PARTITION_SPLIT, 1.0));
        }
    }

    /** What a replica may have of its own. */
    record Own(boolean preVote, int heartbeatTick, long maxCommittedSize) {}

    /** Returns what a replica has of its own, if they are mixed; else what all have. */
    Own own(SeededRandom random) {
        return mixed
                ? new Own(random.chance(0.5), random.nextInt(1, 5), pick(random, 0, 1, 100, 1000, 1 << 20))
                : new Own(preVote, heartbeatTick, maxCommittedSize);
    }

    private static long pick(SeededRandom random, long... values) {
        return values[random.nextInt(values.length)];
    }

    /** Returns in a word how leaders are elected: what liveness depends on. */
    String mode() {
        return (async ? "async" : "sync")
                + (mixed ? "+mixed" : "")
                + (preVote ? "+prevote" : "")
                + (checkQuorum ? "+checkquorum" : "");
    }
}
