package io.lutra.testkit.invariants;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where checkers say that something does not hold. That ends the run, unless the run waits for certain invariants only: then
 * all others are noted, and it goes on.
 */
public final class Violations {
    private final Set<Invariant> fatal;
    private final Map<Invariant, String> noted = new EnumMap<>(Invariant.class);
    private @Nullable InvariantViolation first;

    private Violations(Set<Invariant> fatal) {
        this.fatal = fatal;
    }

    /** Returns violations that all end the run. */
    public static Violations allFatal() {
        return new Violations(EnumSet.allOf(Invariant.class));
    }

    /** Returns violations of which only these end the run: for defects that were planted, and must be found by them. */
    public static Violations fatalOnly(Set<Invariant> fatal) {
        return new Violations(EnumSet.copyOf(fatal));
    }

    /**
     * Takes up that an invariant does not hold. It does not throw, since checkers are called from within the core: {@link
     * #check} does, once the core is left.
     */
    public void report(Invariant invariant, String seen) {
        if (!fatal.contains(invariant)) {
            noted.putIfAbsent(invariant, seen);
        } else if (first == null) {
            first = new InvariantViolation(invariant, seen);
        }
    }

    /** Throws the first violation that ends the run, if there is one. */
    public void check() {
        if (first != null) {
            throw first;
        }
    }

    /** Returns what was first seen of each violation that did not end the run. */
    public Map<Invariant, String> noted() {
        return noted;
    }
}
