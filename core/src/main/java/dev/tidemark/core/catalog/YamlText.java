package dev.tidemark.core.catalog;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads YAML 1.2 into a tree of nodes that know their places. Bounded in size and depth; creates no objects. */
final class YamlText {

    private static final int MAX_CHARACTERS = 1 << 20;
    private static final int MAX_DEPTH = 20;
    private static final String FILE = "catalog";

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setLabel(FILE)
            .setUseMarks(true)
            .setCodePointLimit(MAX_CHARACTERS)
            .build();

    private YamlText() {}

    /** The root of the only document; null, with the mistake reported, if there is none. */
    static @Nullable YamlValue read(String text, Problems problems) {
        if (text.length() > MAX_CHARACTERS) {
            problems.add(
                    1,
                    1,
                    FILE,
                    "a catalog of " + text.length() + " characters",
                    "keep it within " + MAX_CHARACTERS + " characters");
            return null;
        }
        try {
            if (!isShallowAndSingle(text, problems)) {
                return null;
            }
            Optional<Node> root = new Compose(SETTINGS).composeString(text);
            if (root.isEmpty()) {
                problems.add(1, 1, FILE, "an empty catalog", "start with 'tidemark: 1', 'sources:' and 'views:'");
                return null;
            }
            return new YamlValue(root.get(), "", problems);
        } catch (MarkedYamlEngineException e) {
            Optional<Mark> mark = e.getProblemMark().or(e::getContextMark);
            problems.add(
                    mark.map(Mark::getLine).orElse(0) + 1,
                    mark.map(Mark::getColumn).orElse(0) + 1,
                    FILE,
                    "not YAML: " + oneLine(e.getProblem()),
                    "correct the syntax; quote texts that contain ': ' or ' #', or begin with a special character");
            return null;
        } catch (YamlEngineException e) {
            problems.add(1, 1, FILE, "not YAML: " + oneLine(String.valueOf(e.getMessage())), "correct the syntax");
            return null;
        }
    }

    /** Composing recurses, so the depth is checked first; parsing does not recurse. */
    private static boolean isShallowAndSingle(String text, Problems problems) {
        int depth = 0;
        int documents = 0;
        for (Event event : new Parse(SETTINGS).parseString(text)) {
            switch (event.getEventId()) {
                case DocumentStart -> documents++;
                case MappingStart, SequenceStart -> depth++;
                case MappingEnd, SequenceEnd -> depth--;
                default -> {}
            }
            if (depth > MAX_DEPTH || documents > 1) {
                problems.add(
                        event.getStartMark().map(Mark::getLine).orElse(0) + 1,
                        event.getStartMark().map(Mark::getColumn).orElse(0) + 1,
                        FILE,
                        documents > 1 ? "a second document" : "more than " + MAX_DEPTH + " levels",
                        documents > 1 ? "keep one document in the file" : "a catalog needs no such depth");
                return false;
            }
        }
        return true;
    }

    private static String oneLine(String message) {
        return message.strip().replaceAll("\\s+", " ");
    }
}
