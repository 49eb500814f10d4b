package dev.tidemark.core.aggregate;

import dev.tidemark.core.event.EventRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state per value of a field, for at most {@code maxGroups} values: those with the {@link SmallestHashes}. The states
 * of all others are merged into one, "other".
 *
 * <p>Why that is a commutative monoid although the number of groups is bounded. Let {@code G} be the set of groups
 * seen. The content is: for each of the smallest {@code maxGroups} of {@code G} the state of exactly its events; in
 * "other" the state of all remaining events; the flag whether {@code G} is larger than {@code maxGroups}. Each is a
 * function of the multiset of events. Adding and merging keep it so: a removed group is not among the smallest of any
 * larger set, so its later events belong to "other", where its earlier ones go; a group that stays was never removed,
 * so nothing of it is in "other"; and the inner states form a commutative monoid themselves.
 *
 * <p>A group without events in its state (because the inner state ignored them) is not kept.
 *
 * <p>Encoding: a header, {@code 4 * groups + 2 * (1 if there are others) + (1 if there were too many groups)}; each
 * group's key and state in the order of the hashes; the state of the others, if there are any.
 */
final class BoundedGroups implements Groups {

    private final BoundedGroupsType type;
    private final SmallestHashes groups;
    private State other;
    private boolean overflowed;

    BoundedGroups(BoundedGroupsType type) {
        this.type = type;
        this.groups = new SmallestHashes(type.maxGroups());
        this.other = type.inner().create();
    }

    static BoundedGroups read(BoundedGroupsType type, ByteReader in, String shardId) {
        BoundedGroups read = new BoundedGroups(type);
        int header = in.readCount(type.maxGroups() << 2 | 3);
        for (int i = 0; i < header >>> 2; i++) {
            ScalarKey key = ScalarKey.read(in);
            read.groups.put(key.hash(), key, type.inner().read(in, shardId));
            if (!read.groups.key(i).equals(key)) {
                throw new IllegalArgumentException("group " + i + " is out of order");
            }
        }
        if ((header & 2) != 0) {
            read.other = type.inner().read(in, shardId);
        }
        read.overflowed = (header & 1) != 0;
        return read;
    }

    @Override
    public void add(EventRow row) {
        boolean byValue = type.keying() == BoundedGroupsType.Keying.VALUE;
        if (row.isAbsent(type.slot())) {
            if (!byValue) {
                other.add(row);
            }
        } else if (byValue || row.kind(type.slot()) == EventRow.Kind.STRING) {
            addToSlotsGroup(row);
        } else {
            addToGroup(row, GroupText.of(row, type.slot()));
        }
    }

    /** The group is the slot's value as it stands, so that a known one is found without making a key. */
    private void addToSlotsGroup(EventRow row) {
        long hash = ScalarKey.hash(row, type.slot());
        State known = groups.find(hash, row, type.slot());
        if (known != null) {
            known.add(row);
        } else {
            addToNewGroup(row, hash, ScalarKey.of(row, type.slot()));
        }
    }

    private void addToGroup(EventRow row, @Nullable String text) {
        if (text == null) {
            other.add(row);
            return;
        }
        ScalarKey key = ScalarKey.of(text);
        long hash = key.hash();
        State known = groups.find(hash, key);
        if (known != null) {
            known.add(row);
        } else {
            addToNewGroup(row, hash, key);
        }
    }

    private void addToNewGroup(EventRow row, long hash, ScalarKey key) {
        if (overflowed && !groups.admits(hash, key)) {
            other.add(row);
            return;
        }
        State state = type.inner().create();
        state.add(row);
        if (!state.isEmpty()) {
            put(hash, key, state);
        }
    }

    @Override
    public void merge(State merged) {
        BoundedGroups that = (BoundedGroups) merged;
        for (int i = 0; i < that.groups.size(); i++) {
            ScalarKey key = that.groups.key(i);
            long hash = that.groups.hash(i);
            State known = groups.find(hash, key);
            if (known != null) {
                known.merge(that.groups.state(i));
            } else {
                State copy = type.inner().create();
                copy.merge(that.groups.state(i));
                put(hash, key, copy);
            }
        }
        other.merge(that.other);
        overflowed |= that.overflowed;
    }

    private void put(long hash, ScalarKey key, State state) {
        State left = groups.put(hash, key, state);
        if (left != null) {
            other.merge(left);
            overflowed = true;
        }
    }

    @Override
    public void writeTo(ByteWriter out) {
        boolean hasOther = !other.isEmpty();
        out.writeVarint((long) groups.size() << 2 | (hasOther ? 2 : 0) | (overflowed ? 1 : 0));
        for (int i = 0; i < groups.size(); i++) {
            groups.key(i).writeTo(out);
            groups.state(i).writeTo(out);
        }
        if (hasOther) {
            other.writeTo(out);
        }
    }

    @Override
    public boolean isEmpty() {
        return groups.size() == 0 && other.isEmpty();
    }

    @Override
    public List<ScalarKey> keys() {
        return groups.keys();
    }

    @Override
    public @Nullable State get(ScalarKey key) {
        return groups.find(key.hash(), key);
    }

    @Override
    public State other() {
        return other;
    }

    @Override
    public boolean isOverflowed() {
        return overflowed;
    }

    @Override
    public boolean separates(ScalarKey key) {
        return !overflowed || groups.admits(key.hash(), key);
    }
}
