package dev.tidemark.core.aggregate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A state per group of a fixed list; see {@link ListedGroups}. */
final class ListedGroupsType implements StateType {

    private final FieldInput field;
    private final List<String> names;
    private final List<ScalarKey> groups;
    private final Map<String, Integer> places;
    private final StateType inner;

    /** @param names distinct; their order does not matter */
    ListedGroupsType(FieldInput field, List<String> names, StateType inner) {
        this.field = field;
        this.names = List.copyOf(names);
        this.inner = inner;
        List<ScalarKey> sorted = new ArrayList<>();
        names.forEach(name -> sorted.add(ScalarKey.of(name)));
        Collections.sort(sorted);
        groups = List.copyOf(sorted);
        places = new HashMap<>();
        for (ScalarKey group : groups) {
            if (places.put((String) group.value(), places.size()) != null) {
                throw new IllegalArgumentException("group '" + group.value() + "' is listed twice");
            }
        }
    }

    int slot() {
        return field.slot();
    }

    StateType inner() {
        return inner;
    }

    /** Sorted. */
    List<ScalarKey> groups() {
        return groups;
    }

    /** Where a group stands in {@link #groups}; -1 if it is not listed. */
    int place(String name) {
        Integer place = places.get(name);
        return place == null ? -1 : place;
    }

    @Override
    public @Nullable StateType subtractable() {
        StateType each = inner.subtractable();
        return each == null ? null : new ListedGroupsType(field, names, each);
    }

    /** The names are written with their lengths, so that no two lists look the same. */
    @Override
    public String id() {
        StringBuilder listed = new StringBuilder();
        for (ScalarKey group : groups) {
            String name = (String) group.value();
            listed.append(listed.length() == 0 ? "" : " ")
                    .append(name.length())
                    .append(':')
                    .append(name);
        }
        return "group_by(" + field.path() + ",[" + listed + "]," + inner.id() + ")";
    }

    @Override
    public ListedGroups create() {
        return new ListedGroups(this);
    }

    @Override
    public State read(ByteReader in, String shardId) {
        return ListedGroups.read(this, in, shardId);
    }

    /** The header, every group with its distance, and one state for the others; at most {@link Integer#MAX_VALUE}. */
    @Override
    public int maxEncodedBytes() {
        long headerBytes = ByteWriter.varintBytes((long) groups.size() << 1 | 1);
        long groupBytes = (long) ByteWriter.varintBytes(groups.size()) + inner.maxEncodedBytes();
        return (int) Math.min(Integer.MAX_VALUE, headerBytes + groups.size() * groupBytes + inner.maxEncodedBytes());
    }
}
