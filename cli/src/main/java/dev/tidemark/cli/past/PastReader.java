package dev.tidemark.cli.past;

import dev.tidemark.cli.catalog.CatalogOption;
import dev.tidemark.cli.deployment.Stores;
import dev.tidemark.cli.terminal.Failure;
import dev.tidemark.cli.terminal.Moments;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.catalog.Catalogs;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.past.TimeTravel;
import dev.tidemark.core.serve.AnswerJson;
import dev.tidemark.core.serve.EntityText;
import dev.tidemark.core.serve.PastAnswer;
import dev.tidemark.core.view.View;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Values of past moments, read from bucket and tables without the API. */
final class PastReader {

    private static final int MAX_LATE = 1_000;

    private final Stores stores;
    private final Catalog catalog;

    /** As served, as known now, or both. */
    enum Known {
        SERVED,
        NOW,
        BOTH;

        private Set<Knowledge> knowledge() {
            return switch (this) {
                case SERVED -> Set.of(Knowledge.SERVED);
                case NOW -> Set.of(Knowledge.NOW);
                case BOTH -> Set.of(Knowledge.SERVED, Knowledge.NOW);
            };
        }
    }

    PastReader(Stores stores, Catalog catalog) {
        this.stores = stores;
        this.catalog = catalog;
    }

    /**
     * The answer as the API would write it.
     *
     * @param features names separated by commas; null for all
     * @param at ISO 8601; null for now
     */
    String read(
            String viewName, String key, @Nullable String features, @Nullable String at, Known known, boolean explain) {
        View view = CatalogOption.view(catalog, viewName);
        long nowMillis = System.currentTimeMillis();
        long atMillis = at == null ? nowMillis : Moments.parse("--at", at).toEpochMilli();
        if (atMillis > nowMillis) {
            throw new Failure("--at '" + at + "' lies in the future: ask about a past moment");
        }
        List<String> names = features == null ? null : List.of(features.split(","));
        Catalogs catalogs = Catalogs.of(catalog);
        PastAnswer past = stores.await(new TimeTravel(catalogs, stores.past())
                .value(new TimeTravel.Question(
                        view, EntityText.check(view, key), names, atMillis, known.knowledge(), MAX_LATE)));
        return new AnswerJson(catalogs, atMillis).past(past, explain);
    }
}
