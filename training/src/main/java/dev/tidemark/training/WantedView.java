package dev.tidemark.training;

import dev.tidemark.core.catalog.Catalog;
import dev.tidemark.core.view.View;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One view of one catalog, whose values are wanted.
 *
 * @param index its place among the targets
 * @param definition its catalog's place among the catalogs: 0, or 1 for the one compared with it
 * @param keys by what names the spine knows the view's key fields, in key order; a constant, of which a spine has no
 *     column, as its path
 * @param names the wanted values in catalog order, not empty
 */
record WantedView(int index, int definition, Catalog.Source source, View view, List<String> keys, List<String> names) {

    WantedView {
        keys = List.copyOf(keys);
        names = List.copyOf(names);
    }

    /** The value that a key has in every row; null if the row says it. */
    static @Nullable String constant(String key) {
        return new View.KeyField(key, 0).constant();
    }

    /** As in error messages and column names. */
    String columnOf(String name) {
        return view.name() + "__" + name;
    }
}
