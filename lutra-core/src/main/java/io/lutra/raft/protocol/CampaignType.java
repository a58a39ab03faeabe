package io.lutra.raft.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Why, and so how, a node campaigns. */
enum CampaignType {
    /** It asks first whether it could win. Thesis §9.6. */
    PRE_ELECTION,
    /** It asks for votes in a new term. */
    ELECTION,
    /** The same, because the leader told it to: votes are given although the leader is alive. Thesis §3.10. */
    TRANSFER;

    private static final byte[] NOTHING = {};
    private static final byte[] FORCED = "CampaignTransfer".getBytes(StandardCharsets.US_ASCII);

    /** Returns what vote requests carry: etcd's mark of a transfer. */
    byte[] voteContext() {
        return this == TRANSFER ? FORCED : NOTHING;
    }

    /** Tells whether a vote request carries the mark of a transfer. */
    static boolean isForced(byte[] voteContext) {
        return Arrays.equals(voteContext, FORCED);
    }
}
