package dev.tidemark.simulation.cloud;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The condition and key condition expressions that Tidemark writes, and no others: anything else fails loudly, so that
 * a new form cannot slip through unevaluated.
 */
final class Conditions {

    private static final Pattern ABSENT = Pattern.compile("attribute_not_exists\\((\\w+)\\)");
    private static final Pattern EQUAL = Pattern.compile("(\\w+) = (:\\w+)");
    private static final Pattern KEYS = Pattern.compile("(\\w+) = (:\\w+)(?: AND (\\w+) BETWEEN (:\\w+) AND (:\\w+))?");

    /** There are a handful of texts, each used thousands of times. */
    private static final Map<String, Condition> PARSED = new ConcurrentHashMap<>();

    private static final Map<String, KeyForm> KEY_FORMS = new ConcurrentHashMap<>();

    private Conditions() {}

    /**
     * The sort keys of one partition key.
     *
     * @param first inclusive; null for all
     * @param last inclusive; null for all
     */
    record KeyRange(
            String partition,
            @Nullable String first,
            @Nullable String last) {}

    private interface Condition {
        boolean holds(@Nullable Map<String, AttributeValue> stored, Map<String, AttributeValue> values);
    }

    private record KeyForm(String partition, Optional<String> first, Optional<String> last) {}

    /** @param stored null if there is no item */
    static boolean holds(
            @Nullable String expression,
            Map<String, AttributeValue> values,
            @Nullable Map<String, AttributeValue> stored) {
        return expression == null
                || PARSED.computeIfAbsent(expression, Conditions::parse).holds(stored, values);
    }

    static KeyRange keys(String expression, Map<String, AttributeValue> values) {
        KeyForm form = KEY_FORMS.computeIfAbsent(expression, Conditions::parseKeys);
        return new KeyRange(
                text(values, form.partition()),
                form.first().map(name -> text(values, name)).orElse(null),
                form.last().map(name -> text(values, name)).orElse(null));
    }

    private static Condition parse(String expression) {
        Matcher absent = ABSENT.matcher(expression);
        if (absent.matches()) {
            String name = absent.group(1);
            return (stored, values) -> stored == null || !stored.containsKey(name);
        }
        Matcher equal = EQUAL.matcher(expression);
        if (equal.matches()) {
            String name = equal.group(1);
            String value = equal.group(2);
            return (stored, values) -> stored != null && given(values, value).equals(stored.get(name));
        }
        throw new UnsupportedOperationException("a condition that the simulation does not know: " + expression);
    }

    private static KeyForm parseKeys(String expression) {
        Matcher keys = KEYS.matcher(expression);
        boolean known = keys.matches()
                && keys.group(1).equals(Table.PARTITION_KEY)
                && (keys.group(3) == null || keys.group(3).equals(Table.SORT_KEY));
        if (!known) {
            throw new UnsupportedOperationException("a key condition that the simulation does not know: " + expression);
        }
        return new KeyForm(keys.group(2), Optional.ofNullable(keys.group(4)), Optional.ofNullable(keys.group(5)));
    }

    private static String text(Map<String, AttributeValue> values, String name) {
        return Objects.requireNonNull(given(values, name).s(), name);
    }

    private static AttributeValue given(Map<String, AttributeValue> values, String name) {
        return Objects.requireNonNull(values.get(name), () -> "no value for " + name);
    }
}
