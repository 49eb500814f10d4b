package dev.tidemark.benchmarks.scale;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** What figures.tsv and tables.txt give for a load: numbers by name, and whatever is computed from them. */
final class Figures {

    /** One figure that is given, and where it is from. */
    record Given(String name, double value, String unit, String origin, String source) {}

    private final Map<String, Double> numbers = new HashMap<>();

    /** @param events the load, events a second */
    Figures(double events) {
        numbers.put("events", events);
        given().forEach(given -> numbers.put(given.name(), given.value()));
        section("quantities").map(line -> line.split(" = ", 2)).forEach(parts -> {
            if (numbers.put(parts[0], value(parts[1])) != null) {
                throw new IllegalStateException(parts[0] + " is said twice");
            }
        });
    }

    static Stream<Given> given() {
        return lines("figures.tsv")
                .skip(1)
                .map(line -> line.split("\t"))
                .map(cells -> new Given(cells[0], Double.parseDouble(cells[1]), cells[2], cells[3], cells[4]));
    }

    /** The lines under a heading of tables.txt, without comments. */
    static Stream<String> section(String name) {
        List<String> lines = lines("tables.txt")
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList();
        int heading = lines.indexOf("[" + name + "]");
        if (heading < 0) {
            throw new IllegalArgumentException("tables.txt has no [" + name + "]");
        }
        return lines.stream().skip(heading + 1L).takeWhile(line -> !line.startsWith("["));
    }

    /**
     * What an expression comes to.
     *
     * @param expression of numbers, names, {@code + - * / ( )}, {@code ceil(a)} and {@code max(a, b)}
     */
    double value(String expression) {
        Expression parsed = new Expression(expression);
        double value = parsed.sum();
        parsed.expect("");
        return value;
    }

    private static Stream<String> lines(String file) {
        try (InputStream in = Objects.requireNonNull(Figures.class.getResourceAsStream(file), file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        } catch (IOException e) {
            throw new UncheckedIOException(file, e);
        }
    }

    private final class Expression {

        private final List<String> tokens;
        private int at;

        Expression(String text) {
            tokens = Stream.of(text.split("(?<=[-+*/(),])|(?=[-+*/(),])"))
                    .map(String::strip)
                    .filter(token -> !token.isEmpty())
                    .toList();
        }

        double sum() {
            double sum = product();
            while (sees("+") || sees("-")) {
                sum += take().equals("+") ? product() : -product();
            }
            return sum;
        }

        private double product() {
            double product = factor();
            while (sees("*") || sees("/")) {
                product = take().equals("*") ? product * factor() : product / factor();
            }
            return product;
        }

        private double factor() {
            String token = take();
            switch (token) {
                case "(" -> {
                    return closed(sum());
                }
                case "ceil" -> {
                    expect("(");
                    return closed(Math.ceil(sum()));
                }
                case "max" -> {
                    expect("(");
                    double first = sum();
                    expect(",");
                    return closed(Math.max(first, sum()));
                }
                default -> {
                    return Character.isDigit(token.charAt(0)) ? Double.parseDouble(token) : number(token);
                }
            }
        }

        private double number(String name) {
            Double number = numbers.get(name);
            if (number == null) {
                throw new IllegalArgumentException("there is no " + name + " for " + String.join(" ", tokens));
            }
            return number;
        }

        private double closed(double value) {
            expect(")");
            return value;
        }

        private boolean sees(String token) {
            return at < tokens.size() && tokens.get(at).equals(token);
        }

        private String take() {
            return at < tokens.size() ? tokens.get(at++) : "";
        }

        void expect(String token) {
            if (!take().equals(token)) {
                throw new IllegalArgumentException("\"" + token + "\" expected in " + String.join(" ", tokens));
            }
        }
    }
}
