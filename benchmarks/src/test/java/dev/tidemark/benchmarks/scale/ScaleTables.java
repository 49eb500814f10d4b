package dev.tidemark.benchmarks.scale;

import static java.util.stream.Collectors.joining;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The tables of docs/scale.md as text. */
final class ScaleTables {

    private static final Figures ONE = new Figures(1);
    private static final Figures MILLION = new Figures(1e6);
    private static final List<Figures> LOADS = List.of(new Figures(1e3), new Figures(1e4), new Figures(1e5), MILLION);
    private static final Pattern PLACE = Pattern.compile("\\{([^}]*)}");

    /**
     * One limit.
     *
     * @param eventsPerSecond from which steady load on
     */
    record Limit(String what, double eventsPerSecond, String remedy) {}

    private ScaleTables() {}

    /** By their names. */
    static Map<String, String> all() {
        return Map.of(
                "loads", byLoad("loads"),
                "dollars", byLoad("dollars"),
                "levers", byLoad("levers"),
                "naive", byLoad("naive"),
                "limits", limitsTable(),
                "arithmetic", "```\n" + text(Figures.section("arithmetic").map(ScaleTables::filledIn)) + "```\n",
                "figures", figures());
    }

    /** What breaks first comes first. */
    static List<Limit> limits() {
        return Figures.section("limits")
                .map(ScaleTables::cells)
                .map(cells -> new Limit(cells[0], ONE.value(cells[1]), cells[2]))
                .sorted(Comparator.comparingDouble(Limit::eventsPerSecond))
                .toList();
    }

    private static String limitsTable() {
        Stream<String> header = Stream.of("| from events/s | what stops | what to do |", "| ---: | --- | --- |");
        Stream<String> rows =
                limits().stream().map(limit -> row(number(limit.eventsPerSecond()), limit.what(), limit.remedy()));
        return text(Stream.concat(header, rows));
    }

    /** The first row is the header. */
    private static String byLoad(String name) {
        List<String> rows = Figures.section(name)
                .map(ScaleTables::cells)
                .map(cells -> row(
                        cells[0],
                        LOADS.stream().map(load -> number(load.value(cells[1]))).collect(joining(" | "))))
                .toList();
        String rule = "| --- |" + " ---: |".repeat(LOADS.size());
        return text(Stream.concat(Stream.of(rows.get(0), rule), rows.stream().skip(1)));
    }

    private static String figures() {
        Stream<String> header = Stream.of("| figure | | origin | source |", "| ---: | --- | --- | --- |");
        return text(Stream.concat(
                header,
                Figures.given().map(given -> row(exact(given.value()), given.unit(), given.origin(), given.source()))));
    }

    private static String filledIn(String line) {
        return PLACE.matcher(line).replaceAll(place -> number(MILLION.value(place.group(1))));
    }

    private static String[] cells(String line) {
        return line.split(" \\| ");
    }

    private static String row(String... cells) {
        return "| " + String.join(" | ", cells) + " |";
    }

    private static String text(Stream<String> lines) {
        return lines.map(line -> line + "\n").collect(joining());
    }

    /** Three digits are more than most of the figures deserve; whole numbers and prices stay as they are. */
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e5) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        int digits = (int) Math.floor(Math.log10(Math.abs(value))) + 1;
        if (digits >= 3) {
            double unit = Math.pow(10, digits - 3.0);
            return String.format(Locale.ROOT, "%,.0f", Math.round(value / unit) * unit);
        }
        String text = String.format(Locale.ROOT, "%." + (3 - digits) + "f", value);
        return text.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    /** A figure that is given is shown as it is given. */
    private static String exact(double value) {
        return new DecimalFormat("#,##0.##########", DecimalFormatSymbols.getInstance(Locale.ROOT)).format(value);
    }
}
