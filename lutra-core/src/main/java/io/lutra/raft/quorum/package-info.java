/**
 * How many make a majority: of acknowledged indexes and of votes, for one set of voters and for two at once. Paper §5.2,
 * thesis §4.3. It knows nothing of logs or messages.
 */
@NullMarked
package io.lutra.raft.quorum;

import org.jspecify.annotations.NullMarked;
