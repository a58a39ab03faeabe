package io.lutra.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets the faults of a {@link FaultPlan} come and go on a {@link Scheduler}, each by itself, several at once.
 *
 * <p>A fault of full intensity comes once in a mean gap, one of half the intensity in twice that. The gap is drawn from 0
 * to twice its mean; how long a fault stays is drawn the same way. One that found nothing to do looks again soon.
 */
public final class FaultInjector {
    /** Something that can be done to the world and undone. */
    public interface Disturbance {
        /** Does it, and returns what was done; null if there was nothing that it could be done to. */
        @Nullable
        Done begin(SeededRandom random);
    }

    /**
     * What was done.
     *
     * @param nodes which nodes it touches, a bit for each, as {@link FaultCoverage} has them
     * @param undo what undoes it, called once
     */
    public record Done(long nodes, Runnable undo) {}

    private static final int RETRIES_IN_A_GAP = 10;

    private final Scheduler scheduler;
    private final FaultPlan plan;
    private final FaultCoverage<?> coverage;
    private final long meanGapNanos;
    private final List<Course> courses = new ArrayList<>();
    private boolean stopped;

    /** Creates an injector that does nothing yet. */
    public FaultInjector(Scheduler scheduler, FaultPlan plan, FaultCoverage<?> coverage, long meanGapNanos) {
        this.scheduler = scheduler;
        this.plan = plan;
        this.coverage = coverage;
        this.meanGapNanos = meanGapNanos;
    }

    /** Lets a fault come and go from now on if the plan has it. */
    public void add(Fault fault, long meanDurationNanos, Disturbance disturbance) {
        if (plan.has(fault) && !stopped) {
            Course course = new Course(fault, meanDurationNanos, disturbance);
            courses.add(course);
            course.waitForNext();
        }
    }

    /** Ends the faults in force, and lets no other come. */
    public void stop() {
        stopped = true;
        for (Course course : courses) {
            scheduler.cancel(course);
            course.end();
        }
    }

    private final class Course extends Event {
        private final Fault fault;
        private final long meanDurationNanos;
        private final Disturbance disturbance;
        private final SeededRandom random;
        private @Nullable Done inForce;

        Course(Fault fault, long meanDurationNanos, Disturbance disturbance) {
            this.fault = fault;
            this.meanDurationNanos = meanDurationNanos;
            this.disturbance = disturbance;
            // Its own numbers, whatever other faults there are.
            long ofThisKind =
                    courses.stream().filter(course -> course.fault == fault).count();
            this.random = scheduler.random("fault injector").fork(fault.name()).fork(ofThisKind);
        }

        void waitForNext() {
            waitFor((long) (meanGapNanos / plan.intensity(fault)));
        }

        private void waitFor(long meanNanos) {
            scheduler.after(random.nextLong(2 * meanNanos + 1), this);
        }

        @Override
        protected void run() {
            if (inForce != null) {
                end();
                waitForNext();
                return;
            }
            Done done = disturbance.begin(random);
            if (done == null) {
                waitFor(meanGapNanos / RETRIES_IN_A_GAP);
                return;
            }
            inForce = done;
            scheduler.trace().record(scheduler.nowNanos(), "fault", fault.name().hashCode(), 1, fault);
            coverage.faultBegan(fault, done.nodes);
            waitFor(meanDurationNanos);
        }

        void end() {
            Done done = inForce;
            if (done != null) {
                inForce = null;
                scheduler
                        .trace()
                        .record(scheduler.nowNanos(), "fault over", fault.name().hashCode(), 0, fault);
                coverage.faultEnded(fault, done.nodes);
                done.undo.run();
            }
        }
    }
}
