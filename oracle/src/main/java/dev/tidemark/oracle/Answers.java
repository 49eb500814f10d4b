package dev.tidemark.oracle;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Compares the oracle's answer with another. Numbers are compared by value, so {@code 1} and {@code 1.0} agree; what
 * has a tolerance may differ by it. Read the other side with {@link #read}: a number that went through a double may
 * come out as its neighbour.
 */
public final class Answers {

    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final double MILLIONTH = 1e-6;

    private final JsonNode tolerances;
    private final String label;
    private final List<String> differences = new ArrayList<>();

    /** Tolerances of the value that is being compared. */
    private double absolute;

    private double cells;

    private Answers(JsonNode tolerances, String label) {
        this.tolerances = tolerances;
        this.label = label;
    }

    /** Parses JSON without losing a digit. */
    public static JsonNode read(String json) {
        try {
            return EXACT.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /**
     * Values that stand as texts in the columns of a table, as JSON of the kind that is expected; an empty text is null.
     *
     * @param expected an answer of {@link Oracle#answer}
     * @param textOf the text of a value, by its name
     */
    public static ObjectNode fromTexts(JsonNode expected, UnaryOperator<String> textOf) {
        ObjectNode values = FeatureValues.NODES.objectNode();
        expected.path("values").properties().forEach(wanted -> {
            String text = textOf.apply(wanted.getKey());
            if (text.isEmpty()) {
                values.putNull(wanted.getKey());
            } else if (wanted.getValue().isTextual()) {
                values.put(wanted.getKey(), text);
            } else {
                values.set(wanted.getKey(), read(text));
            }
        });
        return values;
    }

    /**
     * @param expected an answer of {@link Oracle#answer}
     * @param actualValues the other side's values, by name
     * @return one line per difference, empty if there is none
     */
    public static List<String> differences(JsonNode expected, JsonNode actualValues) {
        return differences(expected, actualValues, Set.of());
    }

    /**
     * @param except names that are not compared, such as lifetime values of a past moment
     */
    public static List<String> differences(JsonNode expected, JsonNode actualValues, Set<String> except) {
        String label =
                expected.path("view").asText() + "/" + expected.path("entity").asText() + " at "
                        + expected.path("at").asText();
        Answers answers = new Answers(expected.path("tolerances"), label);
        answers.compareAll(expected.path("values"), actualValues, except);
        return List.copyOf(answers.differences);
    }

    private void compareAll(JsonNode expected, JsonNode actual, Set<String> except) {
        Set<String> compared = names(expected, actual);
        compared.removeAll(except);
        for (String name : compared) {
            JsonNode wanted = expected.get(name);
            JsonNode found = actual.get(name);
            if (wanted == null || found == null) {
                report(
                        name,
                        wanted == null ? "nothing" : wanted.toString(),
                        found == null ? "nothing" : found.toString());
                continue;
            }
            JsonNode tolerance = tolerances.path(name);
            int atMost = tolerance.path("at_most").asInt();
            double relative = tolerance.path("relative").asDouble();
            absolute = tolerance.path("absolute").asDouble();
            cells = tolerance.path("cells").asDouble();
            if (atMost > 0 && wanted.isArray()) {
                compareSomeValues(name, wanted, found, atMost);
            } else if (atMost > 0) {
                compareSomeGroups(name, wanted, found, atMost, relative);
            } else {
                compare(name, wanted, found, relative);
            }
        }
    }

    private static Set<String> names(JsonNode expected, JsonNode actual) {
        Set<String> names = new LinkedHashSet<>();
        expected.fieldNames().forEachRemaining(names::add);
        actual.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private void compare(String path, JsonNode expected, JsonNode actual, double relative) {
        if (cells > 0 && path.endsWith(".cells")) {
            compareCells(path, expected, actual);
        } else if (expected.isObject() && actual.isObject()) {
            for (String name : names(expected, actual)) {
                compare(path + "." + name, expected.path(name), actual.path(name), relative);
            }
        } else if (expected.isArray() && actual.isArray() && expected.size() == actual.size()) {
            for (int i = 0; i < expected.size(); i++) {
                compare(path + "[" + i + "]", expected.get(i), actual.get(i), relative);
            }
        } else if (expected.isNumber() && actual.isNumber()) {
            compareNumbers(path, exact(path, expected), exact(path, actual), relative);
        } else if (!expected.equals(actual)) {
            report(path, text(expected), text(actual));
        }
    }

    private static BigDecimal exact(String path, JsonNode number) {
        if (number.isDouble() || number.isFloat()) {
            throw new IllegalArgumentException(path + " was read as a double; use Answers.read");
        }
        return number.decimalValue();
    }

    private void compareNumbers(String path, BigDecimal expected, BigDecimal actual, double relative) {
        BigDecimal distance = expected.subtract(actual).abs();
        BigDecimal allowed = expected.abs().multiply(new BigDecimal(relative)).add(new BigDecimal(absolute));
        if (distance.compareTo(allowed) > 0) {
            String tolerance = allowed.signum() > 0 ? " within " + allowed.doubleValue() + " of it" : "";
            report(path, expected.toPlainString() + tolerance, actual.toPlainString());
        }
    }

    /** Cells keep the order of numbers, so the first cells hold the least numbers. */
    private void compareCells(String path, JsonNode expected, JsonNode actual) {
        List<BigDecimal> numbers = oneByOne(expected);
        List<BigDecimal> found = oneByOne(actual);
        if (numbers.size() != found.size()) {
            report(path, numbers.size() + " numbers", found.size() + " numbers");
            return;
        }
        for (int i = 0; i < numbers.size(); i++) {
            BigDecimal number = numbers.get(i);
            double error = number.subtract(found.get(i)).abs().doubleValue();
            // Probabilities are told apart by what is missing to 1 too, down to a millionth.
            if (error > Math.abs(number.doubleValue()) * cells + MILLIONTH) {
                report(
                        path,
                        number + " within " + cells + " of it",
                        found.get(i).toPlainString());
                return;
            }
        }
    }

    private static List<BigDecimal> oneByOne(JsonNode counts) {
        List<BigDecimal> numbers = new ArrayList<>();
        counts.properties().forEach(each -> {
            for (int i = 0; i < each.getValue().asInt(); i++) {
                numbers.add(new BigDecimal(each.getKey()));
            }
        });
        numbers.sort(null);
        return numbers;
    }

    /** Beyond its bound a top_k keeps only some values, each with its true count. */
    private void compareSomeValues(String path, JsonNode expected, JsonNode actual, int atMost) {
        if (!actual.isArray() || actual.size() > atMost) {
            report(path, "a list of at most " + atMost, text(actual));
            return;
        }
        for (JsonNode found : actual) {
            boolean known = false;
            for (JsonNode wanted : expected) {
                known |= equal(wanted.path("value"), found.path("value"))
                        && equal(wanted.path("count"), found.path("count"));
            }
            if (!known) {
                report(path, "a value with its true count", text(found));
            }
        }
    }

    /** Beyond its bound a group_by keeps only some groups, each with its true value, and merges the others. */
    private void compareSomeGroups(String path, JsonNode expected, JsonNode actual, int atMost, double relative) {
        if (!actual.isObject() || actual.size() > atMost + 1) {
            report(path, "an object of at most " + atMost + " groups and $other", text(actual));
            return;
        }
        actual.properties().forEach(group -> {
            if (!group.getKey().equals("$other")) {
                compare(path + "." + group.getKey(), expected.path(group.getKey()), group.getValue(), relative);
            }
        });
    }

    private static boolean equal(JsonNode a, JsonNode b) {
        boolean numbers = a.isNumber() && b.isNumber();
        return numbers ? a.decimalValue().compareTo(b.decimalValue()) == 0 : a.equals(b);
    }

    private static String text(JsonNode node) {
        return node.isMissingNode() ? "nothing" : node.toString();
    }

    private void report(String path, String expected, String actual) {
        differences.add(label + ": " + path + " should be " + expected + " but is " + actual);
    }
}
