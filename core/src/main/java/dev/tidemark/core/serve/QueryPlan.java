package dev.tidemark.core.serve;

import dev.tidemark.core.tile.BlockRange;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Cover;
import dev.tidemark.core.window.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to read and compute for a question about any entity of a view. Independent of the entity, so one plan serves a
 * batch.
 *
 * @param view the view
 * @param atMillis the moment asked about, milliseconds since the epoch
 * @param names the values wanted, in catalog order
 * @param features to compute for them, in catalog order; without the unavailable
 * @param derived to compute for them, each after those it uses
 * @param covers the tiles of each window of the features; in catalog order
 * @param reads the read requests of one entity, each of ranges whose keys lie side by side; at most {@value ReadRanges#MAX_REQUESTS}, however many events there are
 * @param unavailable wanted values that are null because the live state does not hold them
 */
public record QueryPlan(
        View view,
        long atMillis,
        List<String> names,
        List<View.Feature> features,
        List<View.Derived> derived,
        Map<Window, Cover> covers,
        List<List<BlockRange>> reads,
        List<String> unavailable) {

    /** How much the caller's clock may run ahead. */
    static final long MAX_AHEAD_MILLIS = 60_000;

    public QueryPlan {
        names = List.copyOf(names);
        features = List.copyOf(features);
        derived = List.copyOf(derived);
        covers = Collections.unmodifiableMap(new LinkedHashMap<>(covers));
        reads = List.copyOf(reads);
        unavailable = List.copyOf(unavailable);
    }

    /**
     * Plans a question.
     *
     * @param wanted names of values, each one of {@link View#valueNames}; null for all
     * @param atMillis the moment asked about; null for now
     * @param nowMillis the time of the question
     * @throws Unanswerable if {@code atMillis} is outside the view's retention or in the future, or {@code atMillis} is
     *     past and a value requested by name has a lifetime window
     * @throws IllegalArgumentException if a name is unknown
     */
    public static QueryPlan of(
            View view, @Nullable Collection<String> wanted, @Nullable Long atMillis, long nowMillis) {
        Selection selection = wanted == null ? Selection.all(view) : Selection.of(view, wanted);
        long at = atMillis == null ? nowMillis : atMillis;
        checkMoment(view, at, nowMillis);
        List<View.Feature> features = new ArrayList<>();
        Map<Window, Cover> covers = new LinkedHashMap<>();
        Set<String> untold = new LinkedHashSet<>();
        boolean isPast = view.ladder().headEndMillis(at) <= nowMillis;
        for (View.Feature feature : selection.features()) {
            if (isPast && feature.window().isLifetime()) {
                untold.add(feature.name());
            } else {
                features.add(feature);
                covers.computeIfAbsent(feature.window(), window -> view.ladder().cover(window, at));
            }
        }
        List<View.Derived> derived = told(selection.derived(), untold);
        List<String> unavailable =
                selection.names().stream().filter(untold::contains).toList();
        if (wanted != null && !unavailable.isEmpty()) {
            throw lifetimeInThePast(unavailable);
        }
        List<List<BlockRange>> reads = ReadRanges.of(view.ladder(), view.head() != null, covers.values(), nowMillis);
        return new QueryPlan(view, at, selection.names(), features, derived, covers, reads, unavailable);
    }

    /** Leaves out the features derived from something in {@code untold}, and adds them to it. */
    private static List<View.Derived> told(List<View.Derived> derived, Set<String> untold) {
        List<View.Derived> told = new ArrayList<>();
        for (View.Derived candidate : derived) {
            if (candidate.expression().inputs().stream().anyMatch(untold::contains)) {
                untold.add(candidate.name());
            } else {
                told.add(candidate);
            }
        }
        return told;
    }

    /** @throws Unanswerable if a moment lies in the future */
    static void checkHasCome(long atMillis, long nowMillis) {
        if (atMillis > nowMillis + MAX_AHEAD_MILLIS) {
            throw new Unanswerable(
                    "at=" + Instant.ofEpochMilli(atMillis) + " lies in the future; it is now "
                            + Instant.ofEpochMilli(nowMillis),
                    "leave out 'at' to ask about now");
        }
    }

    private static void checkMoment(View view, long atMillis, long nowMillis) {
        checkHasCome(atMillis, nowMillis);
        if (atMillis < nowMillis - view.retentionMillis()) {
            throw new Unanswerable(
                    "at=" + Instant.ofEpochMilli(atMillis) + " is further back than the retention of view '"
                            + view.name() + "', which begins at "
                            + Instant.ofEpochMilli(nowMillis - view.retentionMillis()),
                    "ask about a moment within the retention, or with knowledge=served or knowledge=now, which replay the "
                            + "archive");
        }
    }

    private static Unanswerable lifetimeInThePast(List<String> names) {
        return new Unanswerable(
                "lifetime windows are kept as of now only, so " + names + " cannot be told for a past moment",
                "leave out 'at' or these features, or ask with knowledge=served or knowledge=now, which replay the archive");
    }
}
