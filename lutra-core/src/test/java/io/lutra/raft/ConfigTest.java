package io.lutra.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ConfigTest {
    private static final Storage STORAGE = new MemoryStorage();

    @Test
    void builderAndAnOwnImplementationShareTheDefaults() throws ReflectiveOperationException {
        assertThat(options(valid().build())).isEqualTo(options(new SixOptions()));
    }

    @Test
    void defaultsAreTheSafeOnes() {
        Config config = valid().build();
        assertThat(config.checkQuorum()).isTrue();
        assertThat(config.preVote()).isTrue();
        assertThat(config.stepDownOnRemoval()).isTrue();
        assertThat(config.readOnlyOption()).isEqualTo(ReadOnlyOption.SAFE);
        assertThat(config.unsafeAsEtcd()).isFalse();
        assertThat(config.disableConfChangeValidation()).isFalse();
        assertThat(config.maxUncommittedEntriesSize()).isEqualTo(64 << 20);
        assertThat(config.maxPendingReads()).isEqualTo(65_536);
    }

    /** Each option set to something else than its default, all at once. */
    @Test
    void builderSetsEachOption() throws ReflectiveOperationException {
        ElectionJitter jitter = ElectionJitter.seeded(1);
        TraceListener listener = new TraceListener() {};
        Config config = Config.builder()
                .id(7)
                .electionTick(30)
                .heartbeatTick(3)
                .storage(STORAGE)
                .maxSizePerMsg(100)
                .maxInflightMsgs(9)
                .applied(5)
                .maxCommittedSizePerReady(200)
                .maxUncommittedEntriesSize(300)
                .maxInflightBytes(400)
                .asyncStorageWrites(true)
                .checkQuorum(false)
                .preVote(false)
                .readOnlyOption(ReadOnlyOption.SAFE)
                .maxPendingReads(8)
                .disableProposalForwarding(true)
                .disableConfChangeValidation(true)
                .stepDownOnRemoval(false)
                .unsafeAsEtcd(true)
                .electionJitter(jitter)
                .traceListener(listener)
                .build();
        assertThat(config.electionJitter()).isSameAs(jitter);
        assertThat(config.traceListener()).isSameAs(listener);
        assertThat(options(config)).containsExactlyInAnyOrderEntriesOf(changedOptions());
    }

    private static Map<String, Object> changedOptions() {
        Map<String, Object> options = new TreeMap<>();
        options.put("id", 7L);
        options.put("electionTick", 30);
        options.put("heartbeatTick", 3);
        options.put("storage", STORAGE);
        options.put("maxSizePerMsg", 100L);
        options.put("maxInflightMsgs", 9);
        options.put("applied", 5L);
        options.put("maxCommittedSizePerReady", 200L);
        options.put("maxUncommittedEntriesSize", 300L);
        options.put("maxInflightBytes", 400L);
        options.put("asyncStorageWrites", true);
        options.put("checkQuorum", false);
        options.put("preVote", false);
        options.put("readOnlyOption", ReadOnlyOption.SAFE);
        options.put("maxPendingReads", 8);
        options.put("disableProposalForwarding", true);
        options.put("disableConfChangeValidation", true);
        options.put("stepDownOnRemoval", false);
        options.put("unsafeAsEtcd", true);
        return options;
    }

    static Stream<Arguments> rules() {
        return Stream.of(
                rule("id", options -> options.id(0)),
                rule("id", options -> options.id(Message.LOCAL_APPEND_THREAD)),
                rule("id", options -> options.id(Message.LOCAL_APPLY_THREAD)),
                rule("heartbeatTick", options -> options.heartbeatTick(0)),
                rule("heartbeatTick", options -> options.heartbeatTick(-1)),
                rule("electionTick", options -> options.electionTick(1)),
                rule("electionTick", options -> options.electionTick(5).heartbeatTick(6)),
                rule("electionTick", options -> options.electionTick(Integer.MAX_VALUE)),
                rule("maxSizePerMsg", options -> options.maxSizePerMsg(-1)),
                rule("maxInflightMsgs", options -> options.maxInflightMsgs(0)),
                rule("applied", options -> options.applied(-1)),
                rule("maxCommittedSizePerReady", options -> options.maxCommittedSizePerReady(-1)),
                rule("maxUncommittedEntriesSize", options -> options.maxUncommittedEntriesSize(-1)),
                rule("maxPendingReads", options -> options.maxPendingReads(0)),
                rule("maxInflightBytes", options -> options.maxInflightBytes(99).maxSizePerMsg(100)),
                rule("maxInflightBytes", options -> options.maxInflightBytes(-1).maxSizePerMsg(0)),
                rule(
                        "checkQuorum",
                        options -> options.checkQuorum(false).readOnlyOption(ReadOnlyOption.UNSAFE_LEASE_BASED)));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void refusesWhatBreaksARule(String option, Consumer<ConfigBuilder> change) {
        ConfigBuilder options = valid();
        change.accept(options);
        assertThatThrownBy(options::build)
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining(option);
    }

    private static Arguments rule(String option, Consumer<ConfigBuilder> change) {
        return Arguments.of(option, change);
    }

    @Test
    void needsAStorage() {
        assertThatThrownBy(() -> Config.builder().id(1).build())
                .isInstanceOf(InvalidConfigException.class)
                .hasMessageContaining("storage");
    }

    @Test
    void takesTheEdgesOfWhatIsAllowed() {
        assertThat(valid().electionTick(2).heartbeatTick(1).build().electionTick())
                .isEqualTo(2);
        assertThat(valid().maxSizePerMsg(0).build().maxSizePerMsg()).isZero();
        assertThat(valid().maxInflightBytes(100).maxSizePerMsg(100).build().maxInflightBytes())
                .isEqualTo(100);
        assertThat(valid().maxSizePerMsg(Config.NO_LIMIT).build().maxInflightBytes())
                .isZero();
        assertThat(valid().readOnlyOption(ReadOnlyOption.UNSAFE_LEASE_BASED)
                        .build()
                        .readOnlyOption())
                .isEqualTo(ReadOnlyOption.UNSAFE_LEASE_BASED);
        assertThat(valid().id(-3).build().id()).as("ids have 64 bits").isEqualTo(-3);
    }

    @Test
    void seededJitterRepeatsAndStaysBelowTheElectionTick() {
        ElectionJitter one = ElectionJitter.seeded(5);
        ElectionJitter same = ElectionJitter.seeded(5);
        int[] ticks = Stream.generate(() -> one.ticks(1, 1, 10))
                .limit(200)
                .mapToInt(i -> i)
                .toArray();
        assertThat(ticks)
                .isEqualTo(Stream.generate(() -> same.ticks(1, 1, 10))
                        .limit(200)
                        .mapToInt(i -> i)
                        .toArray());
        assertThat(Arrays.stream(ticks).distinct().sorted().toArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }

    private static ConfigBuilder valid() {
        return Config.builder().id(1).storage(STORAGE);
    }

    /** All options by name, but for the two that are made anew for each configuration. */
    private static Map<String, Object> options(Config config) throws ReflectiveOperationException {
        Map<String, Object> options = new TreeMap<>();
        for (Method option : Config.class.getMethods()) {
            boolean isOption = option.getParameterCount() == 0 && !Modifier.isStatic(option.getModifiers());
            if (isOption && !Set.of("electionJitter", "traceListener").contains(option.getName())) {
                options.put(option.getName(), option.invoke(config));
            }
        }
        return options;
    }

    /** The options of the specification, as the builder sets them. */
    private static final class SixOptions implements Config {
        @Override
        public long id() {
            return 1;
        }

        @Override
        public int electionTick() {
            return 10;
        }

        @Override
        public int heartbeatTick() {
            return 1;
        }

        @Override
        public Storage storage() {
            return STORAGE;
        }

        @Override
        public long maxSizePerMsg() {
            return 1 << 20;
        }

        @Override
        public int maxInflightMsgs() {
            return 256;
        }
    }
}
