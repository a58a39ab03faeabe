package io.lutra.raft.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lutra.raft.CallInterruptedException;
import io.lutra.raft.ConfChange;
import io.lutra.raft.ConfChangeType;
import io.lutra.raft.ConfChangeV2;
import io.lutra.raft.Config;
import io.lutra.raft.DeadlineExceededException;
import io.lutra.raft.DropReason;
import io.lutra.raft.DroppedException;
import io.lutra.raft.Entry;
import io.lutra.raft.EntryType;
import io.lutra.raft.InvalidConfChangeException;
import io.lutra.raft.MalformedBytesException;
import io.lutra.raft.Message;
import io.lutra.raft.MisuseException;
import io.lutra.raft.Node;
import io.lutra.raft.Peer;
import io.lutra.raft.ProposalResult;
import io.lutra.raft.Ready;
import io.lutra.raft.StateType;
import io.lutra.raft.StepResult;
import io.lutra.raft.StoppedException;
import io.lutra.raft.StorageException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node promises to the threads that use it. */
@Timeout(30)
class NodeTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final byte[] DATA = "x".getBytes(UTF_8);

    private final RecordingStorage storage = new RecordingStorage();
    private final Node node = start(List.of(Peer.of(1)));
    private final List<Thread> threads = new ArrayList<>();

    private Node start(List<Peer> peers) {
        return new Lutra().startNode(Config.builder().id(1).storage(storage).build(), peers);
    }

    @AfterEach
    void stop() throws InterruptedException {
        node.stop();
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Test
    void handsOutOneReadyUntilItIsAdvanced() {
        assertThat(node.ready().poll(Duration.ZERO)).isNotNull();
        node.reportUnreachable(7);
        node.tick();
        assertThat(node.ready().poll(Duration.ZERO)).isNull();
    }

    @Test
    void proposalWaitsForLeader() throws Exception {
        FutureTask<ProposalResult> proposal = inBackground(() -> node.propose(DATA, LONG));
        lead();
        assertThat(proposal.get().isAppended()).isTrue();
    }

    @Test
    void proposalGivesUpAtItsDeadline() {
        assertThatThrownBy(() -> node.propose(DATA, Duration.ofMillis(1)))
                .isInstanceOf(DeadlineExceededException.class);
        assertThatThrownBy(() -> node.propose(DATA, Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
        assertThatThrownBy(() -> node.propose(DATA, Duration.ofSeconds(Long.MIN_VALUE)))
                .isInstanceOf(DeadlineExceededException.class);
    }

    @Test
    void proposalOnLeaderIsAppendedAtOnce() {
        lead();
        ProposalResult first = node.propose(DATA, Duration.ZERO);
        ProposalResult second = node.propose(DATA, Duration.ZERO);
        assertThat(second.index()).isEqualTo(first.index() + 1);
    }

    @Test
    void proposalThatIsNotTakenSaysWhy() {
        lead();
        node.applyConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 2));
        node.transferLeadership(2);
        assertThatThrownBy(() -> node.propose(DATA, LONG))
                .isInstanceOfSatisfying(
                        DroppedException.class, e -> assertThat(e.reason()).isEqualTo(DropReason.TRANSFER_IN_PROGRESS));
    }

    @Test
    void secondMembershipChangeIsRefusedWhileFirstIsNotApplied() {
        lead();
        ConfChange change = ConfChange.of(ConfChangeType.ADD_LEARNER_NODE, 2);
        assertThat(node.proposeConfChange(change, LONG).refused()).isNull();
        assertThat(node.proposeConfChange(change, LONG).refused()).isNotNull();
    }

    @Test
    void interruptedProposalKeepsInterruptFlag() throws Exception {
        Thread[] caller = new Thread[1];
        FutureTask<Boolean> proposal = inBackground(() -> {
            caller[0] = Thread.currentThread();
            assertThatThrownBy(() -> node.propose(DATA, LONG)).isInstanceOf(CallInterruptedException.class);
            return Thread.currentThread().isInterrupted();
        });
        caller[0].interrupt();
        assertThat(proposal.get()).isTrue();
    }

    @Test
    void interruptedTakeKeepsInterruptFlagAndReady() throws Exception {
        Ready first = node.ready().take();
        Thread[] caller = new Thread[1];
        FutureTask<Boolean> taker = inBackground(() -> {
            caller[0] = Thread.currentThread();
            assertThatThrownBy(() -> node.ready().take()).isInstanceOf(CallInterruptedException.class);
            return Thread.currentThread().isInterrupted();
        });
        caller[0].interrupt();
        assertThat(taker.get()).isTrue();
        finish(first);
        node.campaign();
        assertThat(node.ready().poll(Duration.ZERO)).isNotNull();
    }

    @Test
    void stopReleasesEverybodyWhoWaits() throws Exception {
        node.ready().take();
        List<FutureTask<?>> waiting = List.of(
                inBackground(() -> node.propose(DATA, LONG)),
                inBackground(() -> node.proposeConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 2), LONG)),
                inBackground(() -> node.step(proposalOf(2), LONG)),
                inBackground(() -> node.ready().take()),
                inBackground(() -> node.ready().poll(LONG)));
        node.stop();
        node.stop();
        for (FutureTask<?> call : waiting) {
            assertThatThrownBy(call::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(StoppedException.class);
        }
    }

    @Test
    void stoppedNodeRefusesWhatHasAnErrorAndIgnoresTheRest() {
        Ready first = node.ready().take();
        node.close();
        assertThatThrownBy(() -> node.propose(DATA, LONG)).isInstanceOf(StoppedException.class);
        assertThatThrownBy(() -> node.step(heartbeat(1))).isInstanceOf(StoppedException.class);
        assertThatThrownBy(() -> node.readIndex(DATA)).isInstanceOf(StoppedException.class);
        assertThatThrownBy(() -> node.ready().take()).isInstanceOf(StoppedException.class);
        assertThatThrownBy(() -> node.ready().poll(Duration.ZERO)).isInstanceOf(StoppedException.class);
        node.tick();
        node.campaign();
        node.advance();
        assertThat(first.committedEntries()).hasSize(1);
        assertThat(node.applyConfChange(ConfChange.of(ConfChangeType.ADD_NODE, 1))
                        .voters())
                .containsExactly(1L);
        assertThat(node.status().softState().role()).isEqualTo(StateType.FOLLOWER);
    }

    @Test
    void advanceWithoutReadyDoesNothing() {
        node.advance();
        finish(node.ready().take());
        node.advance();
        lead();
        assertThat(node.status().softState().role()).isEqualTo(StateType.LEADER);
    }

    @Test
    void advanceIsRefusedWhileEntriesAreNotAppended() {
        finish(node.ready().take());
        node.campaign();
        Ready ready = node.ready().take();
        while (ready.entries().isEmpty()) {
            finish(ready);
            ready = node.ready().take();
        }
        assertThatThrownBy(node::advance).isInstanceOf(MisuseException.class);
        finish(ready);
        lead();
        assertThat(node.status().softState().role()).isEqualTo(StateType.LEADER);
    }

    @Test
    void stepTellsWhatAMessageWas() {
        assertThat(node.step(heartbeat(1))).isEqualTo(StepResult.STEPPED);
        assertThat(node.step(Message.appendResponse(9, 1, 1, 1).data())).isEqualTo(StepResult.UNKNOWN_PEER);
        assertThat(node.step(Message.storageApply(1, List.of(), List.of()).data()))
                .isEqualTo(StepResult.LOCAL_MESSAGE);
    }

    @Test
    void stepRefusesBytesThatAreNoMessageAndGoesOn() {
        assertThatThrownBy(() -> node.step(new byte[] {-1})).isInstanceOf(MalformedBytesException.class);
        assertThatThrownBy(() -> node.step(new byte[] {-1}, LONG)).isInstanceOf(MalformedBytesException.class);
        assertThat(node.step(heartbeat(1))).isEqualTo(StepResult.STEPPED);
    }

    @Test
    void proposalThatAPeerSentOnWaitsForLeaderIfItMay() throws Exception {
        assertThat(node.step(proposalOf(2))).isEqualTo(StepResult.PROPOSAL_DROPPED);
        assertThatThrownBy(() -> node.step(proposalOf(2), Duration.ZERO)).isInstanceOf(DeadlineExceededException.class);
        FutureTask<StepResult> step = inBackground(() -> node.step(proposalOf(2), LONG));
        lead();
        assertThat(step.get()).isEqualTo(StepResult.STEPPED);
    }

    @Test
    void nullIsRefusedAndStopsNothing() {
        assertThatThrownBy(() -> node.propose(null, LONG)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> node.proposeConfChange(null, LONG)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> node.step((Message) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> node.step((byte[]) null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> node.readIndex(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> node.applyConfChange(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> node.reportSnapshot(2, null)).isInstanceOf(NullPointerException.class);
        lead();
    }

    @Test
    void failingStorageStopsNodeAndIsTheCause() {
        finish(node.ready().take());
        node.step(heartbeat(5));
        storage.failFromNowOn();
        assertThatThrownBy(() -> node.ready().take())
                .isInstanceOf(StorageException.class)
                .hasMessage("the disk is gone");
        assertThatThrownBy(() -> node.step(heartbeat(1)))
                .isInstanceOf(StoppedException.class)
                .hasRootCauseMessage("the disk is gone");
        assertThatThrownBy(() -> node.ready().take()).isInstanceOf(StoppedException.class);
    }

    /** Who leads was asked by way of the storage, after the Ready was made: nothing ended it, and stop waited for its end. */
    @Test
    void storageThatFailsWhileAProposalWaitsDoesNotHoldUpStop() throws Exception {
        finish(node.ready().take());
        FutureTask<ProposalResult> proposal = inBackground(() -> node.propose(DATA, LONG));
        node.campaign();
        storage.failReadsFromNowOn(new StorageException("the disk is gone"));

        assertThat(node.ready().poll(Duration.ZERO)).isNotNull();
        stopInTime();
        assertThatThrownBy(proposal::get).hasCauseInstanceOf(StoppedException.class);
    }

    @Test
    void storageThatFailsWhileAReadyIsMadeDoesNotHoldUpStop() throws Exception {
        storage.failReadsFromNowOn(new StorageException("the disk is gone"));
        assertThatThrownBy(() -> node.ready().poll(Duration.ZERO)).isInstanceOf(StorageException.class);
        stopInTime();
    }

    /** A MisuseException would say that nothing has changed, and a node that goes on might have done half. */
    @Test
    void storageThatThrowsErrorsOfTheNodeStopsIt() {
        MisuseException error = new MisuseException("not now");
        storage.failReadsFromNowOn(error);
        assertThatThrownBy(() -> node.ready().poll(Duration.ZERO))
                .isInstanceOf(StorageException.class)
                .hasCause(error);
        assertThatThrownBy(() -> node.ready().poll(Duration.ZERO)).isInstanceOf(StoppedException.class);
    }

    @Test
    void storageThatFailsWhenAReadyIsDoneStopsTheNode() {
        lead();
        node.propose(DATA, Duration.ZERO);
        storage.append(node.ready().take().entries());
        storage.failReadsFromNowOn(new MisuseException("not now"));
        assertThatThrownBy(node::advance).isInstanceOf(StorageException.class);
        assertThatThrownBy(() -> node.ready().poll(Duration.ZERO)).isInstanceOf(StoppedException.class);
    }

    /** An application may be in the middle of a Ready; a leader would begin to send to the new member, from the storage. */
    @Test
    void stoppedLeaderTellsWhatAChangeLeadsToWithoutTheStorage() {
        lead();
        node.stop();
        storage.failReadsFromNowOn(new StorageException("the storage is closed"));

        assertThat(node.applyConfChange(add(2)).voters()).containsExactly(1L, 2L);
        assertThat(node.applyConfChange(add(3)).voters()).containsExactly(1L, 2L, 3L);
        assertThatThrownBy(() -> node.applyConfChange(ConfChangeV2.LEAVE_JOINT))
                .isInstanceOf(InvalidConfChangeException.class);
    }

    @Test
    void nodeThatAnErrorStoppedTellsWhatAChangeLeadsTo() {
        lead();
        storage.failReadsFromNowOn(new StorageException("the disk is gone"));
        assertThatThrownBy(() -> node.applyConfChange(add(2))).isInstanceOf(StorageException.class);
        assertThat(node.applyConfChange(add(2)).voters()).containsExactly(1L, 2L);
    }

    private static ConfChange add(long id) {
        return ConfChange.of(ConfChangeType.ADD_NODE, id);
    }

    private void stopInTime() throws Exception {
        CompletableFuture.runAsync(node::stop).get(20, TimeUnit.SECONDS);
    }

    @Test
    void readsAreToldWhenTheyMayBeServed() {
        assertThatThrownBy(() -> node.readIndex(DATA)).isInstanceOf(DroppedException.class);
        lead();
        node.readIndex(DATA);
        Ready ready = node.ready().take();
        assertThat(ready.readStates()).hasSize(1);
        assertThat(ready.readStates().get(0).requestContext()).isEqualTo(DATA);
    }

    @Test
    void nobodyWaitsForTheStorageButTheTakerAndStop() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch written = new CountDownLatch(1);
        finish(node.ready().take());
        node.step(heartbeat(5));
        storage.beforeWriting(() -> {
            writing.countDown();
            await(written);
        });
        FutureTask<Ready> taker = inBackground(() -> node.ready().take());
        await(writing);
        node.tick();
        assertThat(node.step(heartbeat(1))).isEqualTo(StepResult.STEPPED);
        FutureTask<Boolean> stop = inBackground(() -> {
            node.stop();
            return true;
        });
        int writes = storage.writes().size();
        written.countDown();
        assertThat(stop.get()).isTrue();
        assertThat(storage.writes()).hasSize(writes + 1);
        assertThatThrownBy(taker::get).hasCauseInstanceOf(StoppedException.class);
    }

    @Test
    void leaderIsElectedAndAppliesWhatIsProposed() {
        lead();
        node.propose(DATA, LONG);
        List<Entry> committed = new ArrayList<>();
        for (Ready ready = node.ready().poll(Duration.ZERO);
                ready != null;
                ready = node.ready().poll(Duration.ZERO)) {
            committed.addAll(ready.committedEntries());
            finish(ready);
        }
        assertThat(committed)
                .extracting(entry -> new String(entry.data(), UTF_8))
                .contains("x");
    }

    /** Campaigns, and does what there is to do until the node leads. */
    private void lead() {
        for (int i = 0; i < 10; i++) {
            for (Ready ready = node.ready().poll(Duration.ZERO); ready != null; ) {
                finish(ready);
                ready = node.ready().poll(Duration.ZERO);
            }
            node.campaign();
        }
        assertThat(node.status().softState().role()).isEqualTo(StateType.LEADER);
    }

    private void finish(Ready ready) {
        storage.append(ready.entries());
        for (Entry entry : ready.committedEntries()) {
            if (entry.type() == EntryType.CONF_CHANGE) {
                node.applyConfChange(ConfChange.unmarshal(entry.data()));
            }
        }
        node.advance();
    }

    /** Starts a call that waits, and returns when it does. */
    private <T> FutureTask<T> inBackground(Callable<T> call) {
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = new Thread(task);
        threads.add(thread);
        thread.start();
        while (thread.getState() != Thread.State.WAITING
                && thread.getState() != Thread.State.TIMED_WAITING
                && !task.isDone()) {
            Thread.onSpinWait();
        }
        return task;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] heartbeat(long term) {
        return Message.heartbeat(2, 1, term, 0, new byte[0]).data();
    }

    private static byte[] proposalOf(long from) {
        return Message.propose(from, 1, List.of(Entry.proposal(EntryType.NORMAL, DATA)))
                .data();
    }
}
