package dev.tidemark.simulation;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/**
 * The seeds that are run beside the fixed ones: {@code -Dtidemark.freshSeeds=FIRST..LAST}, both included. What is fixed
 * says the same of every commit; fresh ones look where nobody has looked yet.
 */
final class FreshSeeds {

    private static final String PROPERTY = "tidemark.freshSeeds";
    private static final Pattern RANGE = Pattern.compile("(\\d{1,15})\\.\\.(\\d{1,15})");

    private FreshSeeds() {}

    /** None where the property is not set. */
    static LongStream wanted() {
        String text = System.getProperty(PROPERTY);
        if (text == null) {
            return LongStream.empty();
        }
        System.out.println("fresh seeds " + text);
        return range(text);
    }

    /** @throws IllegalArgumentException if the text is no such range */
    static LongStream range(String text) {
        Matcher range = RANGE.matcher(text);
        if (!range.matches() || Long.parseLong(range.group(1)) > Long.parseLong(range.group(2))) {
            throw new IllegalArgumentException(
                    PROPERTY + " is '" + text + "': write the first and the last seed, such as 1000..1299");
        }
        return LongStream.rangeClosed(Long.parseLong(range.group(1)), Long.parseLong(range.group(2)));
    }
}
