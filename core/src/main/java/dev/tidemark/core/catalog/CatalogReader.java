package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.event.EventShape;
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
    static final int MAX_VIEWS = 200;

    private static final Set<String> KEYS = new LinkedHashSet<>(List.of("tidemark", "sources", "views"));
    private static final String ROOT_REMEDY = "start with 'tidemark: 1', 'sources:' and 'views:'";

    private final List<AggregateFunction> functions;
    private final Problems problems;
    private final Map<String, SourceDefinition> sources = new LinkedHashMap<>();
    private final List<ViewDefinition> definitions = new ArrayList<>();
    private final Map<String, View> viewsByVersion = new LinkedHashMap<>();

    CatalogReader(List<AggregateFunction> functions, Problems problems) {
        this.functions = functions;
        this.problems = problems;
    }

    /** @throws InvalidDefinition with all mistakes found, here and before */
    Catalog read(@Nullable YamlValue root) {
        YamlMapping catalog = root == null ? null : root.mapping(ROOT_REMEDY);
        if (catalog != null) {
            catalog.allowOnly(KEYS);
            readFormatVersion(catalog);
            Set<String> sourceNames = readSources(catalog);
            readViews(catalog, sourceNames);
        }
        problems.throwIfAny();
        String json = CatalogJson.of(sources.values(), definitions);
        return new Catalog(
                Hashes.shortHash(json),
                sources.values().stream().map(CatalogReader::source).toList(),
                List.copyOf(viewsByVersion.values()),
                json);
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
        SourceReader reader = new SourceReader();
        for (YamlMapping.Entry entry : section(catalog, "sources", MAX_SOURCES, "add at least one source")) {
            names.add(entry.name());
            SourceDefinition source = reader.read(entry);
            if (source != null) {
                sources.put(entry.name(), source);
            }
        }
        return names;
    }

    private void readViews(YamlMapping catalog, Set<String> sourceNames) {
        ViewReader reader = new ViewReader(functions, sources, sourceNames);
        for (YamlMapping.Entry entry : section(catalog, "views", MAX_VIEWS, "add at least one view")) {
            int before = problems.count();
            ViewDefinition definition = reader.read(entry);
            if (definition != null && problems.count() == before) {
                definitions.add(definition);
                compile(definition, entry);
            }
        }
    }

    private void compile(ViewDefinition definition, YamlMapping.Entry entry) {
        View view = ViewCompiler.compile(definition);
        View same = view == null ? null : viewsByVersion.putIfAbsent(view.version(), view);
        if (same != null) {
            entry.key()
                    .problem(
                            "view '" + definition.name() + "' would keep the same state as view '" + same.name() + "'",
                            "put its features into that view");
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
        EventShape.EventTime time = new EventShape.EventTime(source.eventTime().slot(), source.timeFormat());
        return new Catalog.Source(
                source.name(),
                source.stream(),
                new EventShape(source.fields().paths(), time, source.maxEventBytes(), source.aggregatedBy()));
    }
}
