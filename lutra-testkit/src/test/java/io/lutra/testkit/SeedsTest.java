package io.lutra.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeedsTest {
    private final String before = System.getProperty("lutra.seed");

    @AfterEach
    void restore() {
        if (before == null) {
            System.clearProperty("lutra.seed");
        } else {
            System.setProperty("lutra.seed", before);
        }
    }

    @Test
    void aFailureSaysHowToRepeatIt() {
        System.clearProperty("lutra.seed");
        List<Long> seeds = new ArrayList<>();
        assertThatThrownBy(() -> Seeds.check(10, 5, seed -> {
                    seeds.add(seed);
                    assertThat(seed).isNotEqualTo(12);
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("repeat with -Dlutra.seed=12: ");
        assertThat(seeds).containsExactly(10L, 11L, 12L);
    }

    @Test
    void runsOneSeedAlone() {
        System.setProperty("lutra.seed", "77");
        List<Long> seeds = new ArrayList<>();
        Seeds.check(10, 5, seeds::add);
        assertThat(seeds).containsExactly(77L);
    }
}
