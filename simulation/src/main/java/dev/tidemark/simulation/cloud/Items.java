package dev.tidemark.simulation.cloud;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** DynamoDB's limits on what an item may hold. */
final class Items {

    private static final int MAX_BYTES = 400 * 1024;
    private static final int MAX_NUMBER_DIGITS = 38;

    private Items() {}

    /** What DynamoDB would refuse the item for; empty if nothing. */
    static String problem(Map<String, AttributeValue> item) {
        long bytes = 0;
        for (Map.Entry<String, AttributeValue> attribute : item.entrySet()) {
            AttributeValue value = attribute.getValue();
            if (value.n() != null
                    && value.n().length() > MAX_NUMBER_DIGITS
                    && new BigDecimal(value.n()).precision() > MAX_NUMBER_DIGITS) {
                return "Attempting to store more than 38 significant digits in a Number";
            }
            bytes += utf8(attribute.getKey()) + size(value);
        }
        return bytes > MAX_BYTES ? "Item size has exceeded the maximum allowed size" : "";
    }

    private static long size(AttributeValue value) {
        return switch (value.type()) {
            case S -> utf8(value.s());
            case N -> value.n().length() / 2 + 2L;
            case B -> value.b().asByteArrayUnsafe().length;
            case M ->
                3
                        + value.m().entrySet().stream()
                                .mapToLong(entry -> 1 + utf8(entry.getKey()) + size(entry.getValue()))
                                .sum();
            case L -> 3 + value.l().stream().mapToLong(each -> 1 + size(each)).sum();
            default ->
                throw new UnsupportedOperationException("an attribute that the simulation does not know: " + value);
        };
    }

    private static long utf8(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return text.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return text.length();
    }
}
