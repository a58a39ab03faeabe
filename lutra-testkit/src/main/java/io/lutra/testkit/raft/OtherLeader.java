package io.lutra.testkit.raft;

import io.lutra.raft.Entry;
import io.lutra.raft.Message;
import io.lutra.raft.RaftException;
import io.lutra.raft.Snapshot;
import io.lutra.raft.StateType;
import io.lutra.testkit.Event;
import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.invariants.LogView;
import java.util.List;

/**
 * Says in a leader's name what is legal for the leader of its term, and what the core's own leaders never say: appends from
 * any place of its log, of any length, empty ones too, with any commit index that is not above its own and covers all
 * membership changes but the last, and snapshots that nobody needs. A leader of another version may. A follower has to compare, replace, commit and acknowledge by each message
 * alone. Paper figures 2 and 13.
 */
final class OtherLeader extends Event {
    private static final long MEAN_NANOS = 20_000_000;
    private static final int MOST_ENTRIES = 4;

    private final RaftCluster cluster;
    private final SeededRandom random;

    OtherLeader(RaftCluster cluster) {
        this.cluster = cluster;
        this.random = cluster.scheduler.random("other leader");
    }

    /** Begins in some runs, so that others see what the core's own leaders say and nothing else. */
    void maybeStart() {
        if (random.chance(0.4)) {
            waitForNext();
        }
    }

    void stop() {
        cluster.scheduler.cancel(this);
    }

    private void waitForNext() {
        cluster.scheduler.after(1 + random.nextLong(2 * MEAN_NANOS), this);
    }

    @Override
    protected void run() {
        for (RaftProcess process : cluster.processes()) {
            // Whoever takes itself for the leader of its term: a later leader's peers must refuse it.
            if (process.isRunning() && process.view.role == StateType.LEADER && !process.process.isPaused()) {
                try {
                    speak(process);
                } catch (RaftException e) {
                    // Its storage cannot give what would be said: it is damaged, or has to read it first.
                }
            }
        }
        waitForNext();
    }

    private void speak(RaftProcess leader) {
        Snapshot snapshot = random.chance(0.2) ? leader.storage().snapshot() : Snapshot.EMPTY;
        LogView log = leader.view.log;
        int known = (int) (log.last() - log.base());
        long back = random.chance(0.7) ? random.nextInt(1 + Math.min(known, 8)) : random.nextInt(1 + known);
        long prev = log.last() - back;
        List<Entry> entries = entriesAfter(prev, leader, random.nextInt(MOST_ENTRIES + 1));
        // Who gets a change has to learn that the one before is committed, or it might campaign without it.
        long changeBefore = log.lastChange(log.lastChange(prev + entries.size()) - 1);
        long drawn = random.chance(0.5) ? leader.view.commit : random.nextLong(leader.view.commit + 1);
        long commit = Math.max(drawn, changeBefore);
        for (long rest = leader.view.membership.members(); rest != 0; rest &= rest - 1) {
            long to = Long.numberOfTrailingZeros(rest);
            if (to == leader.id || random.chance(0.5)) {
                continue;
            }
            cluster.send(
                    leader,
                    snapshot.isEmpty()
                            ? Message.append(leader.id, to, leader.view.term, log.term(prev), prev, entries, commit)
                            : Message.snapshot(leader.id, to, leader.view.term, snapshot));
        }
    }

    /** Returns what the leader's storage was given so far, as far as it still is in its log. */
    private static List<Entry> entriesAfter(long prev, RaftProcess leader, int most) {
        ReplicaStorage storage = leader.storage();
        long end = Math.min(prev + most, storage.lastIndex()) + 1;
        if (prev + 1 < storage.firstIndex() || prev + 1 >= end) {
            return List.of();
        }
        List<Entry> stored = storage.entries(prev + 1, end, Long.MAX_VALUE);
        int same = 0;
        while (same < stored.size()
                && leader.view.log.term(prev + 1 + same) == stored.get(same).term()) {
            same++;
        }
        return stored.subList(0, same);
    }
}
