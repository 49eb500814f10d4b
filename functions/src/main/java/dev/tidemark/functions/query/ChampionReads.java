package dev.tidemark.functions.query;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.learn.ChampionJson;
import dev.tidemark.core.learn.TrainingState;
import dev.tidemark.core.serve.Quoted;
import dev.tidemark.core.store.TrainingLog;
import dev.tidemark.core.view.Training;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Reads of a model's champion: always the newest entry of the training log counts. */
final class ChampionReads {

    private final Catalogs catalogs;
    private final Supplier<TrainingLog> log;

    /** As each log was read last, so that only what is new is read. */
    private final Map<String, TrainingState> known = new ConcurrentHashMap<>();

    /** @param log is asked for when it is needed */
    ChampionReads(Catalogs catalogs, Supplier<TrainingLog> log) {
        this.catalogs = catalogs;
        this.log = log;
    }

    String answer(Route.Champion route) {
        String model = route.model();
        if (trained().stream().noneMatch(model::equals)) {
            throw new RequestProblem(new Problem(
                    Problem.Kind.UNKNOWN_MODEL,
                    "the catalog has no model " + Quoted.of(model) + " that is trained",
                    "use one of the available models, or say in the catalog how this one is trained, with 'train'",
                    trained()));
        }
        TrainingState before = known.getOrDefault(model, TrainingState.empty(model));
        TrainingState state = EntityReads.await(before.now(log.get()));
        known.put(model, state);
        return ChampionJson.of(state)
                .orElseThrow(
                        () -> new RequestProblem(
                                Problem.Kind.NO_CHAMPION,
                                "no candidate of model " + Quoted.of(model) + " is promoted",
                                "serve what was served before its first promotion; `tidemark train status` says how far the runs are"));
    }

    private List<String> trained() {
        return catalogs.all().stream()
                .map(Catalog::trainings)
                .flatMap(List::stream)
                .map(Training::model)
                .distinct()
                .toList();
    }
}
