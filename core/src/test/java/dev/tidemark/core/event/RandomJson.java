package dev.tidemark.core.event;

import java.util.List;
import java.util.Random;

/** Random JSON texts whose objects use few member names, so that wanted fields, duplicates and nesting are common. */
final class RandomJson {

    private static final List<String> NAMES =
            List.of("ts", "user_id", "item", "price", "category", "deep", "a", "b", "x", "", "é", "ts2", "Ts");
    private static final String[] STRINGS = {
        "\"view\"",
        "\"\"",
        "\"a \\\"quoted\\\" \\\\ \\/ \\b\\f\\n\\r\\t text\"",
        "\"\\u0041\\u00e9\\u20AC\"",
        "\"smile \\ud83d\\ude00\"",
        "\"grüße 日本 😀\"",
        "\"2026-01-31T10:00:00Z\"",
        "\"" + "long ".repeat(60) + "\""
    };

    private final Random random;

    RandomJson(Random random) {
        this.random = random;
    }

    /** An object, most often with a good event time under {@code ts}. */
    String event() {
        StringBuilder text = new StringBuilder();
        space(text);
        object(text, 0, random.nextInt(8) != 0);
        space(text);
        return text.toString();
    }

    private void object(StringBuilder text, int depth, boolean eventTime) {
        text.append('{');
        int members = random.nextInt(depth == 0 ? 9 : 5);
        for (int i = 0; i < members; i++) {
            member(text, NAMES.get(random.nextInt(NAMES.size())), depth);
            separator(text, i < members - 1 || eventTime);
        }
        if (eventTime) {
            name(text, "ts");
            text.append("\"2026-01-31T10:00:0").append(random.nextInt(10)).append("Z\"");
        }
        space(text);
        text.append('}');
    }

    private void member(StringBuilder text, String name, int depth) {
        name(text, name);
        value(text, depth, name.equals("item") || name.equals("deep"));
    }

    private void name(StringBuilder text, String name) {
        space(text);
        text.append('"');
        for (int i = 0; i < name.length(); i++) {
            if (random.nextInt(20) == 0) {
                text.append(String.format("\\u%04x", (int) name.charAt(i)));
            } else {
                text.append(name.charAt(i));
            }
        }
        text.append('"');
        space(text);
        text.append(':');
        space(text);
    }

    private void value(StringBuilder text, int depth, boolean preferObject) {
        int kind = random.nextInt(10);
        if (depth < 5 && (kind == 0 || (preferObject && kind < 8))) {
            object(text, depth + 1, false);
        } else if (depth < 5 && kind == 1) {
            array(text, depth);
        } else if (kind < 5) {
            text.append(STRINGS[random.nextInt(STRINGS.length)]);
        } else if (kind < 8) {
            text.append(Numbers.random(random));
        } else {
            text.append(new String[] {"true", "false", "null"}[random.nextInt(3)]);
        }
    }

    private void array(StringBuilder text, int depth) {
        text.append('[');
        int values = random.nextInt(4);
        for (int i = 0; i < values; i++) {
            value(text, depth + 1, false);
            separator(text, i < values - 1);
        }
        text.append(']');
    }

    private void separator(StringBuilder text, boolean more) {
        space(text);
        if (more) {
            text.append(',');
        }
    }

    private void space(StringBuilder text) {
        if (random.nextInt(6) == 0) {
            text.append(new String[] {" ", "\n", "\t", "\r\n", "    "}[random.nextInt(5)]);
        }
    }
}
