/**
 * A disk that forgets what was not synced, and fails when told to.
 *
 * <p>Start at {@link io.lutra.testkit.disk.SimulatedDisk}. A test gives it to the code that it proves behind whatever
 * interface that code has, plans {@linkplain io.lutra.testkit.disk.DiskFaults faults}, cuts the power with a
 * {@link io.lutra.testkit.disk.Survival}, and opens the code again. {@link io.lutra.testkit.disk.CrashSweep} does that
 * before every change of a scripted life.
 */
@NullMarked
package io.lutra.testkit.disk;

import org.jspecify.annotations.NullMarked;
