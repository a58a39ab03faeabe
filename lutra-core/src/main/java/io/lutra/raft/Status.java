package io.lutra.raft;

import java.util.List;

/**
 * What a node knows at one moment.
 *
 * @param id the node
 * @param hardState term, vote and commit index
 * @param softState leader and role
 * @param applied the highest index the application has applied
 * @param leadTransferee whom the leader is handing over to, 0 if nobody
 * @param confState the membership in force at this node
 * @param progress what a leader knows of each member, in order of id; empty elsewhere
 */
public record Status(
        long id,
        HardState hardState,
        SoftState softState,
        long applied,
        long leadTransferee,
        ConfState confState,
        List<PeerProgress> progress) {}
