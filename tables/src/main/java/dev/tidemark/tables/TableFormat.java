package dev.tidemark.tables;

import java.util.Locale;

/** How a file holds its rows. Texts may be compressed with gzip. */
public enum TableFormat {
    PARQUET(".parquet"),
    CSV(".csv"),
    JSONL(".jsonl");

    private static final String GZIP = ".gz";

    private final String ending;

    TableFormat(String ending) {
        this.ending = ending;
    }

    /** The format that the end of a file's name says. */
    public static TableFormat of(String fileName) {
        String name = withoutGzip(fileName.toLowerCase(Locale.ROOT));
        for (TableFormat format : values()) {
            if (name.endsWith(format.ending)) {
                return format;
            }
        }
        if (name.endsWith(".json") || name.endsWith(".ndjson")) {
            return JSONL;
        }
        throw new TableProblem(
                fileName + ": its name does not say what it holds: name the format, parquet, csv or jsonl,"
                        + " or end the name with one of them");
    }

    /** The format of that name, as configuration files say it. */
    public static TableFormat named(String name) {
        for (TableFormat format : values()) {
            if (format.text().equals(name)) {
                return format;
            }
        }
        throw new TableProblem("there is no format '" + name + "': it is one of parquet, csv and jsonl");
    }

    /** The name in configuration files. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static String withoutGzip(String name) {
        return name.endsWith(GZIP) ? name.substring(0, name.length() - GZIP.length()) : name;
    }
}
