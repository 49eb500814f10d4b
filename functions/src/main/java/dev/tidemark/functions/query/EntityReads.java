package dev.tidemark.functions.query;

import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.history.HistoryPorts;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.Answer;
import dev.tidemark.core.serve.AnswerJson;
import dev.tidemark.core.serve.EntityText;
import dev.tidemark.core.serve.FeatureServer;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.serve.QueryPlan;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.serve.Unanswerable;
import dev.tidemark.core.view.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads of feature values: one entity, or a batch. */
final class EntityReads {

    /** Less than the function's timeout, so that a slow store still gets a problem document. */
    static final long TIMEOUT_MILLIS = 10_000;

    /** How many late events an answer names. */
    private static final int MAX_LATE = 100;

    private final Catalogs catalogs;
    private final FeatureServer server;
    private final @Nullable Supplier<HistoryPorts> past;
    private final CostlyShare costly;

    /** @param past makes the stores of a replay for one question; null without an archive */
    EntityReads(Catalogs catalogs, FeatureServer server, @Nullable Supplier<HistoryPorts> past, CostlyShare costly) {
        this.past = past;
        this.costly = costly;
        this.catalogs = catalogs;
        this.server = server;
    }

    String entity(Route.Entity route, Parameters parameters, long nowMillis, RequestCost cost) {
        View view = view(route.view(), nowMillis);
        String entity = entity(view, route.key());
        Set<Knowledge> knowledge = parameters.knowledge();
        if (knowledge != null || parameters.explain()) {
            costly.admit(nowMillis);
            cost.admitted();
        }
        if (knowledge != null) {
            return past(view, entity, parameters, knowledge, nowMillis, cost);
        }
        QueryPlan plan = plan(view, parameters.features(), parameters.atMillis(), nowMillis);
        List<Answer> answers = await(server.answer(plan, List.of(entity), nowMillis));
        cost.read(answers);
        return new AnswerJson(catalogs, nowMillis).single(answers.get(0), parameters.explain());
    }

    /** A value of the past, from the archive. */
    private String past(
            View view,
            String entity,
            Parameters parameters,
            Set<Knowledge> knowledge,
            long nowMillis,
            RequestCost cost) {
        checkNames(view, parameters.features());
        Long at = parameters.atMillis();
        if (at != null && at > nowMillis) {
            throw new Unanswerable(
                    "at=" + Instant.ofEpochMilli(at) + " lies in the future; it is now "
                            + Instant.ofEpochMilli(nowMillis),
                    "ask about a past moment, or leave out 'at' and 'knowledge'");
        }
        if (past == null) {
            throw new Unanswerable("there is no archive here to replay", "leave out 'knowledge'");
        }
        TimeTravel travel = new TimeTravel(catalogs, past.get());
        PastAnswer found = await(travel.value(new TimeTravel.Question(
                view, entity, parameters.features(), at == null ? nowMillis : at, knowledge, MAX_LATE)));
        Stream.of(Optional.ofNullable(found.served()), Optional.ofNullable(found.now()))
                .flatMap(Optional::stream)
                .forEach(answer -> cost.read(List.of(answer)));
        return new AnswerJson(catalogs, found.atMillis()).past(found, parameters.explain());
    }

    /** Everything is checked before any item is read. */
    String batch(BatchRequest request, long nowMillis, RequestCost cost) {
        Long given = Parameters.moment(request.at());
        List<View> views = new ArrayList<>();
        List<List<String>> entities = new ArrayList<>();
        check(request, nowMillis, views, entities);
        List<QueryPlan> plans = new ArrayList<>();
        for (int i = 0; i < views.size(); i++) {
            plans.add(QueryPlan.of(views.get(i), request.queries().get(i).features(), given, nowMillis));
        }
        List<CompletableFuture<List<Answer>>> answers = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            answers.add(server.answer(plans.get(i), entities.get(i), nowMillis));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new));
        await(all);
        List<List<Answer>> found = answers.stream().map(CompletableFuture::join).toList();
        found.forEach(cost::read);
        return new AnswerJson(catalogs, nowMillis).batch(given == null ? nowMillis : given, found);
    }

    /**
     * Finds each query's view and keys.
     *
     * @throws RequestProblem if any of the batch's names and keys is wrong, naming all that are
     */
    private void check(BatchRequest request, long nowMillis, List<View> views, List<List<String>> entities) {
        Faults faults = new Faults();
        for (int i = 0; i < request.queries().size(); i++) {
            BatchRequest.Query query = request.queries().get(i);
            String at = "/queries/" + i;
            View view = faults.found(at + "/view", () -> view(query.view(), nowMillis));
            if (view == null) {
                continue;
            }
            List<String> keys = new ArrayList<>();
            for (int k = 0; k < query.entities().size(); k++) {
                String text = query.entities().get(k);
                String key = faults.found(at + "/entities/" + k, () -> entity(view, text));
                if (key != null) {
                    keys.add(key);
                }
            }
            checkNames(view, query.features(), at + "/features/", faults);
            views.add(view);
            entities.add(keys);
        }
        faults.throwIfAny();
    }

    private static void checkNames(View view, @Nullable List<String> wanted, String at, Faults faults) {
        if (wanted == null) {
            return;
        }
        List<String> names = view.valueNames();
        Set<String> known = new HashSet<>(names);
        for (int i = 0; i < wanted.size(); i++) {
            if (!known.contains(wanted.get(i))) {
                faults.add(at + i, unknownFeatures(view, List.of(wanted.get(i)), names));
            }
        }
    }

    /** The canonical text of an entity key. */
    private static String entity(View view, String text) {
        try {
            return EntityText.check(view, text);
        } catch (Unanswerable e) {
            throw new RequestProblem(Problem.Kind.BAD_ENTITY, e.describe(), e.remedy());
        }
    }

    /** Waits for stores, with a time limit. */
    static <T> T await(CompletableFuture<T> future) {
        return future.copy().orTimeout(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS).join();
    }

    /** The served version; an unknown name is refused without a read. */
    private View view(String name, long nowMillis) {
        if (catalogs.named(name).isEmpty()) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.UNKNOWN_VIEW,
                    "the catalog has no view " + Quoted.of(name),
                    "use one of the available views",
                    catalogs.views().stream().map(View::name).distinct().toList()));
        }
        return await(server.viewNamed(name, nowMillis)).orElseThrow();
    }

    private static QueryPlan plan(View view, @Nullable List<String> wanted, @Nullable Long atMillis, long nowMillis) {
        checkNames(view, wanted);
        return QueryPlan.of(view, wanted, atMillis, nowMillis);
    }

    private static void checkNames(View view, @Nullable List<String> wanted) {
        List<String> names = view.valueNames();
        Set<String> known = new HashSet<>(names);
        if (wanted != null && !known.containsAll(wanted)) {
            List<String> unknown =
                    wanted.stream().filter(name -> !known.contains(name)).toList();
            throw new RequestProblem(unknownFeatures(view, unknown, names));
        }
    }

    private static Problem unknownFeatures(View view, List<String> unknown, List<String> names) {
        return new Problem(
                Problem.Kind.UNKNOWN_FEATURE,
                "view '" + view.name() + "' has no feature " + Quoted.all(unknown),
                "use the available features; a name is the feature, an underscore and the window",
                names);
    }
}
