/** How fast the log is, beside what the same file does without it: {@link io.lutra.bench.wal.LogSpeed}. */
@NullMarked
package io.lutra.bench.wal;

import org.jspecify.annotations.NullMarked;
