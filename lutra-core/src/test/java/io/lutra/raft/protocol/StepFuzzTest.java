package io.lutra.raft.protocol;

import org.junit.jupiter.api.Test;

/** Random messages: see {@link StepFuzz}, which {@code ./proof ci} runs with ten million. */
class StepFuzzTest {
    @Test
    void nothingThatIsWellFormedIsTooMuchForANode() {
        StepFuzz.run(500_000, 20_261_124);
    }
}
