package io.lutra.raft.log;

/**
 * Names an entry: two logs that hold an entry of the same id are equal up to it. Paper §5.3, Log Matching.
 *
 * @param term the term in which it was appended
 * @param index its place
 */
public record EntryId(long term, long index) {}
