package dev.tidemark.functions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
 * infra/template.yaml, with its intrinsic functions computed for some parameters as CloudFormation would. Resources are
 * named as the caller says, or by their logical name. What SAM makes of its own resources is not looked at.
 */
public final class Template {

    public static final String ACCOUNT = "000000000000";
    public static final String REGION = "us-east-1";
    public static final String STACK = "tidemark";

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final Map<String, String> PSEUDO = Map.of(
            "AWS::Partition",
            "aws",
            "AWS::Region",
            REGION,
            "AWS::AccountId",
            ACCOUNT,
            "AWS::StackName",
            STACK,
            "AWS::StackId",
            "arn:aws:cloudformation:" + REGION + ":" + ACCOUNT + ":stack/" + STACK + "/1",
            "AWS::URLSuffix",
            "amazonaws.com");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(!?)([^}]+)}");

    private final JsonNode raw;
    private final Map<String, String> parameters;
    private final Map<String, String> names;

    private Template(JsonNode raw, Map<String, String> parameters, Map<String, String> names) {
        this.raw = raw;
        this.parameters = parameters;
        this.names = names;
    }

    /** The file as it is written; {@code !Ref x} is an object with the one member {@code !Ref}. */
    public static JsonNode raw() {
        Path file = Path.of("..", "infra", "template.yaml");
        LoadSettings settings = LoadSettings.builder().setLabel(file.toString()).build();
        try {
            Object content = new Load(settings, new Intrinsics(settings)).loadFromString(Files.readString(file));
            return new ObjectMapper().valueToTree(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @param given parameters that have not their defaults
     * @param names of resources, by their logical names
     */
    public static Template of(Map<String, String> given, Map<String, String> names) {
        JsonNode raw = raw();
        Map<String, String> parameters = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> parameter : raw.get("Parameters").properties()) {
            parameters.put(
                    parameter.getKey(), parameter.getValue().path("Default").asText());
        }
        given.forEach((name, value) -> {
            if (parameters.put(name, value) == null) {
                throw new IllegalArgumentException("the template has no parameter " + name);
            }
        });
        return new Template(raw, parameters, Map.copyOf(names));
    }

    /** The resources that are made, by their logical names, with type and computed properties. */
    public Map<String, JsonNode> resources() {
        Map<String, JsonNode> resources = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> resource : raw.get("Resources").properties()) {
            JsonNode condition = resource.getValue().get("Condition");
            if (condition == null || isTrue(condition.asText())) {
                resources.put(resource.getKey(), compute(resource.getValue()));
            }
        }
        return resources;
    }

    /** One of them. */
    public JsonNode resource(String name) {
        JsonNode resource = resources().get(name);
        if (resource == null) {
            throw new IllegalArgumentException("with these parameters there is no resource " + name);
        }
        return resource;
    }

    /** What the stack says of itself under this name. */
    public String output(String name) {
        return compute(raw.at("/Outputs/" + name + "/Value")).asText();
    }

    /** The variables that every function gets. */
    public JsonNode environment() {
        return compute(raw.at("/Globals/Function/Environment/Variables"));
    }

    /** What the template's rules say against these parameters. */
    public List<String> brokenRules() {
        List<String> broken = new ArrayList<>();
        for (JsonNode rule : raw.get("Rules")) {
            if (compute(rule.get("RuleCondition")).booleanValue()) {
                for (JsonNode assertion : rule.get("Assertions")) {
                    if (!compute(assertion.get("Assert")).booleanValue()) {
                        broken.add(assertion.get("AssertDescription").asText());
                    }
                }
            }
        }
        return broken;
    }

    private boolean isTrue(String condition) {
        JsonNode rule = raw.get("Conditions").get(condition);
        if (rule == null) {
            throw new IllegalArgumentException("the template has no condition " + condition);
        }
        return compute(rule).booleanValue();
    }

    private JsonNode compute(JsonNode node) {
        if (node.isArray()) {
            ArrayNode array = JSON.arrayNode();
            node.forEach(element -> {
                JsonNode computed = compute(element);
                if (!computed.isMissingNode()) {
                    array.add(computed);
                }
            });
            return array;
        }
        if (!node.isObject()) {
            return node;
        }
        Iterator<String> members = node.fieldNames();
        String first = members.hasNext() ? members.next() : "";
        if (first.startsWith("!")) {
            return function(first, node.get(first));
        }
        ObjectNode object = JSON.objectNode();
        node.properties().forEach(member -> {
            JsonNode computed = compute(member.getValue());
            if (!computed.isMissingNode()) {
                object.set(member.getKey(), computed);
            }
        });
        return object;
    }

    private JsonNode function(String name, JsonNode arguments) {
        return switch (name) {
            case "!Ref" -> reference(arguments.asText());
            case "!GetAtt" -> TextNode.valueOf(attribute(arguments.asText()));
            case "!Sub" -> TextNode.valueOf(substitute(arguments));
            case "!If" -> compute(arguments.get(isTrue(arguments.get(0).asText()) ? 1 : 2));
            case "!Condition" -> BooleanNode.valueOf(isTrue(arguments.asText()));
            case "!Equals" ->
                BooleanNode.valueOf(compute(arguments.get(0))
                        .asText()
                        .equals(compute(arguments.get(1)).asText()));
            case "!Not" -> BooleanNode.valueOf(!compute(arguments.get(0)).booleanValue());
            case "!And" -> {
                boolean all = true;
                for (JsonNode argument : arguments) {
                    all &= compute(argument).booleanValue();
                }
                yield BooleanNode.valueOf(all);
            }
            case "!Select" ->
                compute(arguments.get(1)).get(compute(arguments.get(0)).asInt());
            case "!Split" -> {
                ArrayNode parts = JSON.arrayNode();
                for (String part : compute(arguments.get(1))
                        .asText()
                        .split(Pattern.quote(arguments.get(0).asText()), -1)) {
                    parts.add(part);
                }
                yield parts;
            }
            case "!Join" -> {
                StringBuilder text = new StringBuilder();
                compute(arguments.get(1))
                        .forEach(part -> text.append(
                                        text.isEmpty() ? "" : arguments.get(0).asText())
                                .append(part.asText()));
                yield TextNode.valueOf(text.toString());
            }
            default -> throw new IllegalArgumentException("not computed here: " + name);
        };
    }

    private JsonNode reference(String name) {
        if (name.equals("AWS::NoValue")) {
            return MissingNode.getInstance();
        }
        if (PSEUDO.containsKey(name)) {
            return TextNode.valueOf(PSEUDO.get(name));
        }
        String value = parameters.get(name);
        if (value == null) {
            return TextNode.valueOf(nameOf(name));
        }
        if (raw.at("/Parameters/" + name + "/Type").asText().equals("CommaDelimitedList")) {
            ArrayNode list = JSON.arrayNode();
            for (String part : value.split(",", -1)) {
                list.add(part);
            }
            return list;
        }
        return TextNode.valueOf(value);
    }

    private String nameOf(String resource) {
        // A function's alias and a layer's version are made by SAM.
        String id = resource.replace(".Alias", "");
        if (!raw.get("Resources").has(id)) {
            throw new IllegalArgumentException("the template has no resource or parameter " + resource);
        }
        return names.getOrDefault(id, id);
    }

    private String attribute(String text) {
        String[] parts = text.split("\\.", 2);
        String type = raw.at("/Resources/" + parts[0] + "/Type").asText();
        if (!parts[1].equals("Arn")) {
            throw new IllegalArgumentException("not computed here: " + text);
        }
        String name = nameOf(parts[0]);
        String here = REGION + ":" + ACCOUNT;
        return switch (type) {
            case "AWS::DynamoDB::Table" -> "arn:aws:dynamodb:" + here + ":table/" + name;
            case "AWS::S3::Bucket" -> "arn:aws:s3:::" + name;
            case "AWS::Kinesis::Stream" -> "arn:aws:kinesis:" + here + ":stream/" + name;
            case "AWS::Logs::LogGroup" -> "arn:aws:logs:" + here + ":log-group:" + name + ":*";
            case "AWS::IAM::Role" -> "arn:aws:iam::" + ACCOUNT + ":role/" + name;
            case "AWS::KMS::Key" -> "arn:aws:kms:" + here + ":key/" + name;
            default -> throw new IllegalArgumentException("not computed here: " + text + " of a " + type);
        };
    }

    private String substitute(JsonNode arguments) {
        JsonNode own = arguments.isArray() ? compute(arguments.get(1)) : JSON.objectNode();
        Matcher matcher =
                VARIABLE.matcher(arguments.isArray() ? arguments.get(0).asText() : arguments.asText());
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            String name = matcher.group(2);
            String value;
            if (!matcher.group(1).isEmpty()) {
                value = "${" + name + "}";
            } else if (own.has(name)) {
                value = own.get(name).asText();
            } else {
                value = name.endsWith(".Arn")
                        ? attribute(name)
                        : reference(name).asText();
            }
            matcher.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(text).toString();
    }

    private static final class Intrinsics extends StandardConstructor {

        Intrinsics(LoadSettings settings) {
            super(settings);
            for (String name : List.of(
                    "!Ref",
                    "!Sub",
                    "!GetAtt",
                    "!If",
                    "!Equals",
                    "!Not",
                    "!And",
                    "!Or",
                    "!Join",
                    "!Condition",
                    "!Select",
                    "!Split")) {
                tagConstructors.put(new Tag(name), new Intrinsic(name));
            }
        }

        private final class Intrinsic implements ConstructNode {

            private final String name;

            Intrinsic(String name) {
                this.name = name;
            }

            @Override
            public Object construct(Node node) {
                if (node instanceof MappingNode mapping) {
                    return Map.of(name, constructMapping(mapping));
                }
                return Map.of(
                        name,
                        node instanceof SequenceNode sequence
                                ? constructSequence(sequence)
                                : constructScalar((ScalarNode) node));
            }
        }
    }
}
