package dev.tidemark.cli.policy;

import com.amazonaws.services.lambda.runtime.Context;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.TableCare;
import dev.tidemark.aws.dynamodb.Tables;
import dev.tidemark.aws.s3.S3Files;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.Template;
import dev.tidemark.functions.audit.AuditFunction;
import dev.tidemark.functions.checkpoint.CheckpointFunction;
import dev.tidemark.functions.compact.CompactFunction;
import dev.tidemark.functions.forward.ForwardFunction;
import dev.tidemark.functions.ingest.IngestFunction;
import dev.tidemark.functions.monitor.MonitorFunction;
import dev.tidemark.functions.query.QueryFunction;
import dev.tidemark.learning.TrainFunction;
import dev.tidemark.local.Application;
import dev.tidemark.local.Endpoints;
import dev.tidemark.local.app.TidemarkApplication;
import dev.tidemark.local.mapping.BatchFunction;
import dev.tidemark.samplesevents.Sample;
import dev.tidemark.serve.ApiFunction;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;

/**
 * The deployed functions on a local system. Each has clients of its own, whose access key is the name of its role in
 * infra/template.yaml, and makes everything else by the constructor that Lambda uses.
 */
final class PolicyWorld implements Application, AutoCloseable {

    /** Who does what the template or a test does, and no function or operator. */
    static final String BYSTANDER = "bystander";

    /** A stream that others' events are put onto. */
    static final String FORWARD_TO = "scoring";

    private static final String FUNCTION = "arn:aws:lambda:" + Template.REGION + ":" + Template.ACCOUNT + ":function:";
    private static final String MAPPINGS = "{\"EventSourceMappings\":[{\"UUID\":\"one\",\"ParallelizationFactor\":1,"
            + "\"FunctionResponseTypes\":[\"ReportBatchItemFailures\"]}]}";

    static final String TRAIN_STEP = "arn:aws:lambda:" + Template.REGION + ":" + Template.ACCOUNT + ":function:train";

    /** What the shop's monitor is compared with, in a bucket that is not the deployment's. */
    static final String BASELINE = "training-sets/shop/profile.json.gz";

    private final Catalogs catalogs;
    private final HttpServer lambda;
    private final List<AwsClients> clients = new ArrayList<>();
    private @Nullable Endpoints endpoints;

    PolicyWorld(Catalogs catalogs) throws IOException {
        this.catalogs = catalogs;
        this.lambda = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        lambda.createContext("/", exchange -> {
            byte[] answer = MAPPINGS.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        lambda.start();
    }

    /** What the template makes; the control row is made by the first batch. */
    @Override
    public void prepare(Endpoints started) {
        endpoints = started;
        AwsClients own = clients(BYSTANDER);
        own.kinesis()
                .createStream(request -> request.streamName(FORWARD_TO).shardCount(1))
                .join();
        Tables.create(
                        own.dynamoDb(),
                        TidemarkApplication.STATE_TABLE,
                        TidemarkApplication.CONTROL_TABLE,
                        TableCare.MOST)
                .join();
        own.s3()
                .createBucket(request -> request.bucket(TidemarkApplication.BUCKET))
                .join();
        String[] baseline = BASELINE.split("/", 2);
        own.s3().createBucket(request -> request.bucket(baseline[0])).join();
        own.s3()
                .putObject(
                        request -> request.bucket(baseline[0]).key(baseline[1]), AsyncRequestBody.fromBytes(profile()))
                .join();
    }

    /** Of nothing. */
    private static byte[] profile() {
        ByteArrayOutputStream zipped = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
            out.write("{\"sha256\":\"00\",\"columns\":{}}".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zipped.toByteArray();
    }

    @Override
    public BatchFunction ingest(Endpoints started) {
        IngestFunction function = quietly(() -> IngestFunction.of(deployment("IngestRole", catalogs, Map.of())));
        Context context = context("ingest");
        return event -> function.handleRequest(event, context);
    }

    @Override
    public ApiFunction query(Endpoints started) {
        QueryFunction function = QueryFunction.of(deployment("QueryRole", catalogs, Map.of()), InstantSource.system());
        Context context = context("query");
        return request -> function.handleRequest(request, context);
    }

    @Override
    public Set<String> forwarded() {
        return Set.of(Sample.SHOP.stream());
    }

    /** By a catalog of its own, so that nothing else has to do with the stream that it puts onto. */
    @Override
    public BatchFunction forward(Endpoints started) {
        Catalogs forwarding = Catalogs.of(new CatalogCompiler()
                .compile(Sample.SHOP
                        .catalog()
                        .replace(
                                "\nsources:\n",
                                "\nsources:\n  scoring: {stream: " + FORWARD_TO
                                        + ", event_time: ts, forward: [{from: shop, key: user_id}]}\n")));
        ForwardFunction function = quietly(() -> new ForwardFunction(deployment("ForwardRole", forwarding, Map.of())));
        Context context = context("forward");
        return event -> function.handleRequest(event, context);
    }

    /**
     * Until the checkpoint is complete. No older one is kept.
     *
     * @param meanwhile done when the positions are fixed and nothing is scanned yet
     */
    void checkpoint(PolicyTest.Work meanwhile) throws Exception {
        Map<Environment, String> keepNone = Map.of(
                Environment.HOURLY_CHECKPOINT_HOURS, "0",
                Environment.DAILY_CHECKPOINT_DAYS, "0",
                Environment.SCAN_SEGMENTS, "2");
        CheckpointFunction function =
                new CheckpointFunction(deployment("CheckpointRole", catalogs, keepNone), nowhere());
        Map<String, Object> answer = function.handleRequest(Map.of(), context("checkpoint", 0));
        meanwhile.run();
        while (!Boolean.TRUE.equals(answer.get("done"))) {
            answer = function.handleRequest(answer, context("checkpoint"));
        }
    }

    void compact(Catalogs ofStreams) {
        CompactFunction function = quietly(() -> new CompactFunction(deployment("CompactRole", ofStreams, Map.of())));
        function.handleRequest(Map.of("ageHours", 0, "lookBackHours", 1_000_000), context("compact"));
    }

    void audit(int entities) {
        AuditFunction function = quietly(() -> new AuditFunction(deployment("AuditRole", catalogs, Map.of())));
        function.handleRequest(Map.of("entities", entities), context("audit"));
    }

    /** Looks, remembers, and looks again. */
    void monitor() {
        MonitorFunction function = quietly(() -> new MonitorFunction(deployment("MonitorRole", catalogs, Map.of())));
        Map<String, Object> found = function.handleRequest(Map.of(), context("monitor"));
        function.handleRequest(found, context("monitor"));
        function.handleRequest(Map.of(), context("monitor"));
    }

    /** What trains, and is no function here. */
    interface TrainingStep {

        /** @param out a folder for what it leaves */
        void train(Path out) throws IOException;
    }

    /**
     * A whole run, driven as the state machine drives it.
     *
     * @param work a folder for the function
     * @return how it ended
     */
    String train(String model, Path work, TrainingStep step) throws IOException {
        TrainFunction function = quietly(() -> TrainFunction.of(
                deployment("TrainRole", catalogs, Map.of(Environment.TRAIN_STEP, TRAIN_STEP)), work, nowhere()));
        Map<String, Object> answer = function.handleRequest(
                Map.of(
                        "model",
                        model,
                        "cause",
                        "operator",
                        "at",
                        InstantSource.system().instant().toString(),
                        "driver",
                        "policy"),
                context("train"));
        while (!"done".equals(answer.get("next"))) {
            Map<String, Object> input = new HashMap<>(answer);
            if (answer.get("train") instanceof Map<?, ?> train && train.get("out") instanceof String out) {
                S3Files bucket = new S3Files(clients(BYSTANDER).s3(), TidemarkApplication.BUCKET);
                Path folder = Files.createDirectories(work.resolveSibling("step"));
                step.train(folder);
                try (Stream<Path> left = Files.list(folder)) {
                    left.forEach(file -> bucket.put(bucket.key(out) + file.getFileName(), file)
                            .join());
                }
                input.put("trained", true);
            }
            answer = function.handleRequest(input, context("train"));
        }
        return String.valueOf(answer.get("reason"));
    }

    /** Clients with a caller's name for an access key. */
    AwsClients clients(String caller) {
        AwsClients made = AwsClients.of(
                environment(), StaticCredentialsProvider.create(AwsBasicCredentials.create(caller, "secret")));
        clients.add(made);
        return made;
    }

    private Deployment deployment(String role, Catalogs of, Map<Environment, String> settings) {
        Map<String, String> environment = environment();
        environment.put(Environment.STATE_TABLE.variable(), TidemarkApplication.STATE_TABLE);
        environment.put(Environment.CONTROL_TABLE.variable(), TidemarkApplication.CONTROL_TABLE);
        environment.put(Environment.BUCKET.variable(), TidemarkApplication.BUCKET);
        settings.forEach((variable, value) -> environment.put(variable.variable(), value));
        return new Deployment(environment, of, clients(role));
    }

    private Map<String, String> environment() {
        Endpoints at = Objects.requireNonNull(endpoints, "the system has not started");
        Map<String, String> environment = new HashMap<>();
        environment.put("AWS_REGION", Template.REGION);
        environment.put("AWS_ENDPOINT_URL_KINESIS", at.kinesis().toString());
        environment.put("AWS_ENDPOINT_URL_DYNAMODB", at.dynamoDb().toString());
        environment.put("AWS_ENDPOINT_URL_S3", at.s3().toString());
        environment.put(
                "AWS_ENDPOINT_URL_LAMBDA",
                "http://127.0.0.1:" + lambda.getAddress().getPort());
        return environment;
    }

    /** As deployed, a function prints to the standard output that it finds when it is made. */
    private static synchronized <F> F quietly(Supplier<F> make) {
        PrintStream standard = System.out;
        System.setOut(nowhere());
        try {
            return make.get();
        } finally {
            System.setOut(standard);
        }
    }

    private static PrintStream nowhere() {
        return new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    private static Context context(String function) {
        return context(function, 900_000);
    }

    private static Context context(String function, int leftMillis) {
        return (Context) Proxy.newProxyInstance(
                PolicyWorld.class.getClassLoader(), new Class<?>[] {Context.class}, (proxy, method, arguments) -> {
                    return switch (method.getName()) {
                        case "getRemainingTimeInMillis" -> leftMillis;
                        case "getInvokedFunctionArn" -> FUNCTION + function + ":live";
                        case "getAwsRequestId" -> "request-1";
                        default -> throw new AssertionError("not expected: " + method);
                    };
                });
    }

    @Override
    public void close() {
        clients.forEach(AwsClients::close);
        lambda.stop(0);
    }
}
