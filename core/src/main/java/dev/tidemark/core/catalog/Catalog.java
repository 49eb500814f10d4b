package dev.tidemark.core.catalog;

import dev.tidemark.core.event.EventFormat;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.event.EventShape.EventTime;
import dev.tidemark.core.event.FieldPath;
import dev.tidemark.core.event.RecordReader;
import dev.tidemark.core.event.Seam;
import dev.tidemark.core.forward.Forward;
import dev.tidemark.core.reference.LookUp;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.view.Model;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.View;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All definitions, validated and compiled.
 *
 * @param hash content hash of the definitions (comments and layout do not matter)
 * @param sources in file order
 * @param references in file order
 * @param views in file order, those of monitors last
 * @param models in file order
 * @param monitors of models, in the order of these
 * @param trainings of models, in the order of these
 * @param notes what definitions say to people, by path such as {@code views.viewer.features.avg_price}; not in the hash
 * @param json the definitions as canonical JSON, with the notes, for the catalog endpoint
 */
public record Catalog(
        String hash,
        List<Source> sources,
        List<Reference> references,
        List<View> views,
        List<Model> models,
        List<Monitor> monitors,
        List<Training> trainings,
        Map<String, Notes> notes,
        String json) {

    /**
     * @param name as in the catalog
     * @param stream name of the Kinesis stream
     * @param shape the fields that its views read
     * @param format of its records
     * @param forwards what is put onto its stream from others
     * @param lookUps what is looked up for each event, into slots of the shape
     * @param seam where its imported history ends; null if it has none
     */
    public record Source(
            String name,
            String stream,
            EventShape shape,
            EventFormat format,
            List<Forward> forwards,
            List<LookUp> lookUps,
            @Nullable Seam seam) {

        public Source {
            forwards = List.copyOf(forwards);
            lookUps = List.copyOf(lookUps);
        }

        /** Of JSON, onto whose stream nothing is put from others. */
        public Source(String name, String stream, EventShape shape) {
            this(name, stream, shape, EventFormat.JSON, List.of(), List.of(), null);
        }

        /** The same source, of whose events these fields and the event time are read, and nothing is looked up. */
        public Source reading(Collection<FieldPath> fields) {
            EventTime time = shape.eventTime();
            Set<FieldPath> all = new LinkedHashSet<>();
            all.add(shape.fields().get(time.slot()));
            all.addAll(fields);
            EventShape other =
                    new EventShape(List.copyOf(all), time.inSlot(0), shape.maxEventBytes(), shape.aggregatedBy());
            return new Source(name, stream, other, format, forwards, List.of(), seam);
        }

        /** The same source, whose events have the time that a view says. */
        public Source at(@Nullable EventTime time) {
            return time == null ? this : new Source(name, stream, shape.at(time), format, List.of(), lookUps, seam);
        }

        /** Whether both make the same rows of the same records, and those count in both that count in one. */
        boolean readsLike(Source other) {
            return shape.equals(other.shape)
                    && format.equals(other.format)
                    && lookUps.equals(other.lookUps)
                    && Objects.equals(seam, other.seam);
        }

        /** A new reader of its events. A reader is not thread-safe: take one for each thread. */
        public RecordReader reader() {
            return new RecordReader(shape, format);
        }
    }

    public Catalog {
        sources = List.copyOf(sources);
        references = List.copyOf(references);
        views = List.copyOf(views);
        models = List.copyOf(models);
        monitors = List.copyOf(monitors);
        trainings = List.copyOf(trainings);
        notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
    }

    /** Without references, models, monitors, trainings and notes. */
    public Catalog(String hash, List<Source> sources, List<View> views, String json) {
        this(hash, sources, List.of(), views, List.of(), List.of(), List.of(), Map.of(), json);
    }

    public Optional<Reference> reference(String name) {
        return references.stream().filter(one -> one.name().equals(name)).findFirst();
    }

    public Optional<View> view(String name) {
        return views.stream().filter(view -> view.name().equals(name)).findFirst();
    }

    public Optional<Model> model(String name) {
        return models.stream().filter(model -> model.name().equals(name)).findFirst();
    }

    /** What is watched of a model. */
    public Optional<Monitor> monitor(String model) {
        return monitors.stream().filter(one -> one.model().equals(model)).findFirst();
    }

    /** How a model is trained again. */
    public Optional<Training> training(String model) {
        return trainings.stream().filter(one -> one.model().equals(model)).findFirst();
    }

    /** What the definition at a path says to people; empty notes if it says nothing. */
    public Notes notesOf(String path) {
        return notes.getOrDefault(path, Notes.NONE);
    }

    public List<View> viewsOf(Source source) {
        return views.stream()
                .filter(view -> view.source().equals(source.name()))
                .toList();
    }

    /**
     * The source of a view, with the view's event time.
     *
     * @throws IllegalArgumentException if the catalog has no source of the name that the view gives
     */
    public Source sourceOf(View view) {
        return sources.stream()
                .filter(source -> source.name().equals(view.source()))
                .findFirst()
                .map(source -> source.at(view.eventTime()))
                .orElseThrow(() -> new IllegalArgumentException("no source '" + view.source() + "' in the catalog"));
    }

    /** The names of the streams that are read, in file order. */
    public List<String> streams() {
        return sources.stream().map(Source::stream).toList();
    }

    /** What is put from one stream onto another, in file order. */
    public List<Forward> forwards() {
        return sources.stream().flatMap(source -> source.forwards().stream()).toList();
    }

    public Optional<Source> sourceOfStream(String streamName) {
        return sources.stream()
                .filter(source -> source.stream().equals(streamName))
                .findFirst();
    }
}
