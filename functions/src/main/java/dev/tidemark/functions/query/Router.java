package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.port.ControlStore;
import dev.tidemark.core.port.ItemStore;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.Progress;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.ViewProgress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** From request to JSON, or {@link RequestProblem}. */
final class Router {

    private final Catalog catalog;
    private final ProgressCache progress;
    private final FeatureServer server;
    private final Reads reads;

    Router(Catalog catalog, ItemStore items, ControlStore control) {
        this.catalog = catalog;
        this.progress = new ProgressCache(control, ProgressCache.DEFAULT_MAX_AGE_MILLIS);
        this.server = new FeatureServer(catalog, items, progress);
        this.reads = new Reads(catalog, server);
    }

    /** @param cost is told what is read, also when the answer is a problem */
    String answer(APIGatewayProxyRequestEvent event, long nowMillis, RequestCost cost) {
        Route route = Route.of(event.getPath() == null ? "" : event.getPath());
        cost.routed(route);
        checkMethod(route, String.valueOf(event.getHttpMethod()));
        Parameters parameters = new Parameters(event, route.parameters());
        if (route instanceof Route.Entity entity) {
            return reads.entity(entity, parameters, nowMillis, cost);
        }
        if (route instanceof Route.Batch) {
            return reads.batch(BatchRequest.parse(body(event)), nowMillis, cost);
        }
        if (route instanceof Route.Health) {
            return health(nowMillis);
        }
        return route instanceof Route.OpenApi ? Documents.openApi() : Documents.catalog(catalog);
    }

    private String health(long nowMillis) {
        Progress rows = Reads.await(progress.get(nowMillis));
        List<ViewProgress> views = catalog.views().stream()
                .map(view -> server.progressOf(view, rows))
                .toList();
        return Documents.health(catalog, rows, views, nowMillis);
    }

    private static void checkMethod(Route route, String method) {
        if (!route.method().equals(method)) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.METHOD_NOT_ALLOWED,
                    "this resource does not have the method of the request",
                    "use " + route.method(),
                    List.of(route.method())));
        }
    }

    private static String body(APIGatewayProxyRequestEvent event) {
        String body = event.getBody() == null ? "" : event.getBody();
        byte[] bytes =
                Boolean.TRUE.equals(event.getIsBase64Encoded()) ? decoded(body) : body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > BatchRequest.MAX_BODY_BYTES) {
            throw new RequestProblem(
                    Problem.Kind.BODY_TOO_LARGE,
                    "the body has " + bytes.length + " bytes; " + BatchRequest.MAX_BODY_BYTES + " are allowed",
                    "split the batch into several requests");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] decoded(String body) {
        try {
            return Base64.getDecoder().decode(body);
        } catch (IllegalArgumentException e) {
            throw new RequestProblem(
                    Problem.Kind.BAD_BODY, "the body is marked as Base64 but is not", "send the JSON as it is");
        }
    }
}
