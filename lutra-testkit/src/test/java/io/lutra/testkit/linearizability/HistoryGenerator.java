package io.lutra.testkit.linearizability;

import io.lutra.testkit.SeededRandom;
import io.lutra.testkit.linearizability.KeyValueModel.Answer;
import io.lutra.testkit.linearizability.KeyValueModel.Append;
import io.lutra.testkit.linearizability.KeyValueModel.CompareAndSet;
import io.lutra.testkit.linearizability.KeyValueModel.Delete;
import io.lutra.testkit.linearizability.KeyValueModel.Get;
import io.lutra.testkit.linearizability.KeyValueModel.Put;
import io.lutra.testkit.linearizability.KeyValueModel.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lets clients use a real map, one request at a time each, every request taking effect at a moment between invocation
 * and return: what they see is linearizable by construction. Values are never written twice.
 */
final class HistoryGenerator {
    /** Times are so far apart that other operations find room between them. */
    static final int STEP = 10;

    private final SeededRandom random;
    private final KeyValueModel model = new KeyValueModel();
    private final Map<String, Optional<String>> map = new HashMap<>();
    private final int clients;
    private final int keys;
    private final double unknown;
    private final boolean deletions;
    private int values;

    HistoryGenerator(long seed, int clients, int keys, double unknown, boolean deletions) {
        this.random = new SeededRandom(seed);
        this.clients = clients;
        this.keys = keys;
        this.unknown = unknown;
        this.deletions = deletions;
    }

    private static final class Pending {
        final Request request;
        final long invoked;
        Answer answer;

        Pending(Request request, long invoked) {
            this.request = request;
            this.invoked = invoked;
        }
    }

    List<Operation<Request, Answer>> generate(int operations) {
        List<Operation<Request, Answer>> history = new ArrayList<>();
        Pending[] pending = new Pending[clients];
        long time = 0;
        while (history.size() < operations) {
            time += STEP;
            int client = random.nextInt(clients);
            Pending current = pending[client];
            if (current == null) {
                pending[client] = new Pending(request(), time);
            } else if (random.chance(unknown)) {
                // The client gives up; what it asked for may have happened, or may not.
                history.add(Operation.open(current.request, current.invoked));
                pending[client] = null;
            } else if (current.answer == null) {
                current.answer = execute(current.request);
            } else {
                history.add(Operation.completed(current.request, current.answer, current.invoked, time));
                pending[client] = null;
            }
        }
        for (Pending current : pending) {
            if (current != null) {
                history.add(Operation.open(current.request, current.invoked));
            }
        }
        return history;
    }

    private Answer execute(Request request) {
        Optional<String> state = map.getOrDefault(request.key(), Optional.empty());
        map.put(request.key(), model.next(state, request));
        return model.result(state, request);
    }

    private Request request() {
        String key = "k" + random.nextInt(keys);
        String value = "v" + values++;
        return switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> new Get(key);
            case 4 ->
                new CompareAndSet(key, map.getOrDefault(key, Optional.empty()).orElse(null), value);
            case 5 -> deletions && random.nextInt(4) == 0 ? new Delete(key) : new Put(key, value);
            default -> new Put(key, value);
        };
    }

    /** Makes a small history of any answers, right or wrong, on a few values. */
    static List<Operation<Request, Answer>> anything(SeededRandom random, int operations) {
        List<Operation<Request, Answer>> history = new ArrayList<>();
        for (int i = 0; i < operations; i++) {
            long invoked = random.nextInt(12);
            Request request = anyRequest(random);
            if (random.nextInt(5) == 0) {
                history.add(Operation.open(request, invoked));
            } else {
                history.add(
                        Operation.completed(request, anyAnswer(request, random), invoked, invoked + random.nextInt(6)));
            }
        }
        return history;
    }

    private static Request anyRequest(SeededRandom random) {
        return switch (random.nextInt(8)) {
            case 0, 1, 2 -> new Get("k");
            case 3, 4 -> new Put("k", anyValue(random));
            case 5 -> new Append("k", anyValue(random));
            case 6 -> new Delete("k");
            default -> new CompareAndSet("k", random.chance(0.2) ? null : anyValue(random), anyValue(random));
        };
    }

    private static Answer anyAnswer(Request request, SeededRandom random) {
        if (request instanceof Get) {
            String value = anyValue(random);
            return Answer.found(random.chance(0.2) ? null : random.chance(0.3) ? value + anyValue(random) : value);
        }
        return request instanceof CompareAndSet && random.chance(0.5) ? Answer.NOT_DONE : Answer.DONE;
    }

    private static String anyValue(SeededRandom random) {
        return random.chance(0.5) ? "a" : "b";
    }
}
