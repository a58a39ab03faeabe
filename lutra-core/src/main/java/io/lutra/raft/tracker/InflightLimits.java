package io.lutra.raft.tracker;

/**
 * How much may be on its way to a peer.
 *
 * @param messages how many append messages with entries
 * @param bytes of how many payload bytes, which the last message may exceed; 0 is no limit
 */
public record InflightLimits(int messages, long bytes) {}
