package io.lutra.raft.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.lutra.raft.ConfChangeType;
import io.lutra.raft.InitialState;
import io.lutra.raft.Node;
import io.lutra.raft.RaftException;
import io.lutra.raft.ReadyChannel;
import io.lutra.raft.protocol.RawNode;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** That every type, method, parameter and result of the specification is there, and that docs/specification.md says so. */
class SpecificationPageTest {
    /** The specification, in its own order. */
    private static final List<String> SPECIFICATION = """
            type ConfChange interface
            ID() uint64
            Type() ConfChangeType
            NodeID() uint64
            Context() []byte
            Unmarshal([]byte) error
            type ConfChangeType int32
            ConfChangeAddNode ConfChangeType = 0
            ConfChangeRemoveNode ConfChangeType = 1
            type ConfState interface
            Nodes() []uint64
            Learners() []uint64
            type Config interface
            ID() uint64
            ElectionTick() int
            HeartbeatTick() int
            Storage() Storage
            MaxSizePerMsg() uint64
            MaxInflightMsgs() int
            type Entry interface
            Term() uint64
            Index() uint64
            Type() EntryType
            Data() []byte
            type HardState interface
            Term() uint64
            Vote() uint64
            Commit() uint64
            type Lib interface
            StartNode(Config, []Peer) Node
            NewConfig(uint64, int, int, Storage, uint64, int) Config
            NewPeer(uint64, []byte) Peer
            NewConfChange(uint64, ConfChangeType, uint64, []byte) ConfChange
            NewMemoryStorage() Storage
            type Message interface
            To() uint64
            Data() []byte
            type Node interface
            ProposeConfChange(context.Context, ConfChange) error
            Propose(context.Context, []byte) error
            Tick()
            Advance()
            Step(context.Context, []byte) error
            Stop()
            ApplyConfChange(ConfChange)
            Ready() <-chan Ready
            type Peer interface
            ID() uint64
            Context() []byte
            type Ready interface
            Messages() []Message
            Entries() []Entry
            CommittedEntries() []Entry
            type Snapshot interface
            Data() []byte
            Metadata() SnapshotMetadata
            type SnapshotMetadata interface
            ConfState() ConfState
            Index() uint64
            Term() uint64
            type Storage interface
            Append([]Entry) error
            InitialState() (HardState, ConfState, error)
            Entries(uint64, uint64, uint64) ([]Entry, error)
            Term(uint64) (uint64, error)
            LastIndex() (uint64, error)
            FirstIndex() (uint64, error)
            Snapshot() (Snapshot, error)
            """.lines().toList();

    private static final Pattern METHOD = Pattern.compile("(\\w+)\\((.*?)\\) ?(.*)");
    private static final Pattern CONSTANT = Pattern.compile("(\\w+) (\\w+) = (\\d+)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Path PAGE = Path.of(System.getProperty("lutra.root"), "docs", "specification.md");

    /** One line of the specification with the type it belongs to, and its row of the page. */
    private record Line(String type, String text, Row row) {
        boolean isType() {
            return text.startsWith("type ");
        }
    }

    private record Row(String specification, String java, String more) {}

    @TestFactory
    Stream<DynamicTest> everyLineIsThereInJavaAsThePageSays() throws IOException {
        return lines().stream().map(line -> DynamicTest.dynamicTest(line.type + ": " + line.text, () -> check(line)));
    }

    @Test
    void pageHasTheLinesOfTheSpecificationInItsOrder() throws IOException {
        assertThat(rows()).extracting(Row::specification).containsExactlyElementsOf(SPECIFICATION);
    }

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        Matcher links = Pattern.compile("\\]\\((.+?)\\)").matcher(Files.readString(PAGE));
        while (links.find()) {
            assertThat(PAGE.resolveSibling(links.group(1)).normalize()).exists();
        }
    }

    @Test
    void everyNameThatThePageMentionsExists() throws IOException {
        String page = Files.readString(PAGE);
        List<String> names = new ArrayList<>();
        for (Row row : rows()) {
            page = page.replace("`" + row.specification + "`", "").replace(row.java, "");
        }
        Matcher code = CODE.matcher(page);
        while (code.find()) {
            Matcher name = Pattern.compile("([A-Z]\\w+)(?:\\.(\\w+))?").matcher(code.group(1));
            if (name.matches() && !name.group().matches("SpecificationTest|SpecificationPageTest|ConfChangeAddNode")) {
                names.add(name.group());
                assertThat(hasMember(classOf(name.group(1)), name.group(2)))
                        .as(name.group())
                        .isTrue();
            }
        }
        assertThat(names).hasSizeGreaterThan(40);
    }

    private static void check(Line line) {
        Class<?> type = classOf(line.type);
        Matcher constant = CONSTANT.matcher(line.text);
        if (line.isType()) {
            assertThat(line.row.java).startsWith("[`" + line.type + "`](").endsWith("/" + line.type + ".java)");
        } else if (constant.matches()) {
            ConfChangeType value = ConfChangeType.valueOf(line.row.java.replace("`", ""));
            assertThat(constant.group(1))
                    .isEqualToIgnoringCase("ConfChange" + value.name().replace("_", ""));
            assertThat(value.number()).isEqualTo(Integer.parseInt(constant.group(3)));
        } else {
            checkMethod(type, line);
        }
    }

    private static void checkMethod(Class<?> type, Line line) {
        Matcher go = METHOD.matcher(line.text);
        assertThat(go.matches()).isTrue();
        String name = go.group(1).matches("[A-Z]+")
                ? go.group(1).toLowerCase(Locale.ROOT)
                : Character.toLowerCase(go.group(1).charAt(0))
                        + go.group(1).substring(1).replace("ID", "Id");
        List<Type> parameters = new ArrayList<>(
                split(go.group(2)).stream().map(SpecificationPageTest::javaOf).toList());
        // A context comes first in Go, a deadline last in Java.
        if (parameters.remove(Duration.class)) {
            parameters.add(Duration.class);
        }
        Method method = Arrays.stream(type.getMethods())
                .filter(candidate -> candidate.getName().equals(name) && takes(candidate, parameters))
                .filter(candidate -> !candidate.isBridge())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + parameters + " in " + type));
        assertThat("`" + signature(method) + "`").isEqualTo(line.row.java);
        List<String> results = split(go.group(3).replaceAll("^\\((.*)\\)$", "$1"));
        results.remove("error");
        if (results.size() == 1) {
            assertThat(method.getGenericReturnType()).isEqualTo(javaOf(results.get(0)));
        } else if (results.size() > 1) {
            assertThat(method.getReturnType()).isEqualTo(InitialState.class);
            assertThat(InitialState.class.getRecordComponents())
                    .extracting(RecordComponent::getGenericType)
                    .containsExactlyElementsOf(
                            results.stream().map(SpecificationPageTest::javaOf).toList());
        }
    }

    private static boolean takes(Method method, List<Type> parameters) {
        Type[] own = method.getGenericParameterTypes();
        if (own.length != parameters.size()) {
            return false;
        }
        for (int i = 0; i < own.length; i++) {
            boolean wider = own[i] instanceof Class<?> to
                    && parameters.get(i) instanceof Class<?> from
                    && to.isAssignableFrom(from);
            if (!wider && !own[i].equals(parameters.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static String signature(Method method) {
        return (Modifier.isStatic(method.getModifiers()) ? "static " : "")
                + simple(method.getGenericReturnType()) + " " + method.getName()
                + Arrays.stream(method.getGenericParameterTypes())
                        .map(SpecificationPageTest::simple)
                        .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String simple(Type type) {
        return type.getTypeName().replaceAll("[a-z]+\\.", "");
    }

    private static Type javaOf(String go) {
        return switch (go) {
            case "uint64" -> long.class;
            case "int" -> int.class;
            case "[]byte" -> byte[].class;
            case "context.Context" -> Duration.class;
            case "<-chan Ready" -> ReadyChannel.class;
            case "[]uint64" -> listOf(Long.class);
            default -> go.startsWith("[]") ? listOf(classOf(go.substring(2))) : classOf(go);
        };
    }

    private static Type listOf(Class<?> element) {
        return new ParameterizedType() {
            @Override
            public Type[] getActualTypeArguments() {
                return new Type[] {element};
            }

            @Override
            public Type getRawType() {
                return List.class;
            }

            @Override
            public Type getOwnerType() {
                return null;
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof ParameterizedType that
                        && that.getRawType().equals(List.class)
                        && Arrays.equals(that.getActualTypeArguments(), getActualTypeArguments());
            }

            @Override
            public int hashCode() {
                return element.hashCode();
            }

            @Override
            public String toString() {
                return "List<" + element.getSimpleName() + ">";
            }
        };
    }

    private static List<String> split(String list) {
        return new ArrayList<>(
                Arrays.stream(list.split(", ")).filter(part -> !part.isEmpty()).toList());
    }

    private static Class<?> classOf(String name) {
        for (Class<?> neighbour : List.of(RaftException.class, Lutra.class, RawNode.class)) {
            try {
                return Class.forName(neighbour.getPackageName() + "." + name);
            } catch (ClassNotFoundException e) {
                // In the next package, perhaps.
            }
        }
        return switch (name) {
            case "Long" -> Long.class;
            case "Duration" -> Duration.class;
            case "AutoCloseable" -> AutoCloseable.class;
            default -> throw new AssertionError("no type " + name);
        };
    }

    private static boolean hasMember(Class<?> type, String member) {
        return member == null
                || Arrays.stream(type.getMethods())
                        .anyMatch(method -> method.getName().equals(member))
                || Arrays.stream(type.getFields())
                        .anyMatch(field -> field.getName().equals(member));
    }

    private static List<Line> lines() throws IOException {
        List<Row> rows = rows();
        List<Line> lines = new ArrayList<>();
        String type = Node.class.getSimpleName();
        for (int i = 0; i < SPECIFICATION.size(); i++) {
            String text = SPECIFICATION.get(i);
            type = text.startsWith("type ") ? text.split(" ")[1] : type;
            lines.add(new Line(type, text, rows.get(i)));
        }
        return lines;
    }

    /** The rows of the page's second table. */
    private static List<Row> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.startsWith("| specification |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(line -> line.split(" ?\\| ?", -1))
                .map(cells -> new Row(cells[1].replace("`", ""), cells[2], cells[3]))
                .toList();
    }
}
