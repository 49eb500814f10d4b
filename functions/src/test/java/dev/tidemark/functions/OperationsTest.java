package dev.tidemark.functions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.aws.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The alarms and the dashboard of infra/template.yaml watch what is there. An alarm on a metric that nobody emits is
 * silent for ever, and nobody notices.
 */
class OperationsTest {

    private static final String OURS = "Tidemark/" + Template.STACK;
    private static final Path DOCS = Path.of("..", "docs");

    /** So that everything is there. */
    private static final Map<String, String> ALL = Map.of(
            "ForwardTo",
            "scoring",
            "ForwardFrom",
            "clicks",
            "MonitorSchedule",
            "rate(15 minutes)",
            "TrainStepArn",
            "arn:aws:lambda:us-east-1:000000000000:function:train");

    /** Metrics that AWS emits, with the dimensions under which it does, as the services' documentation has them. */
    private static final Set<String> OF_AWS = Set.of(
            "AWS/Lambda IteratorAge FunctionName",
            "AWS/Lambda Errors FunctionName",
            "AWS/Lambda Throttles FunctionName",
            "AWS/Lambda Duration FunctionName",
            "AWS/Lambda ConcurrentExecutions FunctionName",
            "AWS/States ExecutionsFailed StateMachineArn",
            "AWS/DynamoDB ReadThrottleEvents TableName",
            "AWS/DynamoDB WriteThrottleEvents TableName",
            "AWS/Kinesis IncomingRecords StreamName",
            "AWS/Kinesis WriteProvisionedThroughputExceeded StreamName",
            "AWS/ApiGateway Count ApiName, Stage",
            "AWS/ApiGateway 4XXError ApiName, Stage",
            "AWS/ApiGateway 5XXError ApiName, Stage",
            "AWS/ApiGateway Latency ApiName, Stage",
            "AWS/ApiGateway IntegrationLatency ApiName, Stage");

    private static Map<String, String> with(String... parameters) {
        Map<String, String> all = new TreeMap<>(ALL);
        for (int i = 0; i < parameters.length; i += 2) {
            all.put(parameters[i], parameters[i + 1]);
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"g1", "g2"})
    void everyMetricThatIsWatchedIsEmittedWithTheseDimensions(String generation) throws IOException {
        Template template = Template.of(with("Generation", generation), Map.of());
        Set<String> emitted = emitted(template);
        Map<String, List<Watched>> watched = watched(template);

        assertThat(watched).containsKeys("Dashboard", "ProtocolViolation");
        assertThat(template.environment()
                        .get(Environment.METRIC_NAMESPACE.variable())
                        .asText())
                .isEqualTo(OURS);
        watched.forEach((who, metrics) ->
                assertThat(metrics).as(who).extracting(Watched::metric).isSubsetOf(emitted));
    }

    @ParameterizedTest
    @ValueSource(strings = {"g1", "g2"})
    void theDimensionsHaveTheValuesThatTheFunctionsGive(String generation) throws IOException {
        Template template = Template.of(with("Generation", generation, "StreamName", "clicks"), Map.of());
        JsonNode environment = template.environment();
        Map<String, Set<String>> values = new TreeMap<>();
        watched(template)
                .values()
                .forEach(all -> all.forEach(metric -> metric.values()
                        .forEach((name, value) -> values.computeIfAbsent(name, key -> new TreeSet<>())
                                .add(value))));

        assertThat(values.get("stream")).containsExactly("clicks");
        assertThat(values.get("StreamName")).containsExactly("clicks");
        assertThat(values.get("generation"))
                .containsExactly(
                        environment.get(Environment.GENERATION.variable()).asText());
        assertThat(values.get("TableName"))
                .containsExactlyInAnyOrder(
                        environment.get(Environment.STATE_TABLE.variable()).asText(),
                        environment.get(Environment.CONTROL_TABLE.variable()).asText());
        assertThat(values.get("FunctionName"))
                .containsExactlyInAnyOrderElementsOf(named(template, "AWS::Serverless::Function"));
        JsonNode api = template.resource("Api").get("Properties");
        assertThat(values.get("ApiName")).containsExactly(api.get("Name").asText());
        assertThat(values.get("Stage")).containsExactly(api.get("StageName").asText());
    }

    @Test
    void everyAlarmIsInTheRunbookAndNoOther() throws IOException {
        Template template = Template.of(ALL, Map.of());
        List<String> page = Files.readAllLines(DOCS.resolve("operations.md"));
        Set<String> sections = page.stream()
                .filter(line -> line.startsWith("### "))
                .flatMap(line -> List.of(line.substring(4).split(", ")).stream())
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(sections).isEqualTo(new TreeSet<>(named(template, "AWS::CloudWatch::Alarm")));
        alarms(template)
                .forEach((name, alarm) -> assertThat(
                                alarm.get("AlarmDescription").asText())
                        .endsWith("See docs/operations.md, " + name + "."));
    }

    @Test
    void everyAlarmTellsTheTopics() {
        Template silent = Template.of(ALL, Map.of());
        Template told = Template.of(
                with("AlarmEmail", "ops@example.org", "AlarmTopicArn", "arn:aws:sns:us-east-1:1:pager"), Map.of());

        alarms(silent)
                .forEach((name, alarm) ->
                        assertThat(alarm.get("AlarmActions")).as(name).isEmpty());
        alarms(told)
                .forEach((name, alarm) -> assertThat(texts(alarm.get("AlarmActions")))
                        .as(name)
                        .containsExactly("AlarmTopic", "arn:aws:sns:us-east-1:1:pager"));
    }

    /** What was a day ago is no reason to sound; a checkpoint that is missing is one. */
    @Test
    void onlyAMissingCheckpointIsNoticedByTheLackOfData() {
        alarms(Template.of(ALL, Map.of())).forEach((name, alarm) -> {
            boolean counts = name.equals("CheckpointMissing");
            assertThat(alarm.get("TreatMissingData").asText())
                    .as(name)
                    .isEqualTo(counts ? "breaching" : "notBreaching");
            assertThat(alarm.get("ComparisonOperator").asText())
                    .as(name)
                    .isEqualTo(counts ? "LessThanThreshold" : "GreaterThanThreshold");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"ProtocolViolation", "AuditFault", "ArchiveDamage", "MappingBreach", "BlocksExpired"})
    void whatMustNeverBeSoundsAtTheFirstTime(String name) {
        JsonNode alarm = Template.of(ALL, Map.of()).resource(name).get("Properties");

        assertThat(alarm.get("Threshold").asInt(-1)).isZero();
        assertThat(alarm.get("Statistic").asText()).isEqualTo("Sum");
        assertThat(alarm.get("EvaluationPeriods").intValue()).isOne();
    }

    @Test
    void alarmsAndDashboardCanBeSwitchedOff() {
        Template template = Template.of(with("CreateAlarms", "false", "CreateDashboard", "false"), Map.of());

        assertThat(template.resources().values())
                .extracting(resource -> resource.get("Type").asText())
                .noneMatch(type -> type.startsWith("AWS::CloudWatch"));
    }

    /** The state machine that the page shows: each state has its way, and each is on one. */
    @Test
    void theTrainingStepThatIsShownIsAStateMachine() throws IOException {
        Matcher block = Pattern.compile("```json\\n(\\{\"StartAt\".*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCS.resolve("operations.md")));
        assertThat(block.find()).isTrue();
        JsonNode machine = new ObjectMapper().readTree(block.group(1));
        JsonNode states = machine.get("States");
        Set<String> reached = new TreeSet<>(Set.of(machine.get("StartAt").asText()));
        for (String name : names(states)) {
            JsonNode state = states.get(name);
            List<String> ways = new ArrayList<>(state.findValuesAsText("Next"));
            if (state.has("Default")) {
                ways.add(state.get("Default").asText());
            }
            boolean isEnd = Set.of("Succeed", "Fail").contains(state.get("Type").asText());
            assertThat(ways.isEmpty()).as(name).isEqualTo(isEnd);
            reached.addAll(ways);
        }
        assertThat(reached).isEqualTo(new TreeSet<>(names(states)));
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** All that the tables of docs/metrics.md name, which other tests compare with the log lines; and the filters'. */
    private static Set<String> emitted(Template template) throws IOException {
        List<String> page = Files.readAllLines(DOCS.resolve("metrics.md"));
        Set<String> emitted = new TreeSet<>(OF_AWS);
        for (String line : page) {
            if (line.startsWith("## ")) {
                for (String metric : MetricLines.documented(page, line.substring(3))) {
                    String[] words = metric.split(" ", 3);
                    emitted.add(OURS + " " + words[0] + " " + words[2]);
                }
            }
        }
        for (JsonNode resource : template.resources().values()) {
            if (resource.get("Type").asText().equals("AWS::Logs::MetricFilter")) {
                JsonNode metric = resource.at("/Properties/MetricTransformations/0");
                List<String> dimensions = new ArrayList<>();
                metric.get("Dimensions")
                        .forEach(
                                dimension -> dimensions.add(dimension.get("Key").asText()));
                emitted.add(metric.get("MetricNamespace").asText() + " "
                        + metric.get("MetricName").asText() + " " + String.join(", ", dimensions));
            }
        }
        return emitted;
    }

    @Test
    void refusedRequestsAreCountedByMembersOfTheAccessLog() {
        Template template = Template.of(ALL, Map.of());
        JsonNode filter = template.resource("ApiThrottles").get("Properties");
        String format = template.resource("Api")
                .at("/Properties/AccessLogSetting/Format")
                .asText();

        Matcher member = Pattern.compile("\\$\\.(\\w+)")
                .matcher(filter.get("FilterPattern").asText()
                        + filter.at("/MetricTransformations/0/Dimensions/0/Value")
                                .asText());
        List<String> members = new ArrayList<>();
        while (member.find()) {
            members.add(member.group(1));
        }
        assertThat(members).containsExactly("status", "api");
        assertThat(format).contains("\"status\":\"$context.status\"", "\"api\":\"$context.apiId\"");
    }

    /**
     * @param metric namespace, name and names of the dimensions
     * @param values of the dimensions
     */
    private record Watched(String metric, Map<String, String> values) {

        static Watched of(String namespace, String name, Map<String, String> dimensions) {
            return new Watched(namespace + " " + name + " " + String.join(", ", dimensions.keySet()), dimensions);
        }
    }

    /** One metric, or those of a formula. */
    private static List<Watched> watched(JsonNode alarm) {
        List<Watched> watched = new ArrayList<>();
        for (JsonNode metric : alarm.has("Metrics") ? alarm.get("Metrics").findValues("Metric") : List.of(alarm)) {
            Map<String, String> dimensions = new TreeMap<>();
            metric.get("Dimensions")
                    .forEach(dimension -> dimensions.put(
                            dimension.get("Name").asText(),
                            dimension.get("Value").asText()));
            watched.add(Watched.of(
                    metric.get("Namespace").asText(), metric.get("MetricName").asText(), dimensions));
        }
        return watched;
    }

    private static Map<String, List<Watched>> watched(Template template) throws IOException {
        Map<String, List<Watched>> watched = new TreeMap<>();
        alarms(template).forEach((name, alarm) -> watched.put(name, watched(alarm)));
        String body =
                template.resource("Dashboard").at("/Properties/DashboardBody").asText();
        List<Watched> shown = new ArrayList<>();
        for (JsonNode widget : new ObjectMapper().readTree(body).get("widgets")) {
            assertThat(widget.at("/properties/region").asText()).isEqualTo(Template.REGION);
            for (JsonNode metric : widget.at("/properties/metrics")) {
                Map<String, String> dimensions = new TreeMap<>();
                // The last one may be how it is shown.
                for (int i = 2; i + 1 < metric.size(); i += 2) {
                    dimensions.put(metric.get(i).asText(), metric.get(i + 1).asText());
                }
                shown.add(Watched.of(metric.get(0).asText(), metric.get(1).asText(), dimensions));
            }
        }
        watched.put("Dashboard", shown);
        return watched;
    }

    private static Map<String, JsonNode> alarms(Template template) {
        Map<String, JsonNode> alarms = new TreeMap<>();
        template.resources().forEach((name, resource) -> {
            if (resource.get("Type").asText().equals("AWS::CloudWatch::Alarm")) {
                alarms.put(name, resource.get("Properties"));
            }
        });
        return alarms;
    }

    private static List<String> named(Template template, String type) {
        return template.resources().entrySet().stream()
                .filter(resource -> resource.getValue().get("Type").asText().equals(type))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }
}
