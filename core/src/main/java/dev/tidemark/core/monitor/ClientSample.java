package dev.tidemark.core.monitor;

import dev.tidemark.core.value.ValueJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Some logged vectors of one version, compared with what their receipts give.
 *
 * @param atMillis when they were compared
 * @param compared how many
 * @param skipped how many more have a receipt but cannot be: it is of another catalog, or of an older answer
 * @param differing how many of those compared differ
 * @param features those that differ, by name
 */
public record ClientSample(long atMillis, long compared, long skipped, long differing, Map<String, Feature> features) {

    /**
     * A feature that differs.
     *
     * @param count in how many vectors
     * @param prediction the id of one of these
     */
    public record Feature(long count, String prediction) {}

    /** An older one says nothing about now. */
    public static final long MAX_AGE_MILLIS = 86_400_000;

    public ClientSample {
        features = Collections.unmodifiableMap(new LinkedHashMap<>(features));
    }

    /** The samples of one moment as JSON. */
    public static String text(Map<String, ClientSample> byVersion) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        byVersion.forEach((version, sample) -> json.put(version, sample.json()));
        return ValueJson.text(json);
    }

    /**
     * Reads that JSON.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static Map<String, ClientSample> of(@Nullable Object json) {
        Map<String, ClientSample> byVersion = new LinkedHashMap<>();
        Values.map(json).forEach((version, sample) -> byVersion.put(String.valueOf(version), one(Values.map(sample))));
        return byVersion;
    }

    private static ClientSample one(Map<?, ?> json) {
        Map<String, Feature> features = new LinkedHashMap<>();
        for (Object element : Values.list(json.get("features"))) {
            Map<?, ?> feature = Values.map(element);
            features.put(
                    String.valueOf(Values.member(feature, "name")),
                    new Feature(
                            Values.count(feature.get("count")), String.valueOf(Values.member(feature, "prediction"))));
        }
        return new ClientSample(
                Instant.parse(String.valueOf(Values.member(json, "at"))).toEpochMilli(),
                Values.count(json.get("compared")),
                Values.count(json.get("skipped")),
                Values.count(json.get("differing")),
                features);
    }

    /** Its values by name, as they are shown. */
    Map<String, @Nullable Object> json() {
        List<Map<String, @Nullable Object>> shown = new ArrayList<>();
        features.forEach((name, feature) -> {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("name", name);
            one.put("count", feature.count());
            one.put("prediction", feature.prediction());
            shown.add(one);
        });
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("at", Instant.ofEpochMilli(atMillis).toString());
        json.put("compared", compared);
        json.put("skipped", skipped);
        json.put("differing", differing);
        json.put("features", shown);
        return json;
    }

    /** In words, with the numbers. */
    public String shown() {
        List<String> differ = new ArrayList<>();
        features.forEach((name, feature) ->
                differ.add(name + " in " + feature.count() + ", such as prediction " + feature.prediction()));
        return differing + " of " + compared + " logged vectors are not what their receipts give, at "
                + Instant.ofEpochMilli(atMillis)
                + (differ.isEmpty() ? "" : ": " + Diagnosis.named(differ));
    }
}
