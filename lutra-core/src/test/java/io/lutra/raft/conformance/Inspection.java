package io.lutra.raft.conformance;

import io.lutra.raft.ConfState;
import io.lutra.raft.Describe;
import io.lutra.raft.Message;
import io.lutra.raft.PeerProgress;
import io.lutra.raft.ProgressState;
import io.lutra.raft.Snapshot;
import io.lutra.raft.Status;
import java.util.List;
import java.util.TreeSet;

/** The commands that only look. FORMAT.md, sections 6 and 8. */
final class Inspection {
    private final Output output;

    Inspection(Output output) {
        this.output = output;
    }

    void inFlight(List<Message> messages) {
        for (int i = 0; i < messages.size(); i++) {
            output.print(i + ": " + Describe.message(messages.get(i)));
        }
        if (messages.isEmpty()) {
            output.print("no messages");
        }
    }

    void role(ScriptNode node) {
        Status status = node.raft().status();
        ConfState members = status.confState();
        boolean voter =
                members.voters().contains(node.id()) || members.votersOutgoing().contains(node.id());
        output.print(node.id() + ": " + Describe.role(status.softState().role()) + (voter ? " (Voter)" : " (Non-Voter)")
                + " Term:" + status.hardState().term() + " Lead:"
                + status.softState().lead());
    }

    void log(ScriptStorage storage) {
        long first = storage.firstIndex();
        long last = storage.lastIndex();
        if (first > last) {
            output.print("log is empty: first index=" + first + ", last index=" + last);
        } else {
            output.print(Describe.entries(storage.entries(first, last + 1, Long.MAX_VALUE)));
        }
    }

    void progress(ScriptNode node) {
        for (PeerProgress progress : node.raft().status().progress()) {
            output.print(progress.id() + ": " + Describe.progress(progress));
        }
    }

    void briefProgress(ScriptNode node) {
        node.raft()
                .forEachProgress(progress -> output.print(progress.id() + ": "
                        + (progress.learner() ? "learner" : "peer") + " match=" + progress.match() + " next="
                        + progress.next() + " " + name(progress.state())));
    }

    void state(ScriptNode node) {
        Status status = node.raft().status();
        output.print("id=" + status.id() + " term=" + status.hardState().term() + " vote="
                + status.hardState().vote() + " commit=" + status.hardState().commit() + " applied=" + status.applied()
                + " lead=" + status.softState().lead() + " state="
                + Describe.role(status.softState().role()) + " transferee=" + status.leadTransferee());
        output.print("config " + config(status.confState()));
    }

    void application(ScriptStorage storage) {
        Snapshot newest = storage.newest();
        output.print(Describe.snapshot(newest) + " Data:" + Describe.quoted(newest.data()));
    }

    private static String config(ConfState members) {
        String config = "voters=" + ids(members.voters());
        config += members.votersOutgoing().isEmpty() ? "" : "&&" + ids(members.votersOutgoing());
        config += members.learners().isEmpty() ? "" : " learners=" + ids(members.learners());
        config += members.learnersNext().isEmpty() ? "" : " learners_next=" + ids(members.learnersNext());
        return config;
    }

    private static String ids(List<Long> ids) {
        List<String> sorted = new TreeSet<>(ids).stream().map(Long::toHexString).toList();
        return "(" + String.join(" ", sorted) + ")";
    }

    private static String name(ProgressState state) {
        return switch (state) {
            case PROBE -> "StateProbe";
            case REPLICATE -> "StateReplicate";
            case SNAPSHOT -> "StateSnapshot";
        };
    }
}
