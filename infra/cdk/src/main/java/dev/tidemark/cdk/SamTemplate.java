package dev.tidemark.cdk;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * infra/template.yaml as a tree of maps, lists and scalars, intrinsic functions in their long form. Never changed; what
 * CDK's include cannot carry is replaced in a copy.
 */
final class SamTemplate {

    private static final String RESOURCE = "template.yaml";
    private static final String REF = "Ref";
    private static final String GET_ATT = "Fn::GetAtt";
    /** The properties by which AWS SAM names local files, which `sam deploy` uploads. */
    private static final List<String> LOCATIONS = List.of("CodeUri", "ContentUri", "DefinitionUri");

    private final Map<String, Object> tree;

    private SamTemplate(Map<String, Object> tree) {
        this.tree = tree;
    }

    /** The template that this module's jar carries. */
    static SamTemplate packaged() {
        try (InputStream in = SamTemplate.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(
                        RESOURCE + " is not beside " + SamTemplate.class.getName() + ": build this module with Maven");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    static SamTemplate parse(String yaml) {
        LoadSettings settings = LoadSettings.builder().setLabel(RESOURCE).build();
        return new SamTemplate((Map<String, Object>) new Load(settings, new Intrinsics(settings)).loadFromString(yaml));
    }

    Map<String, Object> tree() {
        return tree;
    }

    /** A top-level section; empty if there is none. */
    @SuppressWarnings("unchecked")
    Map<String, Object> section(String name) {
        return (Map<String, Object>) tree.getOrDefault(name, Map.of());
    }

    /**
     * Values for parameters, checked against their definitions.
     *
     * @throws IllegalArgumentException if the template has no such parameter, or does not allow the value or the values
     *     together
     */
    @SuppressWarnings("unchecked")
    Map<String, Object> values(Map<String, String> texts) {
        Map<String, Object> definitions = section("Parameters");
        Map<String, Object> values = new TreeMap<>();
        texts.forEach((name, text) -> {
            Object definition = definitions.get(name);
            if (definition == null) {
                throw new IllegalArgumentException("infra/template.yaml has no parameter " + name + ": give one of "
                        + definitions.keySet().stream().sorted().toList());
            }
            values.put(name, new TemplateParameter(name, (Map<String, Object>) definition).value(text));
        });
        requireAudience(texts);
        return values;
    }

    /** A rule of the template, which CloudFormation would check only when the stack is deployed. */
    private static void requireAudience(Map<String, String> texts) {
        if (!texts.getOrDefault("JwtIssuer", "").isEmpty()
                && texts.getOrDefault("JwtAudience", "").isEmpty()) {
            throw new IllegalArgumentException("JwtIssuer = " + texts.get("JwtIssuer")
                    + " is given without JwtAudience:" + " say for which audience, or client id, its tokens must be");
        }
    }

    /**
     * The template as JSON for CDK's include, which reads everything but two things: files that SAM would upload, and
     * references to what only SAM's transform creates, such as {@code CheckpointFunction.Alias}.
     *
     * @param uploaded from a local path, as the template has it, to where it will be uploaded
     * @param unknown from such a reference to a text that stands for it until the include is done
     */
    String toJson(Function<String, Object> uploaded, Function<Map<String, ?>, String> unknown) {
        try {
            return new ObjectMapper().writeValueAsString(replaced(tree, uploaded, unknown));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the template is not a tree of maps, lists and scalars", e);
        }
    }

    @SuppressWarnings("unchecked")
    private Object replaced(Object value, Function<String, Object> uploaded, Function<Map<String, ?>, String> unknown) {
        if (value instanceof List<?> list) {
            return list.stream().map(each -> replaced(each, uploaded, unknown)).toList();
        }
        if (!(value instanceof Map<?, ?>)) {
            return value;
        }
        Map<String, Object> map = (Map<String, Object>) value;
        if (isUnknownReference(map)) {
            return unknown.apply(map);
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, each) -> copy.put(
                key,
                LOCATIONS.contains(key) && each instanceof String path
                        ? uploaded.apply(path)
                        : replaced(each, uploaded, unknown)));
        return copy;
    }

    private boolean isUnknownReference(Map<String, Object> map) {
        if (map.size() != 1) {
            return false;
        }
        if (map.get(REF) instanceof String name) {
            return !name.startsWith("AWS::")
                    && !section("Resources").containsKey(name)
                    && !section("Parameters").containsKey(name);
        }
        return map.get(GET_ATT) instanceof List<?> path
                && !section("Resources").containsKey(String.valueOf(path.get(0)));
    }

    /** Reads {@code !Sub x} as {@code {"Fn::Sub": x}}, and so every short form. */
    private static final class Intrinsics extends StandardConstructor {

        private static final List<String> FUNCTIONS = List.of(
                "And",
                "Base64",
                "Cidr",
                "Equals",
                "FindInMap",
                "GetAZs",
                "If",
                "ImportValue",
                "Join",
                "Length",
                "Not",
                "Or",
                "Select",
                "Split",
                "Sub",
                "ToJsonString",
                "Transform");

        Intrinsics(LoadSettings settings) {
            super(settings);
            FUNCTIONS.forEach(name -> add(name, "Fn::" + name, UnaryOperator.identity()));
            add(REF, REF, UnaryOperator.identity());
            add("Condition", "Condition", UnaryOperator.identity());
            add("GetAtt", GET_ATT, Intrinsics::path);
        }

        private void add(String tag, String function, UnaryOperator<@Nullable Object> reading) {
            ConstructNode construct = node -> Map.of(function, reading.apply(argument(node)));
            tagConstructors.put(new Tag("!" + tag), construct);
        }

        private static Object path(@Nullable Object argument) {
            return argument instanceof String text ? List.of(text.split("\\.", 2)) : Objects.requireNonNull(argument);
        }

        private @Nullable Object argument(Node node) {
            if (node instanceof SequenceNode sequence) {
                return constructSequence(sequence);
            }
            return node instanceof MappingNode mapping ? constructMapping(mapping) : constructScalar((ScalarNode) node);
        }
    }
}
