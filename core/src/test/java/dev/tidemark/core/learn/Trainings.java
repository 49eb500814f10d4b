package dev.tidemark.core.learn;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.CatalogCompiler;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.Training.Promote;

/** Trainings for tests. */
final class Trainings {

    private static final String CATALOG = """
            tidemark: 1
            sources:
              shop: {stream: shop-events, event_time: {field: ts, format: epoch_millis}}
            pairs:
              judged:
                left: {source: shop, where: type == "prediction", key: id}
                right: {source: shop, where: type == "outcome", key: prediction}
                within: 40m
            views:
              viewer:
                source: shop
                entity: user_id
                features:
                  price: {function: avg, input: price, windows: [1h]}
            models:
              discount:
                inputs: [viewer: [price_1h]]
                predictions: {source: shop}
                outcome: {pair: judged}
                monitor: {windows: [1h], challengers: [candidate], checks: {log_loss: {at_most: 0.4}}}
                train:
            """;
    private static final Monitor MONITOR =
            compile("at_least: 1").monitor("discount").orElseThrow();

    private Trainings() {}

    /** @param train of the catalog, with a key on each line */
    static Training of(String train) {
        return compile(train).training("discount").orElseThrow();
    }

    /** The monitor of that catalog. */
    static Monitor monitor() {
        return MONITOR;
    }

    static Training with(Training training, Promote promote) {
        return new Training(
                training.model(),
                training.modelHash(),
                training.rows(),
                training.everyMillis(),
                training.when(),
                training.atLeast(),
                training.restMillis(),
                training.command(),
                training.gate(),
                promote);
    }

    private static Catalog compile(String train) {
        return new CatalogCompiler().compile(CATALOG + train.indent(10));
    }
}
