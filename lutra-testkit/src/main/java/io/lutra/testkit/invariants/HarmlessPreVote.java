package io.lutra.testkit.invariants;

import static io.lutra.testkit.invariants.Invariant.I16;

import io.lutra.raft.BasicStatus;

/** {@link Invariant#I16}: a pre-vote changes neither term, vote, timer nor leader at its receiver. Thesis §9.6. */
public final class HarmlessPreVote {
    private final Violations violations;

    /** Creates the checker. */
    public HarmlessPreVote(Violations violations) {
        this.violations = violations;
    }

    /** A pre-vote was taken up; the ticks are those until the node does something by itself. */
    public void asked(BasicStatus before, int ticksBefore, BasicStatus after, int ticksAfter) {
        if (!before.equals(after) || ticksBefore != ticksAfter) {
            violations.report(I16, after + " due in " + ticksAfter + " after " + before + " due in " + ticksBefore);
        }
    }
}
