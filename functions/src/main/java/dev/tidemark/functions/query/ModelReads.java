package dev.tidemark.functions.query;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.serve.ModelAnswer;
import dev.tidemark.core.serve.ModelJson;
import dev.tidemark.core.serve.ModelRow;
import dev.tidemark.core.serve.ModelServer;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.value.ArrowStream;
import dev.tidemark.core.view.Model;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads of what models need. */
final class ModelReads {

    private final Catalogs catalogs;
    private final ModelServer server;
    private final CostlyShare costly;

    ModelReads(Catalogs catalogs, ModelServer server, CostlyShare costly) {
        this.catalogs = catalogs;
        this.server = server;
        this.costly = costly;
    }

    Content answer(
            Route.Model route, Headers headers, Parameters parameters, String body, long nowMillis, RequestCost cost) {
        boolean servesStale = parameters.servesStale();
        Model model = model(route.model(), headers.pins(), nowMillis);
        ModelRequest request = ModelRequest.parse(body);
        Long at = Parameters.moment(request.at());
        List<ModelRow> rows = request.rowsFor(model);
        int reads = ModelServer.reads(model, rows);
        if (reads > ModelRequest.MAX_READS) {
            throw RequestBody.bad(
                    "/rows",
                    "needs " + reads + " entities of all views, each counted once",
                    "ask for fewer rows at once; " + ModelRequest.MAX_READS + " are allowed");
        }
        if (parameters.explain()) {
            costly.admit(nowMillis);
            cost.admitted();
        }
        ModelAnswer answer = EntityReads.await(answer(model, rows, at, nowMillis));
        cost.read(answer.answers().toList());
        if (answer.isStale() && !servesStale) {
            throw stale(answer);
        }
        ModelJson json = new ModelJson(catalogs, parameters.explain());
        return headers.acceptsArrow()
                ? Content.binary(
                        ArrowStream.MEDIA_TYPE,
                        ArrowStream.of(
                                model.names(),
                                model.vector().stream().map(Model.Value::type).toList(),
                                answer.vectors(),
                                Map.of("tidemark", json.withoutRows(answer))))
                : Content.json(json.answer(answer));
    }

    private CompletableFuture<ModelAnswer> answer(
            Model model, List<ModelRow> rows, @Nullable Long atMillis, long nowMillis) {
        try {
            return server.answer(model, rows, atMillis, nowMillis);
        } catch (Unanswerable e) {
            throw new Unanswerable(e.describe(), "leave out 'at', or make a training set: it knows any past moment");
        }
    }

    /** An unknown name is refused without a read. */
    private Model model(String name, @Nullable Set<String> pins, long nowMillis) {
        if (!server.isKnown(name)) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.UNKNOWN_MODEL,
                    "the catalog has no model " + Quoted.of(name),
                    "use one of the available models",
                    catalogs.all().stream()
                            .map(Catalog::models)
                            .flatMap(List::stream)
                            .map(Model::name)
                            .distinct()
                            .toList()));
        }
        ModelServer.Choice choice = EntityReads.await(server.choose(name, pins, nowMillis));
        if (choice.answers() == null) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.DEFINITION_CHANGED,
                    choice.pinned() == null
                            ? "model '" + name + "' is served with hash "
                                    + choice.served().hash() + ", not with "
                                    + Quoted.all(pins == null ? Collections.emptySet() : pins)
                            : "hash " + choice.pinned().hash() + " of model '" + name
                                    + "' is known, but its views are not complete, or retired",
                    "compare the facts; ask with the hash that is served, or train on it",
                    new Problem.Definitions(choice.served(), choice.pinned())));
        }
        return choice.answers();
    }

    private static RequestProblem stale(ModelAnswer answer) {
        if (!answer.isComplete()) {
            return new RequestProblem(
                    Problem.Kind.STALE,
                    "the state of model '" + answer.model().name()
                            + "' is not complete, as 'freshness' of an answer says",
                    "see /v1/health: is the catalog here the one that is folded?");
        }
        OptionalLong lag = answer.lagMillis();
        String behind =
                lag.isPresent() ? "is " + lag.getAsLong() + " ms behind" : "may be behind, nobody knows how far";
        return new RequestProblem(
                Problem.Kind.STALE,
                "the fold " + behind + "; model '" + answer.model().name() + "' allows "
                        + answer.model().staleAfterMillis() + " ms",
                "ask again later, use a default, or ask without stale=refuse");
    }
}
