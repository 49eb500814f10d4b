package dev.tidemark.core.monitor;

import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.View;
import dev.tidemark.core.window.Window;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the views of a monitor answered about one version.
 *
 * @param sliceValues of the slice that is asked for, the most frequent first
 * @param values by name, of each view, entity and moment; those that were not read have none
 */
record Reading(String version, List<String> sliceValues, Map<Place, Map<String, @Nullable Object>> values) {

    /**
     * Where values are found.
     *
     * @param view its version
     */
    record Place(String view, String entity, long atMillis) {}

    /** A question to one view. */
    record Wanted(View view, List<Window> windows, List<String> entities, long atMillis) {

        List<String> names() {
            return view.features().stream()
                    .filter(feature -> windows.contains(feature.window()))
                    .map(View.Feature::name)
                    .toList();
        }

        Place place(int entity) {
            return new Place(view.version(), entities.get(entity), atMillis);
        }
    }

    Reading {
        sliceValues = List.copyOf(sliceValues);
        values = Map.copyOf(values);
    }

    /** Everything that must be asked to report on a version. */
    static Set<Wanted> wanted(QualityServer.Question question, String version, List<String> sliceValues) {
        Monitor monitor = question.monitor();
        List<Window> windows = question.windows();
        List<String> own = List.of(EntityKeys.of(List.of(version)));
        Set<Wanted> wanted = new LinkedHashSet<>();
        monitor.inputs().forEach(inputs -> wanted.add(new Wanted(inputs, windows, own, question.atMillis())));
        Monitor.Outcome outcome = monitor.outcome();
        if (outcome != null) {
            long matured = question.maturedMillis(outcome);
            wanted.add(new Wanted(monitor.predictions(), windows, own, matured));
            wanted.add(new Wanted(outcome.quality(), windows, own, question.atMillis()));
            wanted.add(new Wanted(outcome.quality(), windows, own, matured));
            Monitor.Slice slice = question.sliceOfMonitor();
            if (slice != null && !sliceValues.isEmpty()) {
                List<String> entities = sliceValues.stream()
                        .map(value -> EntityKeys.of(List.of(version, value)))
                        .toList();
                slice.views().forEach(view -> wanted.add(new Wanted(view, windows, entities, matured)));
            }
        }
        Monitor.Challengers challengers = monitor.challengers();
        if (challengers != null && outcome != null) {
            for (View view : challengers.all().views()) {
                wanted.add(new Wanted(view, windows, own, question.atMillis()));
                wanted.add(new Wanted(view, windows, own, question.maturedMillis(outcome)));
            }
        }
        if (monitor.baseline() instanceof Monitor.Earlier earlier) {
            List<View> views = new ArrayList<>(monitor.inputs());
            if (outcome != null) {
                views.add(outcome.quality());
            }
            views.forEach(view ->
                    wanted.add(new Wanted(view, List.of(earlier.window()), own, question.beforeMillis(earlier))));
        }
        return wanted;
    }

    /** Of the version. */
    InWindow of(View view, long atMillis, Window window) {
        return at(view, EntityKeys.of(List.of(version)), atMillis, window);
    }

    /** Of the version in a slice. */
    InWindow ofSlice(View view, String value, long atMillis, Window window) {
        return at(view, EntityKeys.of(List.of(version, value)), atMillis, window);
    }

    /** How many predictions of the version the directory lists. */
    long listed(Monitor monitor, long atMillis, Window window) {
        return at(monitor.versions(), EntityKeys.of(List.of(monitor.model())), atMillis, window)
                .groups(Monitor.BY_VERSION)
                .getOrDefault(version, 0L);
    }

    private InWindow at(View view, String entity, long atMillis, Window window) {
        return new InWindow(values.getOrDefault(new Place(view.version(), entity, atMillis), Map.of()), window);
    }
}
