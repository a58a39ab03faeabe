package io.lutra.raft;

/**
 * What fits into a few numbers of what a node knows at one moment.
 *
 * @param id the node
 * @param term the latest term it has seen
 * @param vote whom it voted for in that term, 0 for nobody
 * @param lead who leads in that term, 0 if it knows of nobody
 * @param role what it is
 * @param firstIndex the index of the first entry of its log, which may not be there yet
 * @param applied the highest index that the application has applied
 * @param commit the highest index that it knows to be committed
 * @param lastIndex the index of the last entry of its log
 * @param leadTransferee whom the leader is handing over to, 0 if nobody
 */
public record BasicStatus(
        long id,
        long term,
        long vote,
        long lead,
        StateType role,
        long firstIndex,
        long applied,
        long commit,
        long lastIndex,
        long leadTransferee) {}
