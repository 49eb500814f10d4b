package dev.tidemark.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * infra/template.yaml has for every stream what it has for the first. CloudFormation has no loops that SAM, the CDK and
 * LocalStack all know, so this test writes the others' resources, with {@code -Dtidemark.docs.update=true}.
 */
class FurtherStreamsTest {

    private static final Path FILE = Path.of("..", "infra", "template.yaml");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Streams of one kind, each named by a parameter.
     *
     * @param first parameter of the first
     * @param further parameters of the others, before their numbers from 2
     * @param conditions what makes a resource of the first, and what makes one of another, before its number
     */
    private record Kind(String first, String further, Map<String, String> conditions) {

        IntStream numbers() {
            long others = Template.raw().get("Parameters").properties().stream()
                    .filter(parameter -> parameter.getKey().matches(further + "\\d+"))
                    .count();
            return IntStream.rangeClosed(2, (int) others + 1);
        }
    }

    private static final Kind FOLDED = new Kind(
            "StreamName", "Stream", Map.of("DeliversRecords", "DeliversStream", "MakesAlarms", "WatchesStream"));

    private static final Kind FORWARDED = new Kind(
            "ForwardFrom",
            "ForwardFrom",
            Map.of("ForwardsFrom", "ForwardsFrom", "WatchesForwardFrom", "WatchesForwardFrom"));

    private static final String BEGIN = " Begin.\n";
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z]\\w*");
    private static final int WIDGETS_IN_A_ROW = 4;
    private static final int SIZE = 6;
    private static final int FORWARDED_WIDTH = 8;

    private final JsonNode raw = Template.raw();

    @Test
    void theTemplateHasForEveryStreamWhatItHasForTheFirst() throws IOException {
        String found = Files.readString(FILE);
        String expected = replaced(replaced(found, 1, resources()), 2, widgets());
        if (Boolean.getBoolean("tidemark.docs.update")) {
            Files.writeString(FILE, expected);
        }

        assertThat(Files.readString(FILE).equals(expected))
                .as(
                        "infra/template.yaml is what is written here; update it with: ./mvnw -pl functions -am test"
                                + " -Dtest=FurtherStreamsTest -Dsurefire.failIfNoSpecifiedTests=false -Dtidemark.docs.update=true")
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("further")
    void aStreamThatIsNamedIsMappedReadAndWatchedAsTheFirst(Kind kind, int number) {
        // A further stream is one that exists.
        Map<String, String> first = Map.of("CreateStream", "false", "ForwardTo", "scoring", kind.first(), "first");
        Map<String, String> both = new TreeMap<>(first);
        both.put(kind.further() + number, "second");
        Template one = Template.of(first, Map.of());
        Template two = Template.of(both, Map.of());

        List<String> added = two.resources().keySet().stream()
                .filter(name -> !one.resources().containsKey(name))
                .toList();
        List<String> ofFirst = one.resources().entrySet().stream()
                .filter(each -> each.getValue().has("Condition"))
                .filter(each -> kind.conditions()
                        .containsKey(each.getValue().get("Condition").asText()))
                .filter(each -> each.getValue().toString().matches(".*(\"|:stream/)first\".*"))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(ofFirst)
                .containsAll(
                        kind.equals(FOLDED)
                                ? List.of("IngestFunctionRecords", "ProtocolViolation", "StreamWritesThrottled")
                                : List.of("ForwardFunctionRecords", "ForwardRefused"));
        assertThat(added)
                .containsExactlyInAnyOrderElementsOf(
                        ofFirst.stream().map(name -> name + number).toList());
        for (String name : ofFirst) {
            assertThat(two.resource(name + number).get("Properties").toString())
                    .as(name)
                    .isEqualTo(one.resource(name).get("Properties").toString().replace("first", "second"));
        }
        assertThat(grants(two, "second")).isEqualTo(grants(two, "first")).isNotEmpty();
        assertThat(grants(one, "second")).isEmpty();
        assertThat(two.resource("ArchiveTable")
                        .at("/Properties/TableInput/Parameters/projection.stream.values")
                        .asText())
                .isEqualTo(kind.equals(FOLDED) ? "first,second" : "shop-events")
                .isEqualTo(two.output("Streams"));
    }

    static Stream<Arguments> further() {
        return Stream.of(FOLDED, FORWARDED)
                .flatMap(kind -> kind.numbers().mapToObj(number -> Arguments.of(kind, number)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"DeliverRecords", "CreateAlarms"})
    void furtherStreamsAreSwitchedOffWithTheFirst(String parameter) {
        Map<String, String> off =
                Map.of(parameter, "false", "Stream2", "second", "ForwardTo", "", "ForwardFrom", "first");
        String type = parameter.equals("DeliverRecords") ? "AWS::Lambda::EventSourceMapping" : "AWS::CloudWatch::Alarm";

        assertThat(Template.of(off, Map.of()).resources().values())
                .extracting(resource -> resource.get("Type").asText())
                .doesNotContain(type);
    }

    @Test
    void theDashboardShowsEveryStreamAlike() throws JsonProcessingException {
        String body = Template.of(Map.of("StreamName", "first", "Stream3", "third"), Map.of())
                .resource("Dashboard")
                .at("/Properties/DashboardBody")
                .asText();
        List<String> first = new ArrayList<>();
        List<String> third = new ArrayList<>();
        for (JsonNode widget : JSON.readTree(body).get("widgets")) {
            for (JsonNode metric : widget.at("/properties/metrics")) {
                if (metric.size() == 4 && metric.get(3).asText().equals("first")) {
                    first.add(metric.toString());
                } else if (metric.size() == 4 && metric.get(3).asText().equals("third")) {
                    third.add(metric.toString().replace("third", "first"));
                }
            }
        }
        assertThat(first).hasSizeGreaterThan(20);
        assertThat(third).containsExactlyElementsOf(first);
    }

    /** By role or policy and statement. */
    private static Set<String> grants(Template template, String stream) {
        Set<String> grants = new TreeSet<>();
        template.resources().forEach((name, resource) -> {
            for (JsonNode statement : resource.findValues("Statement").stream()
                    .flatMap(JsonNode::valueStream)
                    .toList()) {
                if (statement.path("Resource").toString().contains(":stream/" + stream + "\"")) {
                    grants.add(name + " " + statement.path("Sid").asText());
                }
            }
        });
        return grants;
    }

    // ------------------------------------------------------------------------------------------------ what is written

    /** The text with other lines between the n-th comment that ends with "Begin." and the next one that is "End." */
    private static String replaced(String text, int n, List<String> lines) {
        int begin = 0;
        for (int i = 0; i < n; i++) {
            begin = text.indexOf(BEGIN, begin) + BEGIN.length();
        }
        int end = text.lastIndexOf("\n", text.indexOf("# End.\n", begin)) + 1;
        return text.substring(0, begin) + String.join("", lines) + text.substring(end);
    }

    private List<String> resources() {
        List<String> lines = new ArrayList<>();
        for (Kind kind : List.of(FOLDED, FORWARDED)) {
            kind.numbers().forEach(number -> lines.addAll(resources(kind, number)));
        }
        return lines;
    }

    private List<String> resources(Kind kind, int number) {
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, JsonNode> resource : raw.get("Resources").properties()) {
            String condition =
                    kind.conditions().get(resource.getValue().path("Condition").asText());
            if (condition != null && resource.getValue().toString().contains(kind.first())) {
                ObjectNode copy = (ObjectNode) renamed(resource.getValue(), kind, number);
                copy.put("Condition", condition + number);
                lines.add("  " + resource.getKey() + number + ": " + flow(copy) + "\n");
            }
        }
        return lines;
    }

    private JsonNode renamed(JsonNode node, Kind kind, int number) {
        if (node.isArray()) {
            ArrayNode array = JSON.createArrayNode();
            node.forEach(element -> array.add(renamed(element, kind, number)));
            return array;
        }
        if (node.isTextual()) {
            String name = kind.first();
            return TextNode.valueOf(
                    node.asText().replaceAll("^" + name + "$|(?<=\\$\\{)" + name + "(?=})", kind.further() + number));
        }
        if (!node.isObject()) {
            return node;
        }
        if (kind.equals(FOLDED) && node.at("/!If/0").asText().equals("CreatesStream")) {
            return renamed(node.at("/!If/2"), kind, number);
        }
        ObjectNode object = JSON.createObjectNode();
        node.properties().forEach(member -> object.set(member.getKey(), renamed(member.getValue(), kind, number)));
        // The dimensions of AWS's own metrics have this name.
        if (node.path("Name").asText().equals("StreamName")) {
            object.put("Name", "StreamName");
        }
        return object;
    }

    private List<String> widgets() throws JsonProcessingException {
        String body =
                raw.at("/Resources/Dashboard/Properties/DashboardBody/!Sub/0").asText();
        List<JsonNode> first = new ArrayList<>();
        int below = 0;
        for (JsonNode widget :
                JSON.readTree(body.replaceAll("\\$\\{Widgets\\w+}", "")).get("widgets")) {
            below = Math.max(
                    below, widget.get("y").intValue() + widget.get("height").intValue());
            ArrayNode metrics = JSON.createArrayNode();
            widget.at("/properties/metrics").forEach(metric -> {
                if (metric.path(3).asText().equals("${StreamName}")) {
                    metrics.add(metric);
                }
            });
            if (!metrics.isEmpty()) {
                first.add(((ObjectNode) widget.get("properties").deepCopy()).set("metrics", metrics));
            }
        }
        int rows = (first.size() + WIDGETS_IN_A_ROW - 1) / WIDGETS_IN_A_ROW;
        int top = below;
        List<String> lines = new ArrayList<>();
        FOLDED.numbers()
                .forEach(number -> lines.add(widgets(
                        "Widgets" + number,
                        "HasStream" + number,
                        row(first, number, top + (number - 2) * rows * SIZE))));
        JsonNode forwarded = raw.at("/Resources/Dashboard/Properties/DashboardBody/!Sub/1/WidgetsForward/!If/1/!Sub");
        FORWARDED
                .numbers()
                .forEach(number -> lines.add(widgets(
                        "WidgetsForward" + number,
                        "ForwardsFrom" + number,
                        renamed(forwarded, FORWARDED, number)
                                .asText()
                                .replaceFirst("\"x\": 0", "\"x\": " + (number - 1) * FORWARDED_WIDTH))));
        return lines;
    }

    private static String widgets(String name, String condition, String text) {
        return "          " + name + ": !If [" + condition + ", !Sub '" + text + "', \"\"]\n";
    }

    private static String row(List<JsonNode> first, int number, int top) {
        return IntStream.range(0, first.size())
                .mapToObj(i -> {
                    ObjectNode widget = JSON.createObjectNode().put("type", "metric");
                    widget.put("x", i % WIDGETS_IN_A_ROW * SIZE).put("y", top + i / WIDGETS_IN_A_ROW * SIZE);
                    widget.put("width", SIZE).put("height", SIZE).set("properties", first.get(i));
                    return ","
                            + widget.toString()
                                    .replace("\"title\":\"", "\"title\":\"${StreamName}: ")
                                    .replace("${StreamName}", "${Stream" + number + "}");
                })
                .collect(Collectors.joining());
    }

    /** YAML's flow style, with the short forms of intrinsic functions. */
    private static String flow(JsonNode node) {
        if (node.isArray()) {
            return node.valueStream().map(FurtherStreamsTest::flow).collect(Collectors.joining(", ", "[", "]"));
        }
        if (node.isObject()) {
            String first = node.fieldNames().next();
            if (first.equals("!Ref")) {
                return first + " " + node.get(first).asText();
            }
            if (first.startsWith("!")) {
                return first + " " + flow(node.get(first));
            }
            return node.properties().stream()
                    .map(member -> member.getKey() + ": " + flow(member.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        return PLAIN.matcher(node.asText()).matches() ? node.asText() : node.toString();
    }
}
