package dev.tidemark.core.monitor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the columns of a training set were distributed: its {@code profile.json.gz} (docs/format.md).
 *
 * @param sha256 of the training set
 * @param hash of the model that the set was made for; null if it was made for none
 * @param columns by name, the label's too
 */
public record TrainingProfile(String sha256, @Nullable String hash, Map<String, Profile> columns) {

    /** The name of the file in a training set's folder. */
    public static final String FILE = "profile.json.gz";

    public TrainingProfile {
        columns = Map.copyOf(columns);
    }

    /**
     * Reads its JSON, which was read with exact numbers.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static TrainingProfile of(@Nullable Object json) {
        Map<?, ?> members = Values.map(json);
        Map<String, Profile> columns = new LinkedHashMap<>();
        Values.map(Values.member(members, "columns"))
                .forEach((name, profile) -> columns.put(String.valueOf(name), Profile.of(profile)));
        return new TrainingProfile(
                String.valueOf(Values.member(members, "sha256")),
                members.get("hash") instanceof String hash ? hash : null,
                columns);
    }
}
