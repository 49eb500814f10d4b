package dev.tidemark.simulation.cloud;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** What DynamoDB holds: tables, and the tokens of recent transactions. */
final class DynamoState {

    /** The same token within this time is the same transaction, and does nothing again. */
    private static final long TOKEN_LIFE_MILLIS = 600_000;

    private final Map<String, Table> tables;
    private final UnaryOperator<String> shorten;
    private final Map<String, Long> tokens = new HashMap<>();

    /** @param shorten makes positions readable in traces */
    DynamoState(Map<String, Table> tables, UnaryOperator<String> shorten) {
        this.tables = new HashMap<>(tables);
        this.shorten = shorten;
    }

    void create(String name, Table table) {
        tables.put(name, table);
    }

    Table table(String name) {
        Table table = tables.get(name);
        if (table == null) {
            throw new IllegalStateException("no table '" + name + "' in " + tables.keySet());
        }
        return table;
    }

    boolean knowsToken(String token, long nowMillis) {
        Long seen = tokens.get(token);
        return seen != null && nowMillis - seen < TOKEN_LIFE_MILLIS;
    }

    void rememberToken(String token, long nowMillis) {
        tokens.put(token, nowMillis);
    }

    /** Texts and numbers only, keys left out: no payload has either form. */
    String brief(Map<String, AttributeValue> attributes) {
        return new TreeMap<>(attributes)
                .entrySet().stream()
                        .filter(entry -> !entry.getKey().equals(Table.PARTITION_KEY)
                                && !entry.getKey().equals(Table.SORT_KEY))
                        .map(entry -> entry.getKey() + "=" + brief(entry.getValue()))
                        .collect(Collectors.joining(" ", "{", "}"));
    }

    private String brief(AttributeValue value) {
        return switch (value.type()) {
            case S -> shorten.apply(value.s());
            case N -> value.n();
            case B -> value.b().asByteArrayUnsafe().length + " bytes";
            case M -> brief(value.m());
            default -> value.type().toString();
        };
    }
}
