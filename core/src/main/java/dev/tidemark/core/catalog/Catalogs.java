package dev.tidemark.core.catalog;

import dev.tidemark.core.control.ControlRow;
import dev.tidemark.core.control.ControlRow.ViewStatus;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.stream.Packing;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The catalog that a deployment folds and, while it is being changed, the next one. Views of both may be folded side by
 * side; a view that is the same in both has the same version, and is one view.
 *
 * @param current the catalog of the deployment
 * @param next null while nothing is being changed
 */
public record Catalogs(Catalog current, @Nullable Catalog next) {

    /**
     * What is read of a stream in one parse: the events of a source with one event time.
     *
     * @param views those that need it, of either catalog
     */
    public record Reading(Catalog.Source source, List<View> views) {

        public Reading {
            views = List.copyOf(views);
        }
    }

    /** A next catalog with the same definitions changes nothing, so it is ignored. */
    public Catalogs {
        next = next != null && isSame(current, next) ? null : next;
    }

    private static boolean isSame(Catalog current, Catalog next) {
        return next.hash().equals(current.hash()) && versions(next).equals(versions(current));
    }

    private static List<String> versions(Catalog catalog) {
        return catalog.views().stream().map(View::version).toList();
    }

    public static Catalogs of(Catalog only) {
        return new Catalogs(only, null);
    }

    /** The current one first. */
    public List<Catalog> all() {
        return next == null ? List.of(current) : List.of(current, next);
    }

    /** Every version once; those of the current catalog first, in file order. */
    public List<View> views() {
        return all().stream().flatMap(catalog -> viewsFirstIn(catalog).stream()).toList();
    }

    /** The versions of one name, that of the current catalog first; empty if neither catalog has such a view. */
    public List<View> named(String name) {
        return views().stream().filter(view -> view.name().equals(name)).toList();
    }

    /** The catalog that defines a version, of a view or of what a model is trained with; the current one if both do. */
    public Optional<Catalog> of(View view) {
        return all().stream()
                .filter(catalog -> hasVersion(catalog, view.version()))
                .findFirst();
    }

    /** The catalog that defines a model; the current one if both do. */
    public Optional<Catalog> of(Model model) {
        return all().stream()
                .filter(catalog ->
                        catalog.models().stream().anyMatch(known -> known.hash().equals(model.hash())))
                .findFirst();
    }

    /** The next catalog once each of its views is active. */
    public Catalog served(@Nullable ControlRow control) {
        boolean active = next != null
                && control != null
                && next.views().stream().allMatch(view -> control.views().get(view.version()) == ViewStatus.ACTIVE);
        return next != null && active ? next : current;
    }

    /**
     * The source of a version, as the catalog that defines it says.
     *
     * @throws IllegalArgumentException if neither catalog defines the version
     */
    public Catalog.Source sourceOf(View view) {
        return of(view).orElseThrow(
                        () -> new IllegalArgumentException("view '" + view.name() + "' is in none of the catalogs"))
                .sourceOf(view);
    }

    /** The names of all streams that are read. */
    public Set<String> streams() {
        Set<String> streams = new LinkedHashSet<>();
        all().forEach(catalog -> streams.addAll(catalog.streams()));
        return streams;
    }

    /**
     * Which sources read a stream, and for which views: one for each catalog, or one for both if they read the same
     * fields in the same way; a further one for each event time that views have of their own.
     *
     * @return empty if no catalog has a source on the stream
     */
    public List<Reading> readingsOf(String streamName) {
        List<Reading> readings = new ArrayList<>();
        for (Catalog catalog : all()) {
            Optional<Catalog.Source> source = catalog.sourceOfStream(streamName);
            if (source.isPresent()) {
                List<View> views = viewsFirstIn(catalog).stream()
                        .filter(view -> view.source().equals(source.get().name()))
                        .toList();
                add(readings, source.get(), null, views);
                views.stream()
                        .map(View::eventTime)
                        .filter(Objects::nonNull)
                        .distinct()
                        .forEach(time -> add(readings, source.get(), time, views));
            }
        }
        return readings;
    }

    /**
     * How several events are packed into one record of a stream; null if a record is one event. Of two catalogs that read
     * the stream, the current one decides: what is packed is unpacked for both, once.
     */
    public @Nullable Packing packingOf(String streamName) {
        return all().stream()
                .flatMap(catalog -> catalog.sourceOfStream(streamName).stream())
                .findFirst()
                .map(source -> source.format().packing())
                .orElse(null);
    }

    /** Adds those of the views that have this event time; null for the source's. */
    private static void add(
            List<Reading> readings, Catalog.Source source, EventShape.@Nullable EventTime time, List<View> views) {
        add(
                readings,
                new Reading(
                        source.at(time),
                        views.stream()
                                .filter(view -> Objects.equals(view.eventTime(), time))
                                .toList()));
    }

    private static void add(List<Reading> readings, Reading reading) {
        for (int i = 0; i < readings.size(); i++) {
            Reading known = readings.get(i);
            if (known.source().readsLike(reading.source())) {
                List<View> both = new ArrayList<>(known.views());
                both.addAll(reading.views());
                readings.set(i, new Reading(known.source(), both));
                return;
            }
        }
        readings.add(reading);
    }

    /** The views of a catalog without those that an earlier catalog has already. */
    private List<View> viewsFirstIn(Catalog catalog) {
        Set<String> before = new HashSet<>();
        if (!catalog.equals(current)) {
            current.views().forEach(view -> before.add(view.version()));
        }
        return catalog.views().stream()
                .filter(view -> !before.contains(view.version()))
                .toList();
    }

    private static boolean hasVersion(Catalog catalog, String version) {
        return Stream.concat(
                        catalog.views().stream(),
                        catalog.trainings().stream()
                                .map(training -> training.rows().view()))
                .anyMatch(view -> view.version().equals(version));
    }
}
