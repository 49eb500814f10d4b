package dev.tidemark.simulation.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The states seen so far, numbered in the order of their discovery, each with the state it was discovered from. */
final class StateTable<S extends State> {

    static final int SEEN_BEFORE = -1;

    private static final int STATES_PER_CHUNK = 1 << 14;
    private static final int FREE = -1;

    private final Model<S> model;
    private final int stateBytes;
    private final List<byte[]> chunks = new ArrayList<>();
    private int[] parents = new int[1 << 16];

    /** Most states that are not the one looked for differ in their hash already. */
    private int[] hashes = new int[1 << 16];

    private int[] slots = freeSlots(1 << 18);
    private int size;

    StateTable(Model<S> model) {
        this.model = model;
        this.stateBytes = model.first().cells().length;
    }

    int size() {
        return size;
    }

    int parent(int state) {
        return parents[state];
    }

    S get(int state) {
        int at = state % STATES_PER_CHUNK * stateBytes;
        byte[] chunk = chunks.get(state / STATES_PER_CHUNK);
        return model.of(Arrays.copyOfRange(chunk, at, at + stateBytes));
    }

    /** @return the state's number if it is new; {@link #SEEN_BEFORE} if not */
    int add(S state, int parent) {
        int hash = state.symmetricHash();
        int slot = slot(state, hash);
        if (slots[slot] != FREE) {
            return SEEN_BEFORE;
        }
        if (size % STATES_PER_CHUNK == 0) {
            chunks.add(new byte[STATES_PER_CHUNK * stateBytes]);
        }
        System.arraycopy(
                state.cells(),
                0,
                chunks.get(size / STATES_PER_CHUNK),
                size % STATES_PER_CHUNK * stateBytes,
                stateBytes);
        if (size == parents.length) {
            parents = Arrays.copyOf(parents, 2 * size);
            hashes = Arrays.copyOf(hashes, 2 * size);
        }
        parents[size] = parent;
        hashes[size] = hash;
        slots[slot] = size++;
        if (2 * size > slots.length) {
            grow();
        }
        return size - 1;
    }

    /** The number of a state that is here. */
    int find(S state) {
        return slots[slot(state, state.symmetricHash())];
    }

    private int slot(S state, int hash) {
        int slot = hash & slots.length - 1;
        while (slots[slot] != FREE
                && (hashes[slots[slot]] != hash || !get(slots[slot]).sameButForOrder(state))) {
            slot = slot + 1 & slots.length - 1;
        }
        return slot;
    }

    private void grow() {
        slots = freeSlots(2 * slots.length);
        for (int i = 0; i < size; i++) {
            int slot = hashes[i] & slots.length - 1;
            while (slots[slot] != FREE) {
                slot = slot + 1 & slots.length - 1;
            }
            slots[slot] = i;
        }
    }

    private static int[] freeSlots(int size) {
        int[] slots = new int[size];
        Arrays.fill(slots, FREE);
        return slots;
    }
}
