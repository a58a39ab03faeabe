package io.lutra.testkit.disk;

import io.lutra.testkit.SeededRandom;
import java.util.ArrayList;
import java.util.List;

/**
 * Says what of the un-synced state of a disk survives a power cut: nothing, everything, or any part.
 *
 * <p>The un-synced state is a number of units ({@link SimulatedDisk#unsyncedUnits}): each change of a directory, each
 * change of a file's size and each sector of 512 bytes is one. A unit is lost, kept or, if it is a sector, torn: a part
 * of it is new and the rest is old. {@code toString} is the expression that makes it again.
 */
public final class Survival {
    private static final int MASK_BITS = 16;

    /** What becomes of a unit. */
    enum Fate {
        LOST,
        KEPT,
        TORN
    }

    private interface Rule {
        Fate fate(int unit);
    }

    private final String name;
    private final long seed;
    private final Rule rule;

    private Survival(String name, long seed, Rule rule) {
        this.name = name;
        this.seed = seed;
        this.rule = rule;
    }

    /** Nothing that was not synced survives. */
    public static Survival nothing() {
        return new Survival("nothing()", 0, unit -> Fate.LOST);
    }

    /** Everything survives, as if it had been synced. */
    public static Survival everything() {
        return new Survival("everything()", 0, unit -> Fate.KEPT);
    }

    /** Each unit survives or not, by a toss of the seed's coin. */
    public static Survival subset(long seed) {
        return new Survival("subset(" + seed + "L)", seed, unit -> draw(seed, unit, 2) == 0 ? Fate.LOST : Fate.KEPT);
    }

    /** Each unit is lost, kept or torn, by the seed. */
    public static Survival torn(long seed) {
        return new Survival("torn(" + seed + "L)", seed, unit -> switch (draw(seed, unit, 3)) {
            case 0 -> Fate.LOST;
            case 1 -> Fate.KEPT;
            default -> Fate.TORN;
        });
    }

    /** The first units survive, in the order of directory changes, files by age, and positions. */
    public static Survival first(int units) {
        return new Survival("first(" + units + ")", 0, unit -> unit < units ? Fate.KEPT : Fate.LOST);
    }

    /** One unit survives. */
    public static Survival only(int survivor) {
        return new Survival("only(" + survivor + ")", 0, unit -> unit == survivor ? Fate.KEPT : Fate.LOST);
    }

    /** One unit is lost. */
    public static Survival allBut(int victim) {
        return new Survival("allBut(" + victim + ")", 0, unit -> unit == victim ? Fate.LOST : Fate.KEPT);
    }

    /** One unit is torn where the seed says, all others survive. */
    public static Survival tornAt(int victim, long seed) {
        return new Survival(
                "tornAt(" + victim + ", " + seed + "L)", seed, unit -> unit == victim ? Fate.TORN : Fate.KEPT);
    }

    /** The units whose bits are set survive, bit 0 for unit 0; none from 64 on. */
    public static Survival mask(long bits) {
        return new Survival(
                "mask(" + bits + "L)", 0, unit -> unit < Long.SIZE && (bits >>> unit & 1) == 1 ? Fate.KEPT : Fate.LOST);
    }

    /**
     * Enumerates ways to survive. All subsets of the units, each once, when there are no more of them than {@code max}; else
     * nothing, everything, and a mixture of prefixes, single losses, single survivors and seeded subsets. Half of what
     * is left is torn.
     *
     * @param units how many units are not synced; with none there is one way
     * @param max at most so many are returned, at least 2
     */
    public static List<Survival> variants(int units, int max, long seed) {
        List<Survival> variants = new ArrayList<>();
        variants.add(nothing());
        if (units == 0) {
            return variants;
        }
        variants.add(everything());
        boolean all = units < MASK_BITS && 1 << units <= max;
        for (long bits = 1; all && bits < (1L << units) - 1; bits++) {
            variants.add(mask(bits));
        }
        SeededRandom random = new SeededRandom(seed).fork("variants");
        for (int i = 0; variants.size() < max && i < units; i++) {
            variants.add(tornAt(i, random.nextInt(1 << 20)));
        }
        for (int i = 0; variants.size() < max; i++) {
            long next = random.nextInt(1 << 20);
            int unit = random.nextInt(units);
            variants.add(
                    switch (all ? 0 : i % 5) {
                        case 1 -> subset(next);
                        case 2 -> first(unit);
                        case 3 -> allBut(unit);
                        case 4 -> only(unit);
                        default -> torn(next);
                    });
        }
        return variants;
    }

    Fate fate(int unit) {
        return rule.fate(unit);
    }

    /** Returns how many bytes at the front of a torn sector are new; if it is negative, how many at its end. */
    int newBytes(int unit) {
        int bytes = 1 + draw(seed ^ 0x7ea4, unit, SimulatedDisk.SECTOR_BYTES - 1);
        return draw(seed ^ 0xb17, unit, 2) == 0 ? bytes : -bytes;
    }

    /** Returns a value of {@code [lo, hi]} for a size that survived in between. */
    long between(int unit, long lo, long hi) {
        return lo + draw(seed ^ 0x517e, unit, (int) Math.min(Integer.MAX_VALUE, hi - lo + 1));
    }

    private static int draw(long seed, int unit, int bound) {
        return new SeededRandom(seed).fork(unit).nextInt(bound);
    }

    @Override
    public String toString() {
        return "Survival." + name;
    }
}
