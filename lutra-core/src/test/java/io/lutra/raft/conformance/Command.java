package io.lutra.raft.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One command of a script and what the oracle printed.
 *
 * @param line the whole command line
 * @param arguments what follows the name
 * @param input the lines between the command line and the output
 * @param expected the output, as recorded
 */
record Command(String line, String name, List<Argument> arguments, List<String> input, List<String> expected) {

    static Command of(String line, List<String> input, List<String> expected) {
        List<Argument> words = Argument.parse(line);
        return new Command(line, words.get(0).key(), words.subList(1, words.size()), input, expected);
    }

    /** Returns the keys that stand alone, such as ids, in order. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        for (Argument argument : arguments) {
            if (argument.values().isEmpty()) {
                words.add(argument.key());
            }
        }
        return words;
    }

    String word(int i) {
        return words().get(i);
    }

    /** Returns the i-th word as a number, most often the id of a node. */
    int number(int i) {
        return Integer.parseInt(word(i));
    }

    /** Returns all words as numbers. */
    List<Integer> numbers() {
        return words().stream().map(Integer::valueOf).toList();
    }

    /** Returns the values of an option; none if it is not given. */
    List<String> values(String key) {
        for (Argument argument : arguments) {
            if (argument.key().equals(key)) {
                return argument.values();
            }
        }
        return List.of();
    }

    /** Returns the values of an option as ids. */
    List<Long> ids(String key) {
        return values(key).stream().map(Long::valueOf).toList();
    }

    Optional<String> value(String key) {
        return values(key).stream().findFirst();
    }

    long number(String key, long otherwise) {
        return value(key).map(Long::valueOf).orElse(otherwise);
    }

    boolean isSet(String key) {
        return value(key).map(Boolean::valueOf).orElse(false);
    }
}
