package io.lutra.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.lutra.raft.ConfState;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The contract finds each of ten faults, and nothing in a storage that has none. */
class StorageContractTest {
    private static @Nullable PlantedFault planted;

    @ParameterizedTest
    @EnumSource(PlantedFault.class)
    void findsEveryPlantedFault(PlantedFault fault) {
        assertThat(contractOn(fault).getTestsFailedCount()).isPositive();
    }

    @Test
    void findsNothingInAStorageWithoutFault() {
        TestExecutionSummary summary = contractOn(null);
        assertThat(summary.getTestsFailedCount()).isZero();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(21);
    }

    private static TestExecutionSummary contractOn(@Nullable PlantedFault fault) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        planted = fault;
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(Contract.class))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    /** Run by the tests of this class, in each of them with another fault. */
    static class Contract extends HardStateStorageContract<FaultyStorage> {
        @Override
        protected FaultyStorage newStorage() {
            return new FaultyStorage(planted);
        }

        @Override
        protected FaultyStorage reopened(FaultyStorage storage) {
            return storage.reopened();
        }

        @Override
        protected void compact(FaultyStorage storage, long index) {
            storage.compact(index);
        }

        @Override
        protected void createSnapshot(FaultyStorage storage, long index, ConfState confState, byte[] data) {
            storage.createSnapshot(index, confState, data);
        }
    }
}
