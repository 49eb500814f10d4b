package dev.tidemark.local.lambda;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.tidemark.aws.Environment;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.functions.Template;
import dev.tidemark.kinesis.KinesisServer;
import dev.tidemark.kinesis.Streams;
import dev.tidemark.local.Endpoints;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.store.DynamoDbStore;
import dev.tidemark.local.store.S3Store;
import dev.tidemark.samplesevents.Sample;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the deployed functions need: tables, bucket, stream, the catalog's file, the answer to the question for the event
 * source mapping, and credentials. Every call goes through a tap.
 */
final class BackEnds implements Closeable {

    private static final Map<String, String> KEYS =
            Map.of("AWS_ACCESS_KEY_ID", "key", "AWS_SECRET_ACCESS_KEY", "secret", "AWS_SESSION_TOKEN", "token");

    /** The stream that the shop's purchases are put onto. */
    static final String FORWARD_TO = "scoring";

    private static final int THREADS = 4;
    private static final int OK = 200;

    private final Deque<Closeable> closing = new ArrayDeque<>();
    private final Journal journal = new Journal();
    private final Path taskRoot;
    private final Path catalog;
    private final Template template = Template.of(
            Map.of(
                    "Stream2",
                    FORWARD_TO,
                    "ForwardTo",
                    FORWARD_TO,
                    "ForwardFrom",
                    Sample.SHOP.stream(),
                    "MonitorSchedule",
                    "rate(15 minutes)"),
            Map.of(
                    "StateTable", TidemarkApplication.STATE_TABLE,
                    "ControlTable", TidemarkApplication.CONTROL_TABLE,
                    "Bucket", TidemarkApplication.BUCKET));
    private final TidemarkApplication application;
    private final Endpoints endpoints;
    private final Tap dynamoDb;
    private final Tap kinesis;
    private final Tap s3;
    private final ExchangeServer lambda;
    private final ExchangeServer credentials;
    private final Streams streams;
    private final String streamArn;
    private final Map<String, Integer> changedMapping = new ConcurrentHashMap<>();

    /**
     * @param taskRoot where the jar is unpacked
     * @param directory for the catalog's file
     */
    BackEnds(Sample sample, Path taskRoot, Path directory) throws IOException {
        this.taskRoot = taskRoot;
        this.catalog = Files.writeString(
                directory.resolve("catalog.yaml"),
                sample.catalog()
                        .replace(
                                "\nsources:\n",
                                "\nsources:\n  scoring: {stream: " + FORWARD_TO
                                        + ", event_time: ts, forward: [{from: shop,"
                                        + " where: type == \"purchase\", key: user_id}]}\n"));
        DynamoDbStore tables = DynamoDbStore.start(0, null);
        closing.push(tables::close);
        S3Store objects = S3Store.start(0, null);
        closing.push(objects::close);
        streams = new Streams(InstantSource.system(), null);
        closing.push(streams::close);
        streamArn = streams.create(sample.stream(), sample.shards()).arn();
        streams.create(FORWARD_TO, 1);
        KinesisServer stream = KinesisServer.start(streams, 0);
        closing.push(stream::close);
        endpoints = new Endpoints(stream.endpoint(), tables.endpoint(), objects.endpoint(), tables.client());
        application = new TidemarkApplication(new CatalogCompiler().compile(sample.catalog()), (batch, outcome) -> {});
        closing.push(application::close);
        application.prepare(endpoints);
        dynamoDb = tap("dynamodb", endpoints.dynamoDb());
        kinesis = tap("kinesis", endpoints.kinesis());
        s3 = tap("s3", endpoints.s3());
        lambda = serve("lambda", this::listMappings);
        credentials = serve("credentials", this::credentials);
    }

    private Tap tap(String service, URI target) throws IOException {
        Tap tap = new Tap(service, target, journal);
        closing.push(tap::close);
        return tap;
    }

    private ExchangeServer serve(String name, HttpHandler handler) throws IOException {
        ExchangeServer server = ExchangeServer.start(name, 0, THREADS, handler);
        closing.push(server::close);
        return server;
    }

    /** Starts a function of the template with access keys in its environment. */
    Sandbox start(String function) throws IOException {
        return start(function, false, KEYS);
    }

    /** Starts a function with one variable changed. */
    Sandbox startWith(String function, String variable, String value) throws IOException {
        return start(function, false, Map.of(variable, value));
    }

    /**
     * Starts a function for its snapshot. Keys in its environment would become part of the snapshot, so Lambda has such a
     * function ask for them.
     */
    Sandbox startForSnapshot(String function) throws IOException {
        return start(
                function,
                true,
                Map.of(
                        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
                        credentials.endpoint().toString(),
                        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
                        "token"));
    }

    private Sandbox start(String function, boolean snapStart, Map<String, String> own) throws IOException {
        JsonNode properties = template.resource(function).get("Properties");
        Map<String, String> variables = new HashMap<>();
        for (JsonNode given : List.of(template.environment(), properties.at("/Environment/Variables"))) {
            given.properties()
                    .forEach(variable ->
                            variables.put(variable.getKey(), variable.getValue().asText()));
        }
        variables.put(Environment.CATALOG.variable(), catalog.toString());
        variables.put("AWS_ENDPOINT_URL_DYNAMODB", dynamoDb.endpoint().toString());
        variables.put("AWS_ENDPOINT_URL_KINESIS", kinesis.endpoint().toString());
        variables.put("AWS_ENDPOINT_URL_S3", s3.endpoint().toString());
        variables.put("AWS_ENDPOINT_URL_LAMBDA", lambda.endpoint().toString());
        variables.putAll(own);
        return Sandbox.start(new Sandbox.Setup(
                function,
                properties.get("Handler").asText(),
                properties.get("Timeout").intValue(),
                properties.get("MemorySize").intValue(),
                taskRoot,
                variables,
                snapStart,
                journal));
    }

    /** From now on the event source mapping has another setting than the template's. */
    void changeMapping(String property, int value) {
        changedMapping.put(property, value);
    }

    /** Logical names of the template's functions. */
    List<String> functions() {
        return template.resources().entrySet().stream()
                .filter(resource -> resource.getValue().get("Type").asText().equals("AWS::Serverless::Function"))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What the function's schedule hands to it. */
    String scheduledInput(String function, String event) {
        return template.resource(function)
                .at("/Properties/Events/" + event + "/Properties/Input")
                .asText();
    }

    Journal journal() {
        return journal;
    }

    Tap dynamoDb() {
        return dynamoDb;
    }

    Tap kinesis() {
        return kinesis;
    }

    /** What was put onto the other stream. */
    List<String> forwarded() {
        return streams.describe(FORWARD_TO).shards().stream()
                .flatMap(shard ->
                        streams.after(FORWARD_TO, shard.id(), null, Integer.MAX_VALUE, Long.MAX_VALUE).stream())
                .map(record -> new String(record.data(), UTF_8))
                .toList();
    }

    String streamArn() {
        return streamArn;
    }

    /** How many entries the quarantine holds. */
    int quarantined() {
        return application.quarantinedRecords(endpoints);
    }

    @Override
    public void close() throws IOException {
        while (!closing.isEmpty()) {
            closing.pop().close();
        }
    }

    /** The mapping that the template declares, as Lambda tells of it. */
    private void listMappings(HttpExchange exchange) throws IOException {
        journal.add("lambda " + exchange.getRequestMethod() + " "
                + exchange.getRequestURI().getPath());
        ObjectNode answer = new ObjectMapper().createObjectNode();
        ObjectNode mapping = answer.putArray("EventSourceMappings").addObject();
        for (Map.Entry<String, JsonNode> property :
                Template.raw().at("/Resources/IngestFunctionRecords/Properties").properties()) {
            if (!property.getValue().isObject()) {
                mapping.set(property.getKey(), property.getValue());
            }
        }
        changedMapping.forEach(mapping::put);
        mapping.put("UUID", "7b1c5a2e-0000-4000-8000-000000000001");
        mapping.put("EventSourceArn", streamArn);
        mapping.put("FunctionArn", Sandbox.arn("IngestFunction"));
        mapping.put("State", "Enabled");
        send(exchange, answer);
    }

    private void credentials(HttpExchange exchange) throws IOException {
        journal.add("credentials");
        send(
                exchange,
                new ObjectMapper()
                        .createObjectNode()
                        .put("AccessKeyId", "key")
                        .put("SecretAccessKey", "secret")
                        .put("Token", "token")
                        .put("Expiration", Instant.now().plusSeconds(3_600).toString()));
    }

    private static void send(HttpExchange exchange, JsonNode answer) throws IOException {
        try (exchange) {
            byte[] body = answer.toString().getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(OK, body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
