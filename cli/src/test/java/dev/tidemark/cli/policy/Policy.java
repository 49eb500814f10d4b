package dev.tidemark.cli.policy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.functions.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What a role or managed policy of the template allows, as IAM reads it. Knows only what the template has: statements that
 * allow, and the two conditions on texts.
 *
 * @param name of the resource
 */
record Policy(String name, List<Statement> statements) {

    /**
     * @param actions without wildcards
     * @param resources with * for any characters
     * @param conditions by key; one of the values must fit
     */
    record Statement(String sid, List<String> actions, List<String> resources, Map<String, List<String>> conditions) {

        boolean allows(Access access) {
            return actions.contains(access.action())
                    && resources.stream().anyMatch(pattern -> fits(pattern, access.resource()))
                    && conditions.entrySet().stream().allMatch(condition -> {
                        String value = access.context().get(condition.getKey());
                        return value != null && condition.getValue().stream().anyMatch(pattern -> fits(pattern, value));
                    });
        }
    }

    /** The inline policies of a role, or the document of a managed policy, with those that are attached to it. */
    static Policy of(Template template, String name) {
        JsonNode properties = template.resource(name).get("Properties");
        List<Statement> statements = new ArrayList<>();
        properties.path("Policies").forEach(policy -> read(policy.get("PolicyDocument"), statements));
        read(properties.path("PolicyDocument"), statements);
        for (JsonNode attached : properties.path("ManagedPolicyArns")) {
            if (!attached.asText().startsWith("arn:")) {
                statements.addAll(of(template, attached.asText()).statements());
            }
        }
        return new Policy(name, statements);
    }

    boolean allows(Access access) {
        return statements.stream().anyMatch(statement -> statement.allows(access));
    }

    private static void read(JsonNode document, List<Statement> into) {
        for (JsonNode statement : document.path("Statement")) {
            statement.fieldNames().forEachRemaining(member -> {
                if (!List.of("Sid", "Effect", "Action", "Resource", "Condition").contains(member)) {
                    throw new IllegalArgumentException("cannot evaluate " + member + " of " + statement);
                }
            });
            if (!statement.get("Effect").asText().equals("Allow")) {
                throw new IllegalArgumentException("cannot evaluate " + statement);
            }
            into.add(new Statement(
                    statement.get("Sid").asText(),
                    texts(statement.get("Action")),
                    texts(statement.get("Resource")),
                    conditions(statement.path("Condition"))));
        }
    }

    private static Map<String, List<String>> conditions(JsonNode operators) {
        Map<String, List<String>> conditions = new TreeMap<>();
        for (Map.Entry<String, JsonNode> operator : operators.properties()) {
            if (!List.of("StringLike", "StringEquals").contains(operator.getKey())) {
                throw new IllegalArgumentException("cannot evaluate " + operator);
            }
            for (Map.Entry<String, JsonNode> condition : operator.getValue().properties()) {
                List<String> values = texts(condition.getValue());
                if (operator.getKey().equals("StringEquals")
                        && values.stream().anyMatch(value -> value.contains("*") || value.contains("?"))) {
                    throw new IllegalArgumentException("StringEquals knows no wildcards: " + condition);
                }
                conditions.put(condition.getKey(), values);
            }
        }
        return conditions;
    }

    private static List<String> texts(JsonNode one) {
        List<String> texts = new ArrayList<>();
        if (one.isArray()) {
            one.forEach(element -> texts.add(element.asText()));
        } else {
            texts.add(one.asText());
        }
        return texts;
    }

    private static boolean fits(String pattern, String text) {
        String regex = Pattern.quote(pattern).replace("*", "\\E.*\\Q").replace("?", "\\E.\\Q");
        return Pattern.compile(regex, Pattern.DOTALL).matcher(text).matches();
    }
}
