package dev.tidemark.core.monitor;

import dev.tidemark.core.view.Monitor;
import dev.tidemark.core.window.Window;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a view of a monitor answered, of one window.
 *
 * @param values of all windows, by name
 */
record InWindow(Map<String, @Nullable Object> values, Window window) {

    /** Where nothing was asked. */
    static InWindow nothing(Window window) {
        return new InWindow(Map.of(), window);
    }

    /** Null if there is none. */
    @Nullable
    Object value(String feature) {
        return values.get(Monitor.valueName(feature, window));
    }

    /** How many events the view counted. */
    long rows() {
        Object rows = value(Monitor.ROWS);
        return rows == null ? 0 : Values.count(rows);
    }

    Profile profile(String feature) {
        return Profile.of(value(feature));
    }

    /** Of a feature that counts groups, those that have events. */
    Map<String, Long> groups(String feature) {
        Map<String, Long> groups = new LinkedHashMap<>();
        if (value(feature) instanceof Map<?, ?> map) {
            map.forEach((group, count) -> {
                if (Values.count(count) > 0) {
                    groups.put(String.valueOf(group), Values.count(count));
                }
            });
        }
        return groups;
    }
}
