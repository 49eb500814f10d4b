package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The states of a computation over some events, as a query would see them: tiles of one second, merged. */
final class Tiles implements TileStates {

    static final long WIDTH_MILLIS = 1_000;

    /** After all traffic. */
    static final long AT_MILLIS = 1_700_000_010_500L;

    private final List<StateType> types;
    private final TreeMap<Long, State[]> tiles = new TreeMap<>();

    Tiles(Computation computation) {
        types = computation.states();
    }

    /** Adds one lane's events to a tile for each second; stored and read back if so wanted. */
    void addLane(String shardId, List<EventRow> events, boolean stored) {
        Map<Long, State[]> lane = new TreeMap<>();
        for (EventRow event : events) {
            State[] states =
                    lane.computeIfAbsent(Math.floorDiv(event.eventTimeMillis(), WIDTH_MILLIS), tile -> emptyTile());
            for (State state : states) {
                state.add(event);
            }
        }
        lane.forEach((tile, states) -> {
            State[] merged = tiles.computeIfAbsent(tile, t -> emptyTile());
            for (int i = 0; i < states.length; i++) {
                merged[i].merge(stored ? storedAndRead(types.get(i), states[i], shardId) : states[i]);
            }
        });
    }

    private State[] emptyTile() {
        return types.stream().map(StateType::create).toArray(State[]::new);
    }

    private static State storedAndRead(StateType type, State state, String shardId) {
        return state.isEmpty() ? type.create() : type.read(new ByteReader(bytes(state)), shardId);
    }

    static byte[] bytes(State state) {
        ByteWriter out = new ByteWriter();
        if (!state.isEmpty()) {
            state.writeTo(out);
        }
        return out.toByteArray();
    }

    @Override
    public State merged(int state) {
        State merged = types.get(state).create();
        tiles.values().forEach(tile -> merged.merge(tile[state]));
        return merged;
    }

    @Override
    public List<Slice> slices() {
        List<Slice> slices = new ArrayList<>();
        tiles.forEach((tile, states) -> slices.add(new OneTile(tile, states)));
        return slices;
    }

    @Override
    public long atMillis() {
        return AT_MILLIS;
    }

    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    private record OneTile(long tile, State[] states) implements Slice {

        @Override
        public long startMillis() {
            return tile * WIDTH_MILLIS;
        }

        @Override
        public long endMillis() {
            return (tile + 1) * WIDTH_MILLIS;
        }

        @Override
        public State state(int state) {
            return states[state];
        }
    }
}
