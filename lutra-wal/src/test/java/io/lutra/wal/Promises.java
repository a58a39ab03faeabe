package io.lutra.wal;

import io.lutra.testkit.invariants.Invariant;
import io.lutra.testkit.invariants.Violations;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a log was asked to write, what it has acknowledged, and so what it may hold: some prefix of the former that is not
 * shorter than the latter (I20). It outlives the log's processes.
 */
final class Promises {
    private final Violations violations;
    /** Before the last batch, which nothing attests: damage to it cannot be told from a tear. */
    private HostImage base = new HostImage();

    private final List<Consumer<HostImage>> lastBatch = new ArrayList<>();
    private final List<Consumer<HostImage>> batch = new ArrayList<>();
    private final ArrayDeque<Consumer<HostImage>> waiting = new ArrayDeque<>();
    private boolean writing;
    private boolean failed;
    private boolean lies;
    private boolean isDamaged;
    private int life;

    Promises(Violations violations) {
        this.violations = violations;
    }

    /** Takes note of a write that is being queued, as steps of which a crash may leave the first alone. */
    Completion queued(List<Consumer<HostImage>> steps) {
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
            if (!writing || waiting.peek() != steps.get(0)) {
                violations.report(Invariant.I10, "a write was acknowledged that was not written yet");
            }
            waiting.removeAll(steps);
            batch.addAll(steps);
        };
    }

    Completion queued(Consumer<HostImage> step) {
        return queued(List.of(step));
    }

    /** A batch is about to be written: what it makes durable is acknowledged before {@link #wrote}. */
    void writes() {
        writing = true;
    }

    /** The batch is written, and attests the one before; durably, unless the disk lies. */
    void wrote(boolean isSynced) {
        writing = false;
        if (!isSynced && !lies && !batch.isEmpty()) {
            violations.report(Invariant.I10, "a write was acknowledged that is not synced");
        }
        if (!lies) {
            lastBatch.forEach(step -> step.accept(base));
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
        lastBatch.forEach(step -> step.accept(image));
        HostImage acknowledged = image.copy();
        List<Consumer<HostImage>> survived = new ArrayList<>();
        while (!image.isLike(found)) {
            Consumer<HostImage> next = waiting.poll();
            if (next == null) {
                String seen = "found " + found + "\nacknowledged " + acknowledged + "\nwritten " + image;
                violations.report(Invariant.I20, seen);
                violations.report(invariant, seen);
                violations.check();
                acknowledged = found;
                break;
            }
            next.accept(image);
            survived.add(next);
        }
        waiting.clear();
        if (!survived.isEmpty() || acknowledged == found) {
            base = acknowledged;
            lastBatch.clear();
            lastBatch.addAll(survived);
        }
    }

    /** A log was opened that was damaged, or not synced: what it holds must be right, and what is missing reported. */
    boolean isWhole(Wal wal, long atOnce) {
        HostImage found = HostImage.of(wal, atOnce);
        boolean isReported =
                !wal.damages().isEmpty() || found.groups.size() < wal.groups().size();
        HostImage image = base.copy();
        boolean isPrefix = lies && found.groups.isEmpty();
        boolean isWhole = false;
        List<Consumer<HostImage>> steps = new ArrayList<>(lastBatch);
        steps.addAll(waiting);
        for (int i = 0; i <= steps.size(); i++) {
            isWhole |= i >= lastBatch.size() && image.isLike(found);
            isPrefix |= isReported ? image.holds(found) : image.isLike(found);
            if (i < steps.size()) {
                steps.get(i).accept(image);
            }
        }
        if (!isPrefix) {
            violations.report(
                    Invariant.I20,
                    "after damage, reported: " + wal.damages() + ", found " + found + "\nwritten " + image);
        }
        return isWhole;
    }
}
