package dev.tidemark.core.catalog;

import dev.tidemark.core.aggregate.AggregateFunction;
import dev.tidemark.core.aggregate.AggregateFunctions;
import java.util.List;

/** Reads, checks and compiles a catalog. Stateless. */
public final class CatalogCompiler {

    private final List<AggregateFunction> functions;
    private final Formats formats;

    /** With all functions of this release, for sources of JSON. */
    public CatalogCompiler() {
        this(Formats.NONE);
    }

    /** With all functions of this release. */
    public CatalogCompiler(Formats formats) {
        this(AggregateFunctions.all(), formats);
    }

    /** @param functions those that a catalog may use, with distinct names */
    public CatalogCompiler(List<AggregateFunction> functions) {
        this(functions, Formats.NONE);
    }

    private CatalogCompiler(List<AggregateFunction> functions, Formats formats) {
        this.functions = List.copyOf(functions);
        this.formats = formats;
    }

    /**
     * Compiles the text of a catalog.
     *
     * @param yaml see docs/catalog.md for its keys
     * @throws InvalidDefinition with every mistake at once; the only exception, whatever the text
     */
    public Catalog compile(String yaml) {
        Problems problems = new Problems(yaml);
        return new CatalogReader(functions, formats, problems).read(YamlText.read(yaml, problems));
    }
}
