package dev.tidemark.local.lambda;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What infra/template.yaml says of its functions, with all parameters at their defaults. Intrinsic functions are
 * followed as far as the functions' own properties need it.
 */
final class Template {

    private static final Path FILE = Path.of("..", "infra", "template.yaml");

    private final JsonNode root;
    private final Map<String, String> physicalNames;

    private Template(JsonNode root, Map<String, String> physicalNames) {
        this.root = root;
        this.physicalNames = physicalNames;
    }

    /** @param physicalNames what stands for a reference to a resource, by its logical name */
    static Template read(Map<String, String> physicalNames) {
        LoadSettings settings = LoadSettings.builder().setLabel(FILE.toString()).build();
        try {
            Object content = new Load(settings, new Intrinsics(settings)).loadFromString(Files.readString(FILE));
            return new Template(new ObjectMapper().valueToTree(content), Map.copyOf(physicalNames));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Logical names of all functions. */
    List<String> functions() {
        return root.get("Resources").properties().stream()
                .filter(entry -> entry.getValue().get("Type").asText().equals("AWS::Serverless::Function"))
                .map(Map.Entry::getKey)
                .toList();
    }

    String handler(String function) {
        return property(function, "Handler").asText();
    }

    int timeoutSeconds(String function) {
        return property(function, "Timeout").intValue();
    }

    int memoryMegabytes(String function) {
        return property(function, "MemorySize").intValue();
    }

    /** The variables that the template gives to the function. */
    Map<String, String> environment(String function) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (JsonNode properties : List.of(root.at("/Globals/Function"), of(function))) {
            properties
                    .at("/Environment/Variables")
                    .properties()
                    .forEach(entry -> variables.put(entry.getKey(), resolved(entry.getValue())));
        }
        return variables;
    }

    /** The properties of one of the function's events; intrinsic functions stay as they are. */
    JsonNode event(String function, String name) {
        return of(function).at("/Events/" + name + "/Properties");
    }

    /** The input that the function's schedule, or its one event, hands to it. */
    String scheduledInput(String function, String name) {
        JsonNode input = event(function, name).get("Input");
        String text = input.isTextual() ? input.asText() : input.get("!Sub").asText();
        for (Map.Entry<String, JsonNode> parameter : root.get("Parameters").properties()) {
            text = text.replace(
                    "${" + parameter.getKey() + "}",
                    parameter.getValue().path("Default").asText());
        }
        return text;
    }

    private JsonNode of(String function) {
        return root.at("/Resources/" + function + "/Properties");
    }

    private JsonNode property(String function, String name) {
        JsonNode own = of(function).path(name);
        return own.isMissingNode() ? root.at("/Globals/Function/" + name) : own;
    }

    private String resolved(JsonNode value) {
        if (value.isValueNode()) {
            return value.asText();
        }
        if (value.has("!Ref")) {
            String name = value.get("!Ref").asText();
            JsonNode parameter = root.at("/Parameters/" + name + "/Default");
            String physical = physicalNames.getOrDefault(name, parameter.asText());
            if (parameter.isMissingNode() && !physicalNames.containsKey(name)) {
                throw new IllegalStateException(
                        "the template's " + name + " has no default and stands for nothing here");
            }
            return physical;
        }
        if (value.has("!If")) {
            JsonNode choice = value.get("!If");
            return resolved(choice.get(holds(choice.get(0).asText()) ? 1 : 2));
        }
        throw new IllegalStateException("an intrinsic function that is not known here: " + value);
    }

    private boolean holds(String condition) {
        JsonNode sides = root.at("/Conditions/" + condition + "/!Equals");
        if (sides.size() != 2) {
            throw new IllegalStateException("not a condition of the kind !Equals: " + condition);
        }
        return resolved(sides.get(0)).equals(resolved(sides.get(1)));
    }

    /** Reads {@code !Ref x} as an object with the one member {@code !Ref}, and so for every intrinsic function. */
    private static final class Intrinsics extends StandardConstructor {

        Intrinsics(LoadSettings settings) {
            super(settings);
        }

        @Override
        protected Optional<ConstructNode> findConstructorFor(Node node) {
            String tag = node.getTag().getValue();
            return tag.startsWith("!") ? Optional.of(any -> Map.of(tag, bare(any))) : super.findConstructorFor(node);
        }

        private Object bare(Node node) {
            return node instanceof SequenceNode sequence
                    ? constructSequence(sequence)
                    : constructScalar((ScalarNode) node);
        }
    }
}
