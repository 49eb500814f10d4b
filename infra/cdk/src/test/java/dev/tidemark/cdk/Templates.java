package dev.tidemark.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import software.amazon.awscdk.Stack;
import software.amazon.awscdk.assertions.Template;
import software.amazon.awscdk.assertions.TemplateParsingOptions;

/** The template file and what was synthesized from it, in a form in which both can be compared. */
final class Templates {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Templates() {}

    /** What the CDK would deploy, less the check of its own bootstrap that it adds to every stack. */
    static ObjectNode synthesized(Stack stack) {
        ObjectNode template = tree(template(stack).toJSON());
        ((ObjectNode) template.get("Parameters")).remove("BootstrapVersion");
        ObjectNode rules = (ObjectNode) template.get("Rules");
        rules.remove("CheckBootstrapVersion");
        if (rules.isEmpty()) {
            template.remove("Rules");
        }
        return template;
    }

    /** SAM's transform takes apart a function and the alarms that stop its deployment, which name each other. */
    static Template template(Stack stack) {
        return Template.fromStack(
                stack,
                TemplateParsingOptions.builder()
                        .skipCyclicalDependenciesCheck(true)
                        .build());
    }

    /** infra/template.yaml with the values of some parameters in their places. */
    static ObjectNode expected(Map<String, ?> values) {
        ObjectNode template = tree(SamTemplate.packaged().tree());
        ((ObjectNode) template.get("Parameters")).remove(values.keySet());
        return (ObjectNode) substituted(template, values);
    }

    /** Equal, section by section and name by name, but for where the assets are. */
    static void assertSame(ObjectNode found, ObjectNode expected) {
        assertThat(names(found)).isEqualTo(names(expected));
        for (String section : names(expected)) {
            if (expected.get(section) instanceof ObjectNode wanted) {
                assertThat(names(found.get(section))).as(section).isEqualTo(names(wanted));
                for (String name : names(wanted)) {
                    assertThat(comparable(found.get(section).get(name)))
                            .as("%s of %s", name, section)
                            .isEqualTo(comparable(wanted.get(name)));
                }
            } else {
                assertThat(found.get(section)).as(section).isEqualTo(expected.get(section));
            }
        }
    }

    static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /**
     * Without the places of assets, and scalars as text: CloudFormation takes {@code true} and {@code "true"} for the same,
     * and the CDK writes what the property's type says.
     */
    private static JsonNode comparable(JsonNode value) {
        if (value.isArray()) {
            return JSON.createArrayNode()
                    .addAll(value.valueStream().map(Templates::comparable).toList());
        }
        if (!value.isObject()) {
            return TextNode.valueOf(value.asText());
        }
        ObjectNode copy = JSON.createObjectNode();
        value.forEachEntry((name, each) -> copy.set(name, comparable(each)));
        return copy.remove(List.of("CodeUri", "ContentUri"));
    }

    private static JsonNode substituted(JsonNode value, Map<String, ?> values) {
        if (value.isArray()) {
            return JSON.createArrayNode()
                    .addAll(value.valueStream()
                            .map(each -> substituted(each, values))
                            .toList());
        }
        if (!value.isObject()) {
            return value;
        }
        if (value.size() == 1 && values.containsKey(value.path("Ref").asText())) {
            return parsed(Objects.requireNonNull(values.get(value.get("Ref").asText())));
        }
        ObjectNode copy = JSON.createObjectNode();
        value.forEachEntry((name, each) -> copy.set(name, substituted(each, values)));
        JsonNode sub = copy.path("Fn::Sub");
        if (sub.isTextual()) {
            copy.put("Fn::Sub", text(sub.asText(), values));
        } else if (sub.isArray()) {
            ((ArrayNode) sub).set(0, text(sub.get(0).asText(), values));
        }
        return copy;
    }

    private static String text(String sub, Map<String, ?> values) {
        String text = sub;
        for (Map.Entry<String, ?> each : values.entrySet()) {
            text = text.replace("${" + each.getKey() + "}", each.getValue().toString());
        }
        return text;
    }

    private static ObjectNode tree(Map<String, Object> template) {
        return (ObjectNode) parsed(template);
    }

    /** By way of text, so that numbers have the type that Jackson reads. */
    private static JsonNode parsed(Object value) {
        try {
            return JSON.readTree(JSON.writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a tree: " + value, e);
        }
    }
}
