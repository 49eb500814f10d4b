package dev.tidemark.simulation.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** The table of variants in docs/protocol.md: rule, broken variant, the first seed that finds it. */
final class MutantTable {

    private static final Path FILE = Path.of("..", "docs", "protocol.md");
    private static final String BEGIN = "<!-- variants: begin -->\n";
    private static final String END = "<!-- variants: end -->\n";

    private MutantTable() {}

    /** The rows as they stand. */
    static String read() {
        String text = text();
        return text.substring(begin(text), end(text));
    }

    static void write(String rows) {
        String text = text();
        try {
            Files.writeString(FILE, text.substring(0, begin(text)) + rows + text.substring(end(text)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The recorded seeds, by what {@link Mutant#toString()} says. */
    static Map<String, Long> seeds() {
        Map<String, Long> seeds = new HashMap<>();
        read().lines().skip(2).forEach(line -> {
            String[] cells = line.split("\\|", -1);
            seeds.put(cells[1].trim().replace("*", "") + ": " + cells[2].trim(), Long.parseLong(cells[3].trim()));
        });
        return seeds;
    }

    static String rows(List<Mutant> mutants, Map<Mutant, OptionalLong> found) {
        StringBuilder rows = new StringBuilder("| Rule | Broken variant | Seed |\n| --- | --- | --- |\n");
        for (Mutant mutant : mutants) {
            OptionalLong seed = found.getOrDefault(mutant, OptionalLong.empty());
            rows.append("| **")
                    .append(mutant.rule())
                    .append("** | ")
                    .append(mutant.words())
                    .append(" | ");
            rows.append(seed.isPresent() ? Long.toString(seed.getAsLong()) : "-1")
                    .append(" |\n");
        }
        return rows.toString();
    }

    private static String text() {
        try {
            return Files.readString(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int begin(String text) {
        return marker(text, BEGIN) + BEGIN.length();
    }

    private static int end(String text) {
        return marker(text, END);
    }

    private static int marker(String text, String marker) {
        int at = text.indexOf(marker);
        if (at < 0) {
            throw new IllegalStateException(FILE + " has no line " + marker.strip());
        }
        return at;
    }
}
