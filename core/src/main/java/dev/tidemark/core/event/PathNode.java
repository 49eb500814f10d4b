package dev.tidemark.core.event;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One object member, or element of an array, on the way to the wanted fields; the paths of a shape make a tree of them. */
final class PathNode {

    private static final int INNER = -1;
    private static final int[] NO_SLOTS = {};

    /** In place of a name that is compared with no bytes: a text between quotes has none in it. */
    private static final byte[] NEVER = {'"'};

    /** In place of a node, for a member that is not wanted: nothing below it is. */
    static final PathNode UNWANTED = new PathNode("", INNER, List.of(), Map.of(), null);

    private final String name;
    private final int nameHash;
    private final byte[] nameBytes;
    private final int slot;
    private final PathNode[] children;
    private final Map<Integer, PathNode> elements;
    private final @Nullable PathNode each;
    private final int[] slots;

    private PathNode(
            String name, int slot, List<PathNode> children, Map<Integer, PathNode> elements, @Nullable PathNode each) {
        this.name = name;
        this.nameHash = name.hashCode();
        this.nameBytes = isEscaped(name) ? NEVER : name.getBytes(StandardCharsets.UTF_8);
        this.slot = slot;
        this.children = children.toArray(PathNode[]::new);
        this.elements = Map.copyOf(elements);
        this.each = each;
        this.slots = slot != INNER
                ? new int[] {slot}
                : Stream.of(children.stream(), elements.values().stream(), Stream.ofNullable(each))
                        .flatMap(nodes -> nodes)
                        .flatMapToInt(child -> Arrays.stream(child.slots))
                        .toArray();
    }

    /** Whether JSON writes the name in other characters, always or as a producer likes. */
    private static boolean isEscaped(String name) {
        return name.chars().anyMatch(c -> c < ' ' || c == '"' || c == '\\');
    }

    /**
     * The tree's root, which stands for the event itself. Of several paths to one place the first of those that read it as
     * it stands has the slot there, else the first of all; {@link Conversion} fills the others.
     *
     * @throws IllegalArgumentException if a path leads through another
     */
    static PathNode rootOf(List<FieldPath> fields) {
        Map<List<FieldPath.Step>, Integer> places = new LinkedHashMap<>();
        for (int field = 0; field < fields.size(); field++) {
            FieldPath path = fields.get(field);
            if (path.as() == FieldPath.As.VALUE) {
                places.put(path.steps(), field);
            } else if (!path.isConstant()) {
                places.putIfAbsent(path.steps(), field);
            }
        }
        return inner("", fields, List.copyOf(places.values()), 0);
    }

    private static PathNode inner(String name, List<FieldPath> fields, List<Integer> members, int depth) {
        Map<FieldPath.Step, List<Integer>> byStep = new LinkedHashMap<>();
        for (int field : members) {
            List<FieldPath.Step> steps = fields.get(field).steps();
            if (steps.size() == depth) {
                throw new IllegalArgumentException(
                        "field '" + fields.get(field) + "' is wanted both as a scalar and as an object in " + fields);
            }
            byStep.computeIfAbsent(steps.get(depth), key -> new ArrayList<>()).add(field);
        }
        List<PathNode> children = new ArrayList<>();
        Map<Integer, PathNode> elements = new LinkedHashMap<>();
        PathNode each = null;
        for (Map.Entry<FieldPath.Step, List<Integer>> entry : byStep.entrySet()) {
            if (entry.getKey() instanceof FieldPath.Member member) {
                children.add(node(member.name(), fields, entry.getValue(), depth + 1));
            } else if (entry.getKey() instanceof FieldPath.Element element) {
                elements.put(element.index(), node("", fields, entry.getValue(), depth + 1));
            } else {
                each = node("", fields, entry.getValue(), depth + 1);
            }
        }
        if (each != null && !elements.isEmpty()) {
            throw new IllegalArgumentException("all elements of an array and single ones are wanted in " + fields);
        }
        return new PathNode(name, INNER, children, elements, each);
    }

    private static PathNode node(String name, List<FieldPath> fields, List<Integer> below, int depth) {
        boolean leaf = below.size() == 1 && fields.get(below.get(0)).steps().size() == depth;
        return leaf ? new PathNode(name, below.get(0), List.of(), Map.of(), null) : inner(name, fields, below, depth);
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

    /** Whether nothing in an array here is wanted. */
    boolean takesNoElement() {
        return each == null && elements.isEmpty();
    }

    /** The node of an array's element; {@link #UNWANTED} if nothing in it is wanted. */
    PathNode element(int index) {
        return each != null ? each : elements.getOrDefault(index, UNWANTED);
    }

    /** The slots that every element of an array adds to. */
    int[] listSlots() {
        return each == null ? NO_SLOTS : each.slots;
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
     * Where the quote behind a name stands if it is the name of the child that is guessed; -1 if not, or if that is a
     * name that JSON escapes.
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
