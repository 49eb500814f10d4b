package dev.tidemark.core.catalog;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Definitions that are made of others: read as if they stood in the file, at the place of what they are made of. */
final class YamlTree {

    /** Marks keys that are made, whose names no user can choose. */
    private static final String MADE = "made";

    private final Optional<Mark> mark;

    private YamlTree(Optional<Mark> mark) {
        this.mark = mark;
    }

    /**
     * Makes a tree.
     *
     * @param tree a map, list, text, number or boolean of these, or a {@link YamlValue} of the file, which keeps its place
     */
    static Node of(Object tree, Node place) {
        return new YamlTree(place.getStartMark()).node(tree);
    }

    /** Whether a key was made here. */
    static boolean isMade(Node key) {
        return key.getProperty(MADE) != null;
    }

    private Node node(Object tree) {
        if (tree instanceof YamlValue value) {
            return value.node();
        }
        if (tree instanceof Map<?, ?> map) {
            List<NodeTuple> tuples = new ArrayList<>();
            map.forEach((key, value) -> {
                Node name = scalar(String.valueOf(key), Tag.STR, ScalarStyle.DOUBLE_QUOTED);
                name.setProperty(MADE, true);
                tuples.add(new NodeTuple(name, node(value)));
            });
            return new MappingNode(Tag.MAP, false, tuples, FlowStyle.BLOCK, mark, mark);
        }
        if (tree instanceof List<?> list) {
            List<Node> elements = new ArrayList<>();
            list.forEach(element -> elements.add(node(element)));
            return new SequenceNode(Tag.SEQ, false, elements, FlowStyle.BLOCK, mark, mark);
        }
        if (tree instanceof BigDecimal number) {
            return scalar(number.toPlainString(), Tag.FLOAT, ScalarStyle.PLAIN);
        }
        if (tree instanceof Integer || tree instanceof Long) {
            return scalar(tree.toString(), Tag.INT, ScalarStyle.PLAIN);
        }
        return tree instanceof Boolean
                ? scalar(tree.toString(), Tag.BOOL, ScalarStyle.PLAIN)
                : scalar((String) tree, Tag.STR, ScalarStyle.DOUBLE_QUOTED);
    }

    private Node scalar(String text, Tag tag, ScalarStyle style) {
        return new ScalarNode(tag, false, text, style, mark, mark);
    }
}
