package io.lutra.raft.confchange;

import io.lutra.raft.tracker.Configuration;
import io.lutra.raft.tracker.ProgressMap;

/**
 * What a change leads to.
 *
 * @param configuration the new configuration
 * @param members the progress of its members, kept for those that stay
 */
public record ChangedConfiguration(Configuration configuration, ProgressMap members) {}
