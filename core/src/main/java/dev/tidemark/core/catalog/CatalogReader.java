package dev.tidemark.core.catalog;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.event.EventShape;
import dev.tidemark.core.reference.Reference;
import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.view.Training;
import dev.tidemark.core.view.View;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the whole catalog, from the root down. */
final class CatalogReader {

    static final int FORMAT_VERSION = 1;
    static final int MAX_SOURCES = 100;
    static final int MAX_REFERENCES = 100;
    static final int MAX_PAIRS = 100;
    static final int MAX_VIEWS = 200;
    static final int MAX_MODELS = 100;

    private static final Set<String> KEYS =
            new LinkedHashSet<>(List.of("tidemark", "sources", "references", "pairs", "views", "models"));
    private static final String ROOT_REMEDY = "start with 'tidemark: 1', 'sources:' and 'views:'";

    private final List<AggregateFunction> functions;
    private final Formats formats;
    private final Problems problems;
    private final Map<String, SourceDefinition> sources = new LinkedHashMap<>();
    private final Map<String, Reference> references = new LinkedHashMap<>();
    private final Map<String, PairDefinition> pairs = new LinkedHashMap<>();
    private final Set<String> viewNames = new LinkedHashSet<>();
    private final Map<String, ViewDefinition> definitions = new LinkedHashMap<>();
    private final List<ModelReader.Read> models = new ArrayList<>();
    private final List<Monitor> monitors = new ArrayList<>();
    private final List<Training> trainings = new ArrayList<>();
    private final Map<String, View> viewsByVersion = new LinkedHashMap<>();

    CatalogReader(List<AggregateFunction> functions, Formats formats, Problems problems) {
        this.functions = functions;
        this.formats = formats;
        this.problems = problems;
    }

    /** @throws InvalidDefinition with all mistakes found, here and before */
    Catalog read(@Nullable YamlValue root) {
        YamlMapping catalog = root == null ? null : root.mapping(ROOT_REMEDY);
        if (catalog != null) {
            catalog.allowOnly(KEYS);
            readFormatVersion(catalog);
            Set<String> sourceNames = readSources(catalog);
            Set<String> pairNames = readPairs(catalog, new LinkedHashSet<>(sourceNames));
            sourceNames.addAll(pairNames);
            Set<String> referenceNames = readReferences(catalog);
            ViewReader viewReader = new ViewReader(functions, sources, pairs, sourceNames, references, referenceNames);
            for (YamlMapping.Entry entry : section(catalog, "views", MAX_VIEWS, "add at least one view")) {
                viewNames.add(entry.name());
                readView(viewReader, entry);
            }
            readModels(catalog, viewReader, pairNames, referenceNames);
        }
        problems.throwIfAny();
        ObjectNode json =
                CatalogJson.of(sources.values(), references.values(), pairs.values(), definitions.values(), models);
        String hash = Hashes.shortHash(json.toString());
        Map<String, Notes> notes = notes();
        CatalogJson.annotate(json, notes);
        return new Catalog(
                hash,
                sources.values().stream().map(CatalogReader::source).toList(),
                List.copyOf(references.values()),
                List.copyOf(viewsByVersion.values()),
                models.stream().map(ModelReader.Read::model).toList(),
                monitors,
                trainings,
                notes,
                json.toString());
    }

    private Map<String, Notes> notes() {
        Map<String, Notes> notes = new LinkedHashMap<>();
        sources.forEach((name, source) -> notes.put("sources." + name, source.notes()));
        pairs.forEach((name, pair) -> notes.put("pairs." + name, pair.notes()));
        definitions.forEach((name, view) -> {
            String path = "views." + name;
            notes.put(path, view.notes());
            view.features().forEach(one -> notes.put(path + ".features." + one.name(), one.notes()));
            view.derived().forEach(one -> notes.put(path + ".derived." + one.name(), one.notes()));
        });
        models.forEach(one -> notes.put("models." + one.model().name(), one.notes()));
        notes.values().removeIf(Notes::isEmpty);
        return notes;
    }

    private static void readFormatVersion(YamlMapping catalog) {
        YamlValue at = catalog.required("tidemark", "start with the version of the catalog's format: tidemark: 1");
        Long version = at == null ? null : at.integer(1, Integer.MAX_VALUE);
        if (at != null && version != null && version != FORMAT_VERSION) {
            at.problem(
                    "format version " + at.shown() + " is unknown",
                    "write tidemark: " + FORMAT_VERSION + ", or use a release that knows this version");
        }
    }

    private Set<String> readSources(YamlMapping catalog) {
        Set<String> names = new LinkedHashSet<>();
        SourceReader reader = new SourceReader(formats);
        List<YamlMapping.Entry> entries = section(catalog, "sources", MAX_SOURCES, "add at least one source");
        for (YamlMapping.Entry entry : entries) {
            names.add(entry.name());
            SourceDefinition source = reader.read(entry);
            if (source != null) {
                sources.put(entry.name(), source);
            }
        }
        ForwardReader forwards = new ForwardReader(sources, names);
        entries.forEach(forwards::read);
        return names;
    }

    private Set<String> readReferences(YamlMapping catalog) {
        Set<String> names = new LinkedHashSet<>();
        if (catalog.optional("references") == null) {
            return names;
        }
        for (YamlMapping.Entry entry :
                section(catalog, "references", MAX_REFERENCES, "add a reference, or leave references out")) {
            names.add(entry.name());
            Reference reference = ReferenceReader.read(entry);
            if (reference != null) {
                references.put(entry.name(), reference);
            }
        }
        return names;
    }

    private Set<String> readPairs(YamlMapping catalog, Set<String> sourceNames) {
        Set<String> names = new LinkedHashSet<>();
        if (catalog.optional("pairs") == null) {
            return names;
        }
        PairReader reader = new PairReader(sources, sourceNames);
        for (YamlMapping.Entry entry : section(catalog, "pairs", MAX_PAIRS, "add a pair, or leave pairs out")) {
            names.add(entry.name());
            PairDefinition pair = reader.read(entry);
            if (pair != null) {
                pairs.put(entry.name(), pair);
            }
        }
        return names;
    }

    /** Null, with the mistake reported, if there is one. */
    private @Nullable View readView(ViewReader reader, YamlMapping.Entry entry) {
        View view = compileView(reader, entry);
        View same = view == null ? null : viewsByVersion.putIfAbsent(view.version(), view);
        if (view != null && same != null) {
            entry.key()
                    .problem(
                            "view '" + view.name() + "' would keep the same state as view '" + same.name() + "'",
                            "put its features into that view");
        }
        return view;
    }

    /** A view that is none of the catalog's unless it is added. */
    private @Nullable View compileView(ViewReader reader, YamlMapping.Entry entry) {
        int before = problems.count();
        ViewDefinition definition = reader.read(entry);
        if (definition == null || problems.count() > before) {
            return null;
        }
        if (!entry.isMade()) {
            definitions.put(entry.name(), definition);
        }
        return ViewCompiler.compile(definition);
    }

    private void readModels(
            YamlMapping catalog, ViewReader viewReader, Set<String> pairNames, Set<String> referenceNames) {
        if (catalog.optional("models") == null) {
            return;
        }
        Map<String, View> views = new LinkedHashMap<>();
        viewsByVersion.values().forEach(view -> views.put(view.name(), view));
        ModelReader reader = new ModelReader(definitions, views, viewNames, references, referenceNames);
        MonitorReader monitorReader =
                new MonitorReader(sources, pairs, pairNames, entry -> readView(viewReader, entry));
        TrainingReader trainingReader = new TrainingReader(pairs, entry -> compileView(viewReader, entry));
        for (YamlMapping.Entry entry : section(catalog, "models", MAX_MODELS, "add a model, or leave models out")) {
            ModelReader.Read model = reader.read(entry);
            YamlMapping definition = model == null ? null : entry.value().mapping("");
            if (model == null || definition == null) {
                continue;
            }
            models.add(model);
            MonitorReader.Read monitor = monitorReader.read(definition, model.model());
            if (monitor != null) {
                monitors.add(monitor.monitor());
                model.json().setAll(monitor.json());
            }
            TrainingReader.Read training = trainingReader.read(definition, model.model(), monitor);
            if (training != null) {
                trainings.add(training.training());
                model.json().set(MonitorKeys.TRAIN, training.json());
            }
        }
    }

    private static List<YamlMapping.Entry> section(YamlMapping catalog, String key, int max, String remedy) {
        YamlValue at = catalog.required(key, remedy);
        YamlMapping section = at == null ? null : at.mapping(remedy);
        if (at == null || section == null) {
            return List.of();
        }
        List<YamlMapping.Entry> entries = section.entries();
        if (entries.isEmpty() || entries.size() > max) {
            at.problem("'" + key + "' with " + entries.size() + " entries", "define 1 to " + max);
            return List.of();
        }
        return entries;
    }

    private static Catalog.Source source(SourceDefinition source) {
        FormatDefinition.Envelope envelope = source.format().definition().envelope();
        EventShape.EventTime time = source.eventTime().shape(envelope == null || !envelope.isChange());
        return new Catalog.Source(
                source.name(),
                source.stream(),
                new EventShape(source.fields().paths(), time, source.maxEventBytes(), source.aggregatedBy()),
                source.format().format(),
                source.forwards().stream()
                        .map(forward -> forward.compile(source.stream()))
                        .toList(),
                source.fields().lookUps(),
                source.seam());
    }
}
