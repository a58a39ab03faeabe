package io.lutra.raft;

/**
 * How far a peer is, as a leader sees it. Followers keep it too, but it means nothing there.
 *
 * @param id the peer
 * @param learner whether the peer gets the log without a vote
 * @param state how the leader sends to the peer
 * @param match the highest index that is known to be durable and equal there
 * @param next the index of the next entry to send
 * @param pendingSnapshot the index of the snapshot under way, 0 if none
 * @param recentActive whether the peer was heard of since the last look at the quorum
 * @param paused whether nothing is sent until the peer answers
 * @param inflight how many append messages are on their way
 * @param inflightBytes the bytes of payload of those messages
 * @param inflightFull whether no more may be, in number or in bytes
 */
public record PeerProgress(
        long id,
        boolean learner,
        ProgressState state,
        long match,
        long next,
        long pendingSnapshot,
        boolean recentActive,
        boolean paused,
        int inflight,
        long inflightBytes,
        boolean inflightFull) {}
