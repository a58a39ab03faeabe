package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I17;

/** {@link Invariant#I17}: a read sees every write that was acknowledged before it began. Thesis §6.4. */
public final class FreshReads {
    private final Violations violations;

    /** Creates the checker. */
    public FreshReads(Violations violations) {
        this.violations = violations;
    }

    /** A read that began when writes up to {@code acknowledged} were acknowledged may be served from {@code readIndex} on. */
    public void confirmed(ReplicaView r, long acknowledged, long readIndex) {
        if (readIndex < acknowledged) {
            violations.report(
                    I17, "a read at " + readIndex + " began after " + acknowledged + " was acknowledged, at " + r);
        }
    }

    /** A read is served. */
    public void served(ReplicaView r, long acknowledged, long readIndex) {
        if (r.applied < readIndex || r.applied < acknowledged) {
            violations.report(I17, "a read at " + readIndex + ", " + acknowledged + " is served by " + r);
        }
    }
}
