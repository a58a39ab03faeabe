package io.lutra.testkit;

import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Which kinds of faults a run has, and how many of each. Every seed draws its own subset, so that rare kinds are not
 * drowned by frequent ones and some combinations meet undisturbed.
 *
 * <p>Swarm testing: Groce, Zhang, Eide, Chen, Regehr, ISSTA 2012.
 */
public final class FaultPlan {
    /** No faults. */
    public static final FaultPlan NONE = new FaultPlan(Map.of());

    /** The weakest intensity is the strongest halved so often. */
    private static final int HALVINGS = 6;

    private final Map<Fault, Double> intensities = new EnumMap<>(Fault.class);

    private FaultPlan(Map<Fault, Double> intensities) {
        this.intensities.putAll(intensities);
    }

    /** Returns a plan of these kinds with these intensities, each of {@code (0, 1]}. */
    public static FaultPlan of(Map<Fault, Double> intensities) {
        return new FaultPlan(intensities);
    }

    /**
     * Draws a plan: of the candidates each is in it with a probability that is drawn too, and if it is has an intensity
     * from 1/64 to 1, each power of two as likely as any other.
     */
    public static FaultPlan draw(SeededRandom random, Set<Fault> candidates) {
        Map<Fault, Double> drawn = new EnumMap<>(Fault.class);
        double share = (1 + random.nextInt(3)) / 4.0;
        for (Fault fault : Fault.values()) {
            // Drawn for those too that are no candidates: the others stay as they are when one is added.
            boolean chosen = random.chance(share);
            double intensity = (1 + random.nextDouble()) / (2 << random.nextInt(HALVINGS));
            if (chosen && candidates.contains(fault)) {
                drawn.put(fault, intensity);
            }
        }
        return new FaultPlan(drawn);
    }

    /** Tells whether a run has faults of this kind. */
    public boolean has(Fault fault) {
        return intensities.containsKey(fault);
    }

    /** Returns how much of a kind a run has, of {@code (0, 1]}; 0 if it has none. */
    public double intensity(Fault fault) {
        return intensities.getOrDefault(fault, 0.0);
    }

    @Override
    public String toString() {
        return intensities.toString();
    }
}
