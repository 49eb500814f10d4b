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
    /** Path of the next catalog; the file may be missing. */
    NEXT_CATALOG("TIDEMARK_NEXT_CATALOG", "/opt/tidemark/next.yaml"),
    /** The generation of the state that is folded into (rule R2). */
    GENERATION("TIDEMARK_GENERATION", "g1"),
    /** Into how many parts the scan of a checkpoint is divided; each must take well under the function's time-out. */
    SCAN_SEGMENTS("TIDEMARK_SCAN_SEGMENTS", "16"),
    /** For how many hours one checkpoint of each hour is kept. */
    HOURLY_CHECKPOINT_HOURS("TIDEMARK_HOURLY_CHECKPOINT_HOURS", "48"),
    /** For how many days one checkpoint of each day is kept. */
    DAILY_CHECKPOINT_DAYS("TIDEMARK_DAILY_CHECKPOINT_DAYS", "31"),
    /** How many bytes of the archive the query function reads for one value of the past. */
    REPLAY_MAX_BYTES("TIDEMARK_REPLAY_MAX_BYTES", "67108864"),
    /**
     * How many seconds the query function trusts an answer that nothing waits in a lane; 0: it never asks the stream.
     */
    ASK_STREAM_SECONDS("TIDEMARK_ASK_STREAM_SECONDS", "5"),
    /** The share of its time, in percent, that a sandbox of the query function gives to costly requests. */
    COSTLY_PERCENT("TIDEMARK_COSTLY_PERCENT", "100"),
    /** What trains models: the address of a function or a state machine; empty: the commands of the catalog. */
    TRAIN_STEP("TIDEMARK_TRAIN_STEP", ""),
    /** CloudWatch's namespace of the metrics, one for each deployment. */
    METRIC_NAMESPACE("TIDEMARK_METRIC_NAMESPACE", "Tidemark");

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
     * The variable's value as a whole number.
     *
     * @throws IllegalStateException if it is none, or less than 0
     */
    public int numberIn(Map<String, String> environment) {
        String value = in(environment);
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw noNumber(value, e);
        }
        throw noNumber(value, null);
    }

    private IllegalStateException noNumber(String value, @Nullable Throwable cause) {
        return new IllegalStateException(
                "The environment variable " + variable + " is '" + value
                        + "', which is no whole number from 0 up. Correct the parameter of the stack that sets it.",
                cause);
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
