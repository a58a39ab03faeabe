package io.lutra.raft.protocol;

import io.lutra.raft.ConfChangeRefusal;
import io.lutra.raft.DropReason;
import io.lutra.raft.IgnoreReason;
import io.lutra.raft.MembershipChange;
import io.lutra.raft.Message;
import io.lutra.raft.TraceListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Notes what a node says that it left undone. */
final class Recorder implements TraceListener {
    final List<IgnoreReason> ignored = new ArrayList<>();
    final List<DropReason> droppedProposals = new ArrayList<>();
    final List<String> droppedReads = new ArrayList<>();
    final List<String> refusedChanges = new ArrayList<>();

    @Override
    public void ignored(Message message, IgnoreReason reason) {
        ignored.add(reason);
    }

    @Override
    public void proposalDropped(DropReason reason) {
        droppedProposals.add(reason);
    }

    @Override
    public void readDropped(byte[] requestContext, DropReason reason) {
        droppedReads.add(new String(requestContext, StandardCharsets.UTF_8) + ": " + reason);
    }

    @Override
    public void confChangeRefused(MembershipChange change, ConfChangeRefusal reason, long pendingIndex) {
        refusedChanges.add(reason + " until " + pendingIndex);
    }

    void clear() {
        ignored.clear();
        droppedProposals.clear();
        droppedReads.clear();
        refusedChanges.clear();
    }
}
