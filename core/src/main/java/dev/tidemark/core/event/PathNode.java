package dev.tidemark.core.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One object member on the way to the wanted fields; the paths of a shape make a tree of them. */
final class PathNode {

    private static final int INNER = -1;

    /** In place of a node, for a member that is not wanted: nothing below it is. */
    static final PathNode UNWANTED = new PathNode("", INNER, new PathNode[0]);

    private final String name;
    private final int nameHash;
    private final byte[] nameBytes;
    private final int slot;
    private final PathNode[] children;
    private final int[] slots;

    private PathNode(String name, int slot, PathNode[] children) {
        this.name = name;
        this.nameHash = name.hashCode();
        this.nameBytes = name.getBytes(StandardCharsets.UTF_8);
        this.slot = slot;
        this.children = children;
        this.slots = slot != INNER
                ? new int[] {slot}
                : Arrays.stream(children)
                        .flatMapToInt(child -> Arrays.stream(child.slots))
                        .toArray();
    }

    /**
     * The tree's root, which stands for the event itself.
     *
     * @throws IllegalArgumentException if a path leads through another
     */
    static PathNode rootOf(List<FieldPath> fields) {
        List<Integer> all = new ArrayList<>();
        for (int field = 0; field < fields.size(); field++) {
            all.add(field);
        }
        return inner("", fields, all, 0);
    }

    private static PathNode inner(String name, List<FieldPath> fields, List<Integer> members, int depth) {
        Map<String, List<Integer>> byName = new LinkedHashMap<>();
        for (int field : members) {
            List<String> names = fields.get(field).names();
            if (names.size() == depth) {
                throw new IllegalArgumentException(
                        "field '" + fields.get(field) + "' is wanted both as a scalar and as an object in " + fields);
            }
            byName.computeIfAbsent(names.get(depth), key -> new ArrayList<>()).add(field);
        }
        List<PathNode> children = new ArrayList<>();
        byName.forEach((child, below) -> {
            boolean leaf = below.size() == 1 && fields.get(below.get(0)).names().size() == depth + 1;
            children.add(
                    leaf ? new PathNode(child, below.get(0), new PathNode[0]) : inner(child, fields, below, depth + 1));
        });
        return new PathNode(name, INNER, children.toArray(PathNode[]::new));
    }

    boolean isField() {
        return slot != INNER;
    }

    /** Only for a field. */
    int slot() {
        return slot;
    }

    /** The slots of all fields at or below this node. */
    int[] slots() {
        return slots;
    }

    PathNode child(int index) {
        return children[index];
    }

    /**
     * The index of the child of this name, or -1.
     *
     * @param wanted its hash code should be cached, as it is in a parser's symbol table
     * @param guess where to look first: producers tend to write members in one order
     */
    int indexOf(String wanted, int guess) {
        int hash = wanted.hashCode();
        if (guess < children.length && children[guess].isNamed(wanted, hash)) {
            return guess;
        }
        for (int i = 0; i < children.length; i++) {
            if (children[i].isNamed(wanted, hash)) {
                return i;
            }
        }
        return -1;
    }

    /** The index of the child whose name stands at {@code [from, to)} in well-formed UTF-8, or -1. */
    int indexOf(byte[] data, int from, int to) {
        for (int i = 0; i < children.length; i++) {
            byte[] name = children[i].nameBytes;
            if (name.length == to - from && Arrays.equals(data, from, to, name, 0, name.length)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Where the quote behind a name stands if it is the name of the child that is guessed; -1 if not. No {@link FieldPath}
     * has a name with anything in it that JSON would escape.
     *
     * @param from where the name begins
     */
    int endOfName(byte[] data, int from, int guess) {
        if (guess >= children.length) {
            return -1;
        }
        byte[] name = children[guess].nameBytes;
        int end = from + name.length;
        return end < data.length && data[end] == '"' && Arrays.equals(data, from, end, name, 0, name.length) ? end : -1;
    }

    private boolean isNamed(String wanted, int hash) {
        return nameHash == hash && name.equals(wanted);
    }
}
