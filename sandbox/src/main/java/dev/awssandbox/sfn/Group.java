package dev.awssandbox.sfn;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.util.TreeMap;

/** The iterations of a Map or the branches of a Parallel state: some at a time, results in order, all abandoned when one fails. */
final class Group {
    /** How many iterations of an inline Map run at once, however many are asked for. */
    private static final int MOST_AT_ONCE = 40;

    private final Flow parent;
    private final int size;
    private final int atOnce;
    private final Kind kind;
    private final long since;
    private final JsonNode[] outputs;
    private final TreeMap<Integer, Flow> running = new TreeMap<>();
    private int next;
    private int ended;
    private boolean filling;
    private boolean over;

    /**
     * A group that has not begun.
     *
     * @param maxConcurrency 0 for as many as there may be
     */
    Group(Flow parent, int size, int maxConcurrency, Kind kind) {
        this.parent = parent;
        this.size = size;
        this.atOnce = maxConcurrency == 0 ? MOST_AT_ONCE : Math.min(maxConcurrency, MOST_AT_ONCE);
        this.kind = kind;
        this.since = parent.previous();
        this.outputs = new JsonNode[size];
    }

    /** In what Map and Parallel differ. */
    interface Kind {
        Flow flow(int index, Flow.Owner owner, long since);

        /**
         * What the flow begins with.
         *
         * @throws StatesError if it cannot be made
         */
        JsonNode input(int index, Flow flow);

        /** Says in the history what has become of an inner flow; gives the event that the state's next one follows. */
        long recordInner(Flow flow, Event event, int index);

        void allEnded(ArrayNode outputs);

        void oneFailed(StatesError error);
    }

    /** What the history says of an iteration. */
    enum Event {
        STARTED,
        SUCCEEDED,
        FAILED,
        ABORTED
    }

    void start() {
        fill();
    }

    /** No flow of this group goes on. */
    void abandon() {
        over = true;
        running.values().forEach(Flow::abandon);
        running.clear();
    }

    private void fill() {
        if (filling) {
            return;
        }
        filling = true;
        while (!over && next < size && running.size() < atOnce) {
            begin(next++);
        }
        filling = false;
        if (!over && ended == size) {
            over = true;
            ArrayNode all = Json.NODES.arrayNode();
            for (JsonNode output : outputs) {
                all.add(output);
            }
            kind.allEnded(all);
        }
    }

    private void begin(int index) {
        Flow flow = kind.flow(index, new Member(index), since);
        running.put(index, flow);
        kind.recordInner(flow, Event.STARTED, index);
        try {
            flow.start(kind.input(index, flow));
        } catch (StatesError e) {
            fail(index, flow, e);
        }
    }

    private void fail(int index, Flow flow, StatesError error) {
        running.remove(index);
        kind.recordInner(flow, Event.FAILED, index);
        parent.continueAfter(flow.previous());
        running.forEach((sibling, abandoned) -> {
            abandoned.abandon();
            kind.recordInner(abandoned, Event.ABORTED, sibling);
        });
        running.clear();
        over = true;
        kind.oneFailed(error);
    }

    private final class Member implements Flow.Owner {
        private final int index;

        private Member(int index) {
            this.index = index;
        }

        @Override
        public void ended(Flow flow, JsonNode output) {
            running.remove(index);
            outputs[index] = output;
            ended++;
            parent.continueAfter(kind.recordInner(flow, Event.SUCCEEDED, index));
            if (!over) {
                fill();
            }
        }

        @Override
        public void failed(Flow flow, StatesError error) {
            fail(index, flow, error);
        }
    }
}
