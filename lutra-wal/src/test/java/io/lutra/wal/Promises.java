package io.lutra.wal;

import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Violations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a log was asked to write, what it has acknowledged, and so what it may hold: some prefix of the former that is not
 * shorter than the latter (I20). While its disk is full, what has room goes ahead of other groups' writes that have none, and a mark
 * ahead of its own group's: then it is a prefix for each group, of its marks and of the rest. It outlives the log's processes.
 */
final class Promises {
    /**
     * A step of a write of one group.
     *
     * @param compacts up to which index it drops entries, 0 if it does not
     * @param marks of which index it marks a snapshot, 0 if it does not
     */
    private record Step(long group, Consumer<HostImage> change, long compacts, long marks) {
        void applyTo(HostImage image) {
            change.accept(image);
        }

        boolean isMark() {
            return compacts > 0 || marks > 0;
        }

        /** Tells whether a mark can be made without what waits, and was. */
        boolean wasAhead(HostImage image, HostImage found) {
            HostImage.Group before = image.groups.get(group);
            HostImage.Group after = found.groups.get(group);
            return before != null
                    && after != null
                    && Math.max(compacts, marks) <= before.last()
                    && (before.offset < compacts && compacts <= after.offset
                            || before.snapshot < marks && marks <= after.snapshot);
        }
    }

    private final Violations violations;
    /** Before the last batch, which nothing attests: damage to it cannot be told from a tear. */
    private HostImage base = new HostImage();

    private final List<Step> lastBatch = new ArrayList<>();
    private final List<Step> batch = new ArrayList<>();
    private final ArrayDeque<Step> waiting = new ArrayDeque<>();
    private boolean writing;
    private boolean failed;
    private boolean lies;
    private boolean isDamaged;
    /** Whether the disk was full in this life, so that writes may go ahead of others. */
    private boolean wasFull;

    private int life;

    Promises(Violations violations) {
        this.violations = violations;
    }

    /** Takes note of a write of a group that is being queued, as steps of which a crash may leave the first alone. */
    Completion queued(long group, List<Consumer<HostImage>> changes) {
        return queuedSteps(
                changes.stream().map(change -> new Step(group, change, 0, 0)).toList());
    }

    /** The same, of a mark of a group's snapshot. */
    Completion queuedSnapshot(long group, long index, Consumer<HostImage> change) {
        return queuedSteps(List.of(new Step(group, change, 0, index)));
    }

    /** The same, of a compaction. */
    Completion queuedCompaction(long group, long index, Consumer<HostImage> change) {
        return queuedSteps(List.of(new Step(group, change, index, 0)));
    }

    private Completion queuedSteps(List<Step> steps) {
        waiting.addAll(steps);
        int lifeOfWrite = life;
        return failure -> {
            if (lifeOfWrite != life) {
                return;
            }
            if (failure != null) {
                failed = true;
                return;
            }
            if (failed) {
                violations.report(Invariant.I21, "a write was acknowledged after one that failed");
            }
            if (!writing || !isNext(steps.get(0))) {
                violations.report(Invariant.I10, "a write was acknowledged that was not written yet");
            }
            waiting.removeAll(steps);
            batch.addAll(steps);
        };
    }

    Completion queued(long group, Consumer<HostImage> change) {
        return queued(group, List.of(change));
    }

    /** Tells whether nothing waits that must be written before a step. */
    private boolean isNext(Step step) {
        for (Step ahead : waiting) {
            if (ahead == step) {
                return true;
            }
            boolean mayBeOvertaken = ahead.group != step.group || (step.isMark() && !ahead.isMark());
            if (!wasFull || !mayBeOvertaken) {
                return false;
            }
        }
        return false;
    }

    /** A batch is about to be written: what it makes durable is acknowledged before {@link #wrote}. */
    void writes() {
        writing = true;
    }

    /** The disk has no room for every file from now on, or may have had none. */
    void mayBeFull() {
        wasFull = true;
    }

    /** The batch is written, and attests the one before; durably, unless the disk lies. */
    void wrote(boolean isSynced) {
        writing = false;
        // On a full disk the segment that could not be made leaves the removal of its file unsynced.
        if (!isSynced && !lies && !wasFull && !batch.isEmpty()) {
            violations.report(Invariant.I10, "a write was acknowledged that is not synced");
        }
        if (!lies) {
            lastBatch.forEach(step -> step.applyTo(base));
            lastBatch.clear();
        }
        lastBatch.addAll(batch);
        batch.clear();
    }

    /** The disk claims from now on that it syncs, and does not: anything may be gone, but not in another order. */
    void lies() {
        lies = true;
    }

    /** Something on the disk was changed from outside, and may be reported from now on. */
    void damaged() {
        isDamaged = true;
    }

    /** Tells whether an error was told of: nothing may be acknowledged any more. */
    boolean hasFailed() {
        return failed;
    }

    /** The process is gone; what waits may be on the disk or not. */
    void died() {
        life++;
        writing = false;
        lastBatch.addAll(batch);
        batch.clear();
        failed = false;
    }

    /** A log was opened that nothing has damaged: throws nothing, but reports if it does not hold what it may. */
    void check(Wal wal, Invariant invariant) {
        HostImage found = HostImage.of(wal);
        List<String> damage = new ArrayList<>(found.damage);
        wal.damages().forEach(each -> damage.add(each.toString()));
        for (long id : wal.groups()) {
            GroupLog group = wal.group(id);
            if (group != null && group.damage() != null) {
                damage.add(group + ": " + group.damage());
            }
        }
        if (!damage.isEmpty() && !isDamaged) {
            violations.report(Invariant.I20, "after a crash there is damage: " + damage);
            violations.report(Invariant.I22, "after a crash there is damage: " + damage);
            violations.check();
        }
        HostImage image = base.copy();
        lastBatch.forEach(step -> step.applyTo(image));
        HostImage acknowledged = image.copy();
        List<Step> survived = new ArrayList<>();
        while (!image.isLike(found)) {
            Step next = next(waiting, image, found);
            if (next == null) {
                String seen = "found " + found + "\nacknowledged " + acknowledged + "\nwritten " + image;
                violations.report(Invariant.I20, seen);
                violations.report(invariant, seen);
                violations.check();
                acknowledged = found;
                break;
            }
            next.applyTo(image);
            survived.add(next);
        }
        waiting.clear();
        wasFull = false;
        if (!survived.isEmpty() || acknowledged == found) {
            base = acknowledged;
            lastBatch.clear();
            lastBatch.addAll(survived);
        }
    }

    /** Takes the next of the steps that must have been done where a log was found otherwise; null if there is none. */
    private @Nullable Step next(Collection<Step> steps, HostImage image, HostImage found) {
        for (Step step : steps) {
            if (wasFull && step.isMark() && step.wasAhead(image, found)) {
                steps.remove(step);
                return step;
            }
        }
        for (Step step : steps) {
            if (!wasFull || !image.isLike(found, step.group)) {
                steps.remove(step);
                return step;
            }
        }
        return null;
    }

    /** A log was opened that was damaged, or not synced: what it holds must be right, and what is missing reported. */
    boolean isWhole(Wal wal, long atOnce) {
        HostImage found = HostImage.of(wal, atOnce);
        boolean isReported =
                !wal.damages().isEmpty() || found.groups.size() < wal.groups().size();
        HostImage image = base.copy();
        boolean isPrefix = lies && found.groups.isEmpty();
        boolean isWhole = false;
        List<Step> steps = new ArrayList<>(lastBatch);
        steps.addAll(waiting);
        int promised = lastBatch.size();
        for (Step step = null; ; promised--) {
            isWhole |= promised <= 0 && image.isLike(found);
            isPrefix |= isReported ? image.holds(found) : image.isLike(found);
            step = promised > 0 ? steps.remove(0) : next(steps, image, found);
            if (step == null) {
                break;
            }
            step.applyTo(image);
        }
        if (!isPrefix) {
            violations.report(
                    Invariant.I20,
                    "after damage, reported: " + wal.damages() + ", found " + found + "\nwritten " + image);
        }
        return isWhole;
    }
}
