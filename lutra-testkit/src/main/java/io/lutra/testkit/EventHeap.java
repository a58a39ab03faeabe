package io.lutra.testkit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Waiting events, the next one first. Four children to a node: fewer levels, and siblings lie side by side. */
final class EventHeap {
    private static final int ARITY_SHIFT = 2;
    private static final int ARITY = 1 << ARITY_SHIFT;

    private @Nullable Event[] events = new Event[64];
    private int size;

    int size() {
        return size;
    }

    @Nullable
    Event first() {
        return events[0];
    }

    void add(Event event) {
        if (size == events.length) {
            events = Arrays.copyOf(events, 2 * size);
        }
        siftUp(event, size++);
    }

    void remove(Event event) {
        int slot = event.slot;
        event.slot = Event.NOT_WAITING;
        Event last = events[--size];
        events[size] = null;
        if (last == null || last == event) {
            return;
        }
        siftDown(last, slot);
        if (last.slot == slot) {
            siftUp(last, slot);
        }
    }

    private void siftUp(Event event, int from) {
        int slot = from;
        while (slot > 0) {
            int parentSlot = (slot - 1) >> ARITY_SHIFT;
            Event parent = events[parentSlot];
            if (parent == null || !event.isBefore(parent)) {
                break;
            }
            place(parent, slot);
            slot = parentSlot;
        }
        place(event, slot);
    }

    private void siftDown(Event event, int from) {
        int slot = from;
        while (true) {
            int firstChild = (slot << ARITY_SHIFT) + 1;
            Event least = event;
            int end = Math.min(firstChild + ARITY, size);
            for (int i = firstChild; i < end; i++) {
                Event child = events[i];
                if (child != null && child.isBefore(least)) {
                    least = child;
                }
            }
            if (least == event) {
                break;
            }
            int leastSlot = least.slot;
            place(least, slot);
            slot = leastSlot;
        }
        place(event, slot);
    }

    private void place(Event event, int slot) {
        events[slot] = event;
        event.slot = slot;
    }
}
