package dev.tidemark.aws;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment variables of the functions. The template, the local run and the handlers all take them from here. */
public enum Environment {
    /** Name of the table that holds the state items. */
    STATE_TABLE("TIDEMARK_STATE_TABLE", null),
    /** Name of the table that holds the control row and the lane rows. */
    CONTROL_TABLE("TIDEMARK_CONTROL_TABLE", null),
    /** Name of the bucket of archive and quarantine. */
    BUCKET("TIDEMARK_BUCKET", null),
    /** Path of the catalog file. */
    CATALOG("TIDEMARK_CATALOG", "/opt/tidemark/catalog.yaml"),
    /** Path of the catalog that is to take its place; there need not be such a file. */
    NEXT_CATALOG("TIDEMARK_NEXT_CATALOG", "/opt/tidemark/next.yaml"),
    /** How many bytes of the archive the query function reads for one value of the past. */
    REPLAY_MAX_BYTES("TIDEMARK_REPLAY_MAX_BYTES", "67108864");

    private final String variable;
    private final @Nullable String defaultValue;

    Environment(String variable, @Nullable String defaultValue) {
        this.variable = variable;
        this.defaultValue = defaultValue;
    }

    /** The variable's name. */
    public String variable() {
        return variable;
    }

    /**
     * The variable's value, or its default when it is unset or blank.
     *
     * @param environment such as {@link System#getenv()}
     * @throws IllegalStateException if it is unset and has no default
     */
    public String in(Map<String, String> environment) {
        String value = environment.get(variable);
        if (value != null && !value.isBlank()) {
            return value;
        }
        if (defaultValue == null) {
            throw new IllegalStateException("The environment variable " + variable
                    + " is not set, so the function cannot tell where its data is. Deploy with infra/template.yaml, "
                    + "which sets it, or set it in the function's configuration.");
        }
        return defaultValue;
    }
}
