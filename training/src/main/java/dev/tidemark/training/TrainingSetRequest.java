package dev.tidemark.training;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.event.EventShape.TimeFormat;
import dev.tidemark.core.past.Knowledge;
import dev.tidemark.core.store.CutLog.Cut;
import dev.tidemark.core.view.Model;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requested training set.
 *
 * @param spine a CSV or Parquet file, recognized by its content, not its name
 * @param spineFrom what the spine is made of, in {@link #madeSpine}; null if it is there
 * @param out the folder that the set is made in
 * @param catalogs one, or two that are compared
 * @param views names of views; empty for all of the catalogs
 * @param features values such as {@code avg_price_30m} of whichever view has them, or {@code view.avg_price_30m}; empty
 *     for all
 * @param model whose vectors are wanted, instead of views and features of one catalog; null for none
 * @param windowEnd where windows end; as served they always end as live answers' do
 * @param imported since when imported rows are in values as served
 * @param formats at least one
 * @param exact whether numbers in Parquet are decimal texts instead of doubles
 * @param timeColumn null for {@code timestamp} or {@code event_timestamp}
 * @param timeFormat of moments that are texts or plain numbers
 * @param keyColumns key to column, where they differ: the key field of a view, or a model's name for it
 */
public record TrainingSetRequest(
        Path spine,
        @Nullable SpineFrom spineFrom,
        Path out,
        List<Catalog> catalogs,
        List<String> views,
        List<String> features,
        @Nullable String model,
        Knowledge knowledge,
        WindowEnd windowEnd,
        Imported imported,
        Set<Format> formats,
        boolean exact,
        @Nullable String timeColumn,
        TimeFormat timeFormat,
        Map<String, String> keyColumns) {

    /** Where the windows of a row end. */
    public enum WindowEnd {
        /** One millisecond after its moment: what happened later is in no value. */
        EXACT,
        /** With the hop that its moment lies in, as those of a live answer about the moment. */
        LIVE;

        /** What is meant where none is named; as served there is no other. */
        public static WindowEnd usual(Knowledge knowledge) {
            return knowledge == Knowledge.SERVED ? LIVE : EXACT;
        }
    }

    /** Since when imported rows are in values as served (rule I3). */
    public enum Imported {
        /** As if they had come on the stream when they happened: nobody wants to learn from days without history. */
        AS_IF,
        /** Since the import, as in what was really answered. Before the seam nothing was. */
        SERVED
    }

    /** What the set is written as. */
    public enum Format {
        PARQUET,
        CSV
    }

    /** With imported rows as if they had come on the stream. */
    public TrainingSetRequest(
            Path spine,
            @Nullable SpineFrom spineFrom,
            Path out,
            List<Catalog> catalogs,
            List<String> views,
            List<String> features,
            @Nullable String model,
            Knowledge knowledge,
            WindowEnd windowEnd,
            Set<Format> formats,
            boolean exact,
            @Nullable String timeColumn,
            TimeFormat timeFormat,
            Map<String, String> keyColumns) {
        this(
                spine,
                spineFrom,
                out,
                catalogs,
                views,
                features,
                model,
                knowledge,
                windowEnd,
                Imported.AS_IF,
                formats,
                exact,
                timeColumn,
                timeFormat,
                keyColumns);
    }

    public TrainingSetRequest {
        catalogs = List.copyOf(catalogs);
        views = List.copyOf(views);
        features = List.copyOf(features);
        formats = Set.copyOf(formats);
        keyColumns = Map.copyOf(keyColumns);
        if (catalogs.isEmpty() || catalogs.size() > 2) {
            throw new IllegalArgumentException(catalogs.size() + " catalogs");
        }
        if (model != null && (catalogs.size() > 1 || !views.isEmpty() || !features.isEmpty())) {
            throw new IllegalArgumentException("a model says itself which values it has, and is of one catalog");
        }
        if (knowledge == Knowledge.SERVED && windowEnd == WindowEnd.EXACT) {
            throw new IllegalArgumentException("as served, windows end as the answers' did");
        }
        if (knowledge == Knowledge.NOW && imported == Imported.SERVED) {
            throw new IllegalArgumentException("as known now, imported rows are known, too");
        }
        if (spineFrom instanceof SpineFrom.Rows && (model == null || knowledge != Knowledge.SERVED)) {
            throw new IllegalArgumentException("labelled rows are a model's, and have its features as served");
        }
        if (formats.isEmpty()) {
            throw new IllegalArgumentException("no format to write");
        }
    }

    /**
     * A set of labelled rows, in Parquet.
     *
     * @param catalog has the cut's model, and says with which rows it is trained
     * @param since an earlier cut, for only what has changed between the two; null for the whole set of the cut
     */
    public static TrainingSetRequest ofRows(Path out, Catalog catalog, Cut cut, @Nullable Cut since, boolean exact) {
        return new TrainingSetRequest(
                madeSpine(out),
                new SpineFrom.Rows(cut, since),
                out,
                List.of(catalog),
                List.of(),
                List.of(),
                cut.model(),
                Knowledge.SERVED,
                WindowEnd.usual(Knowledge.SERVED),
                Set.of(Format.PARQUET),
                exact,
                null,
                TimeFormat.ISO8601,
                Map.of());
    }

    /** Where a spine is made, in the folder of its set. */
    public static Path madeSpine(Path out) {
        return out.resolve("spine.parquet");
    }

    /** Where the past ends; null for the end of the log. */
    @Nullable
    Cut cut() {
        return spineFrom instanceof SpineFrom.Rows rows ? rows.cut() : null;
    }

    boolean isComparison() {
        return catalogs.size() == 2;
    }

    /**
     * The model's definition; null if none is wanted.
     *
     * @throws TrainingSetProblem if the catalog does not have it
     */
    @Nullable
    Model definition() {
        if (model == null) {
            return null;
        }
        Catalog catalog = catalogs.get(0);
        return catalog.model(model)
                .orElseThrow(() ->
                        new TrainingSetProblem("no model '" + model + "' in catalog " + catalog.hash() + ": there are "
                                + catalog.models().stream().map(Model::name).toList()));
    }

    /** Those that the model reads. */
    List<Model.ReferenceInput> references() {
        Model wanted = definition();
        return wanted == null ? List.of() : wanted.references();
    }

    /** The names of what the model reads of references, in the order of the work's file. */
    List<String> attributes() {
        return references().stream().flatMap(one -> one.valueNames().stream()).toList();
    }

    Spine.Options spineOptions() {
        Model wanted = definition();
        Map<String, List<String>> lookedUp = new LinkedHashMap<>();
        references()
                .forEach(one -> lookedUp.put(
                        one.reference(),
                        one.keyNames(Objects.requireNonNull(wanted).keys())));
        return new Spine.Options(
                timeColumn, timeFormat, keyColumns, wanted == null ? List.of() : wanted.request(), lookedUp);
    }
}
