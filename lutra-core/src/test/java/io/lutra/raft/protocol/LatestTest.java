package io.lutra.raft.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What nodes share that are made one after the other. */
class LatestTest {
    private record Value(String name) {}

    private final Latest<Value> latest = new Latest<>();

    @Test
    void givesTheOneBeforeIfItIsEqual() {
        Value first = latest.share(new Value("a"));
        assertThat(latest.share(new Value("a"))).isSameAs(first);
    }

    @Test
    void remembersNoMoreThanTheLatest() {
        Value first = latest.share(new Value("a"));
        Value other = new Value("b");
        assertThat(latest.share(other)).isSameAs(other);
        assertThat(latest.share(new Value("a"))).isNotSameAs(first).isEqualTo(first);
    }
}
