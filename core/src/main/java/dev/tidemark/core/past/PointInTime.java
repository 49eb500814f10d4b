package dev.tidemark.core.past;

import dev.tidemark.core.aggregate.Computation.Approximation;
import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventRow;
import dev.tidemark.core.pair.PairRule;
import dev.tidemark.core.serve.EntityTiles;
import dev.tidemark.core.view.View;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers about many moments of an entity's past, in one pass over its events: each event goes into the tiles once, at
 * the first moment that contains it, so no later event is ever in an answer. Takes one entity after the other. Not
 * thread-safe.
 */
public final class PointInTime {

    private final EntityTiles tiles;
    private final EventRow row;

    /** Takes the values of one moment, by name in catalog order, and which of them may be inexact; it may keep both. */
    @FunctionalInterface
    public interface Answers {
        void answer(int moment, Map<String, @Nullable Object> values, Map<String, Approximation> approximations);
    }

    /**
     * @param wanted names of values; null for all
     * @param source the view's
     */
    public PointInTime(View view, @Nullable Collection<String> wanted, Catalog.Source source) {
        this.tiles = new EntityTiles(view, wanted);
        PairRule pairs = view.pairs();
        this.row = new EventRow(pairs == null ? source.shape().fields().size() : pairs.slots());
    }

    /** The names of the values, in order. */
    public List<String> names() {
        return tiles.names();
    }

    /**
     * Answers about one entity.
     *
     * @param events that the view folded, ascending by {@link PastEvent#orderMillis}; read no further than needed
     * @param momentsMillis ascending; may repeat
     * @param answers is told the answer to each moment, by its index, in order
     */
    public void answer(Iterator<PastEvent> events, long[] momentsMillis, Answers answers) {
        tiles.clear();
        PastEvent next = events.hasNext() ? events.next() : null;
        Map<String, @Nullable Object> values = null;
        Map<String, Approximation> approximations = Map.of();
        for (int i = 0; i < momentsMillis.length; i++) {
            boolean sameMoment = i > 0 && momentsMillis[i] == momentsMillis[i - 1];
            if (values == null || !sameMoment) {
                tiles.advanceTo(momentsMillis[i]);
                while (next != null && next.orderMillis() <= momentsMillis[i]) {
                    add(next);
                    next = events.hasNext() ? events.next() : null;
                }
                approximations = new HashMap<>();
                values = tiles.values(approximations);
            }
            answers.answer(i, values, approximations);
        }
    }

    private void add(PastEvent event) {
        if (!tiles.needs(event.eventTimeMillis())) {
            return;
        }
        event.to(row);
        tiles.add(row, event.filterBits());
    }
}
