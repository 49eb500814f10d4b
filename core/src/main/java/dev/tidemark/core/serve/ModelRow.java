package dev.tidemark.core.serve;

import dev.tidemark.core.tile.EntityKeys;
import dev.tidemark.core.view.Model;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is asked of a model in one row.
 *
 * @param keys the values of {@link Model#keys}, in that order, as {@link EntityKeys} writes them
 * @param request a value for each of {@link Model#request}, defaults filled in, by name
 */
public record ModelRow(List<String> keys, Map<String, Object> request) {

    public ModelRow {
        keys = List.copyOf(keys);
        request = Collections.unmodifiableMap(new LinkedHashMap<>(request));
    }

    /**
     * The canonical text of the entity of one of the model's views.
     *
     * @throws IllegalArgumentException if no event can have this key
     */
    public String entity(Model.ViewInput input) {
        return EntityKeys.of(input.entity(keys));
    }

    /**
     * The key of the row of one of the model's references.
     *
     * @throws IllegalArgumentException if no table can have this key
     */
    public String key(Model.ReferenceInput input) {
        return input.key(keys);
    }
}
