package dev.tidemark.functions.query;

import com.amazonaws.services.lambda.runtime.events.APIGatewayProxyRequestEvent;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.event.Utf8;
import dev.tidemark.core.fold.Inputs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.ModelServer;
import dev.tidemark.core.serve.Progress;
import dev.tidemark.core.serve.ProgressCache;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.serve.ViewProgress;
import dev.tidemark.core.serve.WaitingCache;
import dev.tidemark.core.store.ControlStore;
import dev.tidemark.core.store.ItemStore;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.view.View;
import dev.tidemark.functions.Baselines;
import dev.tidemark.functions.ClientSamples;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** From request to JSON, or {@link RequestProblem}. */
final class Router {

    private final Catalogs catalogs;
    private final ProgressCache progress;
    private final FeatureServer server;
    private final EntityReads reads;
    private final ModelReads models;
    private final QualityReads quality;
    private final ChampionReads champions;

    Router(
            Catalogs catalogs,
            ItemStore items,
            ControlStore control,
            @Nullable Supplier<HistoryPorts> past,
            WaitingCache waiting,
            CostlyShare costly,
            Baselines baselines,
            ClientSamples clients,
            Supplier<TrainingLog> training,
            Inputs inputs) {
        this.catalogs = catalogs;
        this.progress = new ProgressCache(control, ProgressCache.DEFAULT_MAX_AGE_MILLIS);
        this.server = new FeatureServer(catalogs, items, progress, waiting);
        this.reads = new EntityReads(catalogs, server, past, costly);
        this.models = new ModelReads(catalogs, new ModelServer(catalogs, server, progress, inputs), costly);
        this.quality = new QualityReads(catalogs, server, progress, baselines, clients);
        this.champions = new ChampionReads(catalogs, training);
    }

    /** @param cost is told what is read, also when the answer is a problem */
    Content answer(APIGatewayProxyRequestEvent event, long nowMillis, RequestCost cost) {
        Route route = Route.of(event.getPath() == null ? "" : event.getPath());
        cost.routed(route);
        checkMethod(route, String.valueOf(event.getHttpMethod()));
        Parameters parameters = new Parameters(event, route.parameters());
        if (route instanceof Route.Model model) {
            return models.answer(model, new Headers(event), parameters, body(event), nowMillis, cost);
        }
        return Content.json(json(route, event, parameters, nowMillis, cost));
    }

    private String json(
            Route route, APIGatewayProxyRequestEvent event, Parameters parameters, long nowMillis, RequestCost cost) {
        if (route instanceof Route.Entity entity) {
            return reads.entity(entity, parameters, nowMillis, cost);
        }
        if (route instanceof Route.Batch) {
            return reads.batch(BatchRequest.parse(body(event)), nowMillis, cost);
        }
        if (route instanceof Route.Quality model) {
            return quality.answer(model, parameters, nowMillis, cost);
        }
        if (route instanceof Route.Champion model) {
            return champions.answer(model);
        }
        if (route instanceof Route.Health) {
            return health(nowMillis);
        }
        return route instanceof Route.OpenApi ? Documents.openApi() : Documents.catalog(served(nowMillis));
    }

    private Catalog served(long nowMillis) {
        return catalogs.next() == null
                ? catalogs.current()
                : catalogs.served(EntityReads.await(progress.get(nowMillis)).control());
    }

    private String health(long nowMillis) {
        Progress rows = EntityReads.await(progress.get(nowMillis));
        Map<View, ViewProgress> views = new LinkedHashMap<>();
        for (View view : catalogs.views()) {
            views.put(view, EntityReads.await(server.progressOf(view, rows, nowMillis)));
        }
        return Documents.health(served(nowMillis).hash(), rows, views, nowMillis);
    }

    private static void checkMethod(Route route, String method) {
        if (!route.method().equals(method)) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.METHOD_NOT_ALLOWED,
                    "this resource does not have the method " + Quoted.of(method),
                    "use " + route.method(),
                    List.of(route.method())));
        }
    }

    private static String body(APIGatewayProxyRequestEvent event) {
        String body = event.getBody() == null ? "" : event.getBody();
        byte[] bytes =
                Boolean.TRUE.equals(event.getIsBase64Encoded()) ? decoded(body) : body.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > RequestBody.MAX_BYTES) {
            throw new RequestProblem(
                    Problem.Kind.BODY_TOO_LARGE,
                    "the body has " + bytes.length + " bytes; " + RequestBody.MAX_BYTES + " are allowed",
                    "split it into several requests");
        }
        String text = Utf8.decode(bytes);
        if (text == null) {
            throw new RequestProblem(
                    Problem.Kind.BAD_BODY, "the body is not UTF-8", "send the JSON as UTF-8, or with escapes");
        }
        return text;
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
