package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyResponseEvent;
import dev.tidemark.aws.dynamodb.CapacityMeter;
import dev.tidemark.core.async.Failures;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.reference.NoSnapshot;
import dev.tidemark.core.serve.StoreUnavailable;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.DamagedArchive;
import dev.tidemark.core.store.DamagedCheckpoint;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.functions.Deployment;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Answers the HTTP API of openapi.yaml from the live state. Thread-safe, although Lambda calls it from one thread.
 *
 * <p>Every outcome is a response, a problem document where there is no answer; the handler throws nothing.
 */
public final class QueryFunction implements RequestHandler<APIGatewayProxyRequestEvent, APIGatewayProxyResponseEvent> {

    private static final String PROBLEM_JSON = "application/problem+json";

    /** Lambda refuses responses above 6 MB; this leaves room for headers and escapes. */
    private static final int MAX_BODY_CHARS = 2_500_000;

    private static final System.Logger LOG = System.getLogger(QueryFunction.class.getName());

    private final QueryParts parts;

    /** For Lambda: everything from the environment. */
    public QueryFunction() {
        this(QueryParts.of(Deployment.onLambda(), System.out));
    }

    QueryFunction(QueryParts parts) {
        this.parts = parts;
    }

    /**
     * For another deployment, such as the local run's; logs nothing.
     *
     * @param clock what "now" is
     */
    public static QueryFunction of(Deployment deployment, InstantSource clock) {
        return new QueryFunction(QueryParts.of(deployment, CapacityMeter.NONE, RequestLog.NONE, clock));
    }

    /**
     * For a long-lived process that serves a deployment; a question of each kind has been answered in memory before it
     * returns, so that the first real one finds the code loaded.
     *
     * @param log gets the lines that Lambda's log would get
     */
    public static QueryFunction serving(Deployment deployment, PrintStream log) {
        deployment.catalogs().all().forEach(catalog -> new Rehearsal(catalog, InstantSource.system()).run());
        return new QueryFunction(QueryParts.of(deployment, log));
    }

    /**
     * Without a deployment: answers from these tables only, without stream or archive, and as if every reference were empty.
     *
     * @param clock what "now" is
     */
    public static QueryFunction of(Catalogs catalogs, ItemStore items, ControlStore control, InstantSource clock) {
        return new QueryFunction(QueryParts.of(
                catalogs,
                items,
                control,
                null,
                WaitingCache.none(),
                new CostlyShare(100),
                RequestLog.NONE,
                clock,
                Inputs.EMPTY_TABLES));
    }

    @Override
    public APIGatewayProxyResponseEvent handleRequest(APIGatewayProxyRequestEvent event, @Nullable Context context) {
        String requestId = requestId(event, context);
        long startMillis = parts.clock().millis();
        RequestCost cost = new RequestCost();
        Reply reply = answer(event, requestId, cost);
        long endMillis = parts.clock().millis();
        if (cost.isCostly()) {
            parts.costly().took(startMillis, endMillis);
        }
        long latencyMillis = Math.max(0, endMillis - startMillis);
        parts.log().answered(cost, reply.response().getStatusCode(), reply.problem(), requestId, latencyMillis);
        return reply.response();
    }

    /** Logs a request that whatever stands before the function has refused. */
    public void refused(int status, String requestId, long latencyMillis) {
        parts.log().answered(new RequestCost(), status, "GATEWAY", requestId, latencyMillis);
    }

    private Reply answer(APIGatewayProxyRequestEvent event, String requestId, RequestCost cost) {
        try {
            Content content = parts.router().answer(event, parts.clock().millis(), cost);
            return content.body().length() > MAX_BODY_CHARS
                    ? reply(tooLarge(), requestId)
                    : new Reply(response(200, content), "");
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
        if (cause instanceof StoreUnavailable && cause.getCause() instanceof NoSnapshot missing) {
            return new Problem(
                    Problem.Kind.STORE_UNAVAILABLE,
                    "reference '" + missing.reference() + "', in which the model looks values up, has no snapshot yet",
                    "publish one with tidemark reference publish --name " + missing.reference());
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
        APIGatewayProxyResponseEvent response = response(
                problem.kind().status(), new Content(PROBLEM_JSON, Documents.problem(problem, requestId), false));
        if (problem.kind() == Problem.Kind.METHOD_NOT_ALLOWED) {
            response.getHeaders().put("Allow", String.join(", ", problem.available()));
        }
        if (problem.retryAfterSeconds() > 0) {
            response.getHeaders().put("Retry-After", Long.toString(problem.retryAfterSeconds()));
        }
        return new Reply(response, problem.kind().name());
    }

    private static APIGatewayProxyResponseEvent response(int status, Content content) {
        Map<String, String> headers = new HashMap<>();
        headers.put("Content-Type", content.type());
        headers.put("Cache-Control", "no-store");
        return new APIGatewayProxyResponseEvent()
                .withStatusCode(status)
                .withHeaders(headers)
                .withBody(content.body())
                .withIsBase64Encoded(content.isBase64());
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
