package dev.tidemark.training;

import dev.tidemark.core.store.CutLog.Cut;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a spine is made of. */
public sealed interface SpineFrom {

    /**
     * A row for every archived event of a source that passes a condition.
     *
     * @param source as in the catalog
     * @param where the condition, in CEL; null for all events
     * @param columns column to event field: those that do not have their field's name, and further ones
     * @param fromMillis events that happened earlier have no row
     * @param toMillis events that happened at this moment or later have none, nor any of the future
     */
    record Events(String source, @Nullable String where, Map<String, String> columns, long fromMillis, long toMillis)
            implements SpineFrom {

        public Events {
            columns = Map.copyOf(columns);
            if (fromMillis >= toMillis) {
                throw new IllegalArgumentException("events from " + fromMillis + " to " + toMillis);
            }
        }
    }

    /**
     * The labelled rows of the request's model. Of the features' past only what is up to the cut counts.
     *
     * @param since an earlier cut, for only what has changed between the two; null for the whole set of the cut
     */
    record Rows(Cut cut, @Nullable Cut since) implements SpineFrom {

        public Rows {
            if (since != null && (!since.model().equals(cut.model()) || since.number() > cut.number())) {
                throw new IllegalArgumentException("from cut " + since.number() + " of model " + since.model()
                        + " to cut " + cut.number() + " of model " + cut.model());
            }
        }
    }
}
