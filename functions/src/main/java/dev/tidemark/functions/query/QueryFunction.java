package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.tidemark.aws.AwsClients;
import dev.tidemark.aws.Backoff;
import dev.tidemark.aws.Environment;
import dev.tidemark.aws.dynamodb.CapacityCounter;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.aws.dynamodb.DynamoControlStore;
import dev.tidemark.aws.dynamodb.DynamoItemStore;
import dev.tidemark.aws.kinesis.KinesisStreams;
import dev.tidemark.aws.kinesis.KinesisTail;
import dev.tidemark.aws.s3.S3Archive;
import dev.tidemark.aws.s3.S3Checkpoints;
import dev.tidemark.aws.s3.S3RedriveLog;
import dev.tidemark.core.async.Failures;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.BoundedArchive;
import dev.tidemark.core.serve.StoreUnavailable;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.functions.Deployment;
import dev.tidemark.functions.Priming;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/**
 * Answers the HTTP API of openapi.yaml from the live state. Thread-safe, although Lambda calls it from one thread.
 *
 * <p>Every outcome is a response, a problem document where there is no answer; the handler throws nothing.
 */
public final class QueryFunction implements RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> {

    private static final String JSON = "application/json";
    private static final String PROBLEM_JSON = "application/problem+json";

    /** Lambda refuses responses above 6 MB; headers and escapes need some of it. */
    private static final int MAX_BODY_CHARS = 2_500_000;

    private static final System.Logger LOG = System.getLogger(QueryFunction.class.getName());

    private final InstantSource clock;
    private final Router router;
    private final RequestLog log;
    private final CostlyShare costly;

    /** Held because the checkpoint's context holds it weakly; null where there is no checkpoint. */
    @SuppressWarnings("unused")
    private final @Nullable Priming priming;

    /** For Lambda: everything from the environment. */
    public QueryFunction() {
        this(Deployment.onLambda(), new CapacityCounter(), InstantSource.system());
    }

    private QueryFunction(Deployment deployment, CapacityCounter capacity, InstantSource clock) {
        this(deployment, capacity, new JsonRequestLog(System.out, capacity, clock), clock);
    }

    /** For a deployment found elsewhere, such as the local run's. */
    public QueryFunction(Deployment deployment, InstantSource clock) {
        this(deployment, CapacityMeter.NONE, RequestLog.NONE, clock);
    }

    private QueryFunction(Deployment deployment, CapacityMeter meter, RequestLog log, InstantSource clock) {
        AwsClients clients = deployment.clients();
        this.clock = clock;
        this.log = log;
        DynamoControlStore control = new DynamoControlStore(
                clients.dynamoDb(), clients.dynamoDbWrites(), deployment.value(Environment.CONTROL_TABLE), meter);
        this.costly = new CostlyShare(Environment.COSTLY_PERCENT.numberIn(deployment.environment()));
        DynamoItemStore items = new DynamoItemStore(
                clients.dynamoDb(),
                clients.dynamoDbWrites(),
                deployment.value(Environment.STATE_TABLE),
                meter,
                Backoff.system());
        Supplier<HistoryPorts> past = () -> past(deployment, control);
        this.router =
                new Router(deployment.catalogs(), items, control, past, waiting(deployment, clients, clock), costly);
        Router silent = new Router(deployment.catalogs(), items, control, past, WaitingCache.none(), costly);
        this.priming = Priming.register(() -> prime(deployment, silent));
    }

    private static WaitingCache waiting(Deployment deployment, AwsClients clients, InstantSource clock) {
        int seconds = Environment.ASK_STREAM_SECONDS.numberIn(deployment.environment());
        if (seconds == 0) {
            return WaitingCache.none();
        }
        KinesisAsyncClient kinesis = clients.kinesisOnce();
        return new WaitingCache(
                new KinesisTail(kinesis, new KinesisStreams(kinesis, clock), KinesisTail.PATIENCE), seconds * 1_000L);
    }

    /** The client of S3 is made when the first question about the past needs it. */
    private static HistoryPorts past(Deployment deployment, ControlStore control) {
        S3AsyncClient s3 = deployment.clients().s3();
        String bucket = deployment.value(Environment.BUCKET);
        long maxBytes = Long.parseLong(deployment.value(Environment.REPLAY_MAX_BYTES));
        return new HistoryPorts(
                new BoundedArchive(new S3Archive(s3, bucket, Backoff.system()), maxBytes),
                new S3RedriveLog(s3, bucket, Backoff.system()),
                new S3Checkpoints(s3, bucket, Backoff.system()),
                control);
    }

    /**
     * @param catalog what can be asked
     * @param items the state table
     * @param control the control table
     * @param clock what "now" is
     */
    public QueryFunction(Catalog catalog, ItemStore items, ControlStore control, InstantSource clock) {
        this(Catalogs.of(catalog), items, control, clock);
    }

    /** The same while the catalog is being changed. */
    public QueryFunction(Catalogs catalogs, ItemStore items, ControlStore control, InstantSource clock) {
        this(catalogs, items, control, clock, RequestLog.NONE);
    }

    QueryFunction(Catalogs catalogs, ItemStore items, ControlStore control, InstantSource clock, RequestLog log) {
        this(catalogs, items, control, null, WaitingCache.none(), new CostlyShare(100), clock, log);
    }

    /** @param past makes the stores of a replay for one question; null where there is no archive */
    QueryFunction(
            Catalogs catalogs,
            ItemStore items,
            ControlStore control,
            @Nullable Supplier<HistoryPorts> past,
            WaitingCache waiting,
            CostlyShare costly,
            InstantSource clock,
            RequestLog log) {
        this.clock = clock;
        this.log = log;
        this.costly = costly;
        this.router = new Router(catalogs, items, control, past, waiting, costly);
        this.priming = null;
    }

    /**
     * One query in memory, one question to the stream that is sent nowhere, and one read of the control table to load the
     * AWS client; its answer does not matter, and is not logged: it is nobody's request.
     *
     * @param silent asks no stream
     */
    private void prime(Deployment deployment, Router silent) {
        deployment.catalogs().all().forEach(catalog -> new Rehearsal(catalog, clock).run());
        try (AwsClients unconnected = AwsClients.unconnected(deployment.environment())) {
            waiting(deployment, unconnected, clock)
                    .behind(List.of(Rehearsal.LANE), clock.millis())
                    .join();
        }
        APIGatewayProxyRequestEvent event =
                new APIGatewayProxyRequestEvent().withHttpMethod("GET").withPath("/v1/health");
        answer(silent, event, "priming", new RequestCost());
        log.primed();
    }

    @Override
    public APIGatewayProxyResponseEvent handleRequest(APIGatewayProxyRequestEvent event, @Nullable Context context) {
        String requestId = requestId(event, context);
        long startMillis = clock.millis();
        RequestCost cost = new RequestCost();
        Reply reply = answer(router, event, requestId, cost);
        long endMillis = clock.millis();
        if (cost.isCostly()) {
            costly.took(startMillis, endMillis);
        }
        long latencyMillis = Math.max(0, endMillis - startMillis);
        log.answered(cost, reply.response().getStatusCode(), reply.problem(), requestId, latencyMillis);
        return reply.response();
    }

    private Reply answer(Router to, APIGatewayProxyRequestEvent event, String requestId, RequestCost cost) {
        try {
            String body = to.answer(event, clock.millis(), cost);
            return body.length() > MAX_BODY_CHARS
                    ? reply(tooLarge(), requestId)
                    : new Reply(response(200, JSON, body), "");
        } catch (RequestProblem e) {
            return reply(e.problem(), requestId);
        } catch (RuntimeException e) {
            return reply(problem(e, requestId), requestId);
        }
    }

    /** @param problem the kind of problem; empty if there is none */
    private record Reply(APIGatewayProxyResponseEvent response, String problem) {}

    private static Problem problem(RuntimeException failure, String requestId) {
        Throwable cause = Failures.cause(failure);
        if (cause instanceof Unanswerable unanswerable) {
            return new Problem(Problem.Kind.UNANSWERABLE, unanswerable.describe(), unanswerable.remedy());
        }
        if (cause instanceof StoreUnavailable || cause instanceof TimeoutException) {
            LOG.log(System.Logger.Level.WARNING, "Request " + requestId + ": a store could not be read", cause);
            return new Problem(
                    Problem.Kind.STORE_UNAVAILABLE,
                    "the tables did not answer, or not in time",
                    "try again with a growing delay; if it lasts, look for the request's id in the function's log");
        }
        LOG.log(System.Logger.Level.ERROR, "Request " + requestId + " failed", cause);
        if (cause instanceof DamagedArchive || cause instanceof DamagedCheckpoint) {
            return new Problem(
                    Problem.Kind.DAMAGED_ARCHIVE,
                    "an object that the answer needs is missing, cut off or changed, so nothing was answered from it",
                    "look for the request's id in the function's log, which names the object");
        }
        return new Problem(
                Problem.Kind.INTERNAL,
                "the request could not be answered for a reason that is not yours",
                "look for the request's id in the function's log");
    }

    private static Problem tooLarge() {
        return new Problem(
                Problem.Kind.ANSWER_TOO_LARGE,
                "the answer has more than " + MAX_BODY_CHARS + " characters",
                "ask for fewer entities or features");
    }

    private static Reply reply(Problem problem, String requestId) {
        APIGatewayProxyResponseEvent response =
                response(problem.kind().status(), PROBLEM_JSON, Documents.problem(problem, requestId));
        if (problem.kind() == Problem.Kind.METHOD_NOT_ALLOWED) {
            response.getHeaders().put("Allow", String.join(", ", problem.available()));
        }
        if (problem.retryAfterSeconds() > 0) {
            response.getHeaders().put("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
        return new Reply(response, problem.kind().name());
    }

    private static APIGatewayProxyResponseEvent response(int status, String contentType, String body) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", contentType);
        headers.put("Cache-Control", "no-store");
        return new APIGatewayProxyResponseEvent()
                .withStatusCode(status)
                .withHeaders(headers)
                .withBody(body)
                .withIsBase64Encoded(false);
    }

    /** The id that the caller sees in API Gateway's own headers, else Lambda's. */
    private static String requestId(APIGatewayProxyRequestEvent event, @Nullable Context context) {
        APIGatewayProxyRequestEvent.ProxyRequestContext request = event.getRequestContext();
        if (request != null && request.getRequestId() != null) {
            return request.getRequestId();
        }
        return context != null && context.getAwsRequestId() != null ? context.getAwsRequestId() : "unknown";
    }
}
