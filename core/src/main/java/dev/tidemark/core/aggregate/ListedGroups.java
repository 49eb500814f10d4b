package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state per group of a fixed list, and one for all events of other groups or of none.
 *
 * <p>Encoding: a header, {@code 2 * groups that hold something + (1 if there are others)}; for each such group, in the
 * order of its name's code points, its distance in the list from the one before, less one, and its state; the state of
 * the others, if there are any. Names are not written: they are part of the view version.
 */
final class ListedGroups implements Groups, Subtractable {

    private final ListedGroupsType type;
    private final @Nullable State[] states;
    private State other;

    ListedGroups(ListedGroupsType type) {
        this.type = type;
        this.states = new State[type.groups().size()];
        this.other = type.inner().create();
    }

    static ListedGroups read(ListedGroupsType type, ByteReader in, String shardId) {
        ListedGroups read = new ListedGroups(type);
        int header = in.readCount(read.states.length << 1 | 1);
        int next = 0;
        for (int i = 0; i < header >>> 1; i++) {
            int place = next + in.readCount(read.states.length - 1 - next);
            read.states[place] = type.inner().read(in, shardId);
            next = place + 1;
        }
        if ((header & 1) != 0) {
            read.other = type.inner().read(in, shardId);
        }
        return read;
    }

    @Override
    public void add(EventRow row) {
        String name = GroupText.of(row, type.slot());
        int place = name == null ? -1 : type.place(name);
        if (place < 0) {
            other.add(row);
        } else {
            state(place).add(row);
        }
    }

    @Override
    public void merge(State merged) {
        ListedGroups that = (ListedGroups) merged;
        for (int place = 0; place < states.length; place++) {
            State added = that.states[place];
            if (added != null) {
                state(place).merge(added);
            }
        }
        other.merge(that.other);
    }

    /** The groups' states are subtractable. */
    @Override
    public void subtract(State part) {
        ListedGroups that = (ListedGroups) part;
        for (int place = 0; place < states.length; place++) {
            State subtracted = that.states[place];
            if (subtracted != null) {
                ((Subtractable) state(place)).subtract(subtracted);
            }
        }
        ((Subtractable) other).subtract(that.other);
    }

    private State state(int place) {
        State state = states[place];
        if (state == null) {
            state = type.inner().create();
            states[place] = state;
        }
        return state;
    }

    @Override
    public void writeTo(ByteWriter out) {
        boolean hasOther = !other.isEmpty();
        out.writeVarint((long) groupsInUse() << 1 | (hasOther ? 1 : 0));
        int next = 0;
        for (int place = 0; place < states.length; place++) {
            State state = states[place];
            if (state != null && !state.isEmpty()) {
                out.writeVarint(place - next);
                state.writeTo(out);
                next = place + 1;
            }
        }
        if (hasOther) {
            other.writeTo(out);
        }
    }

    @Override
    public boolean isEmpty() {
        return other.isEmpty() && groupsInUse() == 0;
    }

    private int groupsInUse() {
        int inUse = 0;
        for (State state : states) {
            inUse += state == null || state.isEmpty() ? 0 : 1;
        }
        return inUse;
    }

    @Override
    public List<ScalarKey> keys() {
        List<ScalarKey> keys = new ArrayList<>();
        for (int place = 0; place < states.length; place++) {
            State state = states[place];
            if (state != null && !state.isEmpty()) {
                keys.add(type.groups().get(place));
            }
        }
        return keys;
    }

    @Override
    public @Nullable State get(ScalarKey key) {
        int place = type.place((String) key.value());
        State state = place < 0 ? null : states[place];
        return state == null || state.isEmpty() ? null : state;
    }

    @Override
    public State other() {
        return other;
    }

    @Override
    public boolean isOverflowed() {
        return false;
    }

    @Override
    public boolean separates(ScalarKey key) {
        return true;
    }
}
