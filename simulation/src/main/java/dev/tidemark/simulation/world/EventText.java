package dev.tidemark.simulation.world;

import dev.tidemark.simulation.engine.Dial;
import dev.tidemark.simulation.engine.Engine;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Draws one event and writes it as JSON. All draws are always made, so that a dial changes only what it is for. */
final class EventText {

    /** Retentions and skews of the views: where what counts and what does not meet. */
    private static final long[] RETENTIONS_MILLIS = {300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000};

    private static final long[] SKEWS_MILLIS = {5_000, 10_000, 60_000};
    private static final long LONGEST_RETENTION_MILLIS = 86_400_000;
    private static final int BULKY_CHARS = 240;

    private static final Pattern TIME = Pattern.compile("\"ts\":\\d+");

    private final Engine engine;
    private final RandomGenerator random;
    private final int users;

    EventText(Engine engine, RandomGenerator random, int users) {
        this.engine = engine;
        this.random = random;
        this.users = users;
    }

    /** @param arrivalMillis when the record that carries the event arrives */
    byte[] draw(String id, String user, long arrivalMillis) {
        String item = "\"i" + random.nextInt(4) + "\"";
        String type = random.nextBoolean() ? "\"view\"" : "\"buy\"";
        String price = (random.nextInt(6_000) - 500) / 100 + "." + random.nextInt(100);
        String quantity = Integer.toString(random.nextInt(4));
        String tag = "t" + random.nextInt(1_000);
        if (engine.strikes(random, Dial.BULKY)) {
            tag += "x".repeat(BULKY_CHARS);
        }
        String time = Long.toString(eventTime(arrivalMillis));
        boolean bad = engine.strikes(random, Dial.BAD);
        int flaw = random.nextInt(13);
        Fields fields = new Fields('"' + id + '"', '"' + user + '"', item, type, price, quantity, tag, time);
        return (bad ? fields.spoilt(flaw) : fields.json()).getBytes(StandardCharsets.UTF_8);
    }

    String user() {
        return "u" + random.nextInt(users);
    }

    /** The same event with another time, as some producers send it again. */
    static byte[] stampedAnew(byte[] event, long timeMillis) {
        String text = new String(event, StandardCharsets.UTF_8);
        return TIME.matcher(text).replaceAll("\"ts\":" + timeMillis).getBytes(StandardCharsets.UTF_8);
    }

    private long eventTime(long arrivalMillis) {
        long usual = arrivalMillis - random.nextInt(2_000);
        long retention = RETENTIONS_MILLIS[random.nextInt(RETENTIONS_MILLIS.length)];
        long late = arrivalMillis - atEdge(retention, random.nextLong(retention));
        long tooLate = arrivalMillis - LONGEST_RETENTION_MILLIS - 1 - random.nextLong(LONGEST_RETENTION_MILLIS);
        long skew = SKEWS_MILLIS[random.nextInt(SKEWS_MILLIS.length)];
        long ahead = arrivalMillis + atEdge(skew, random.nextLong(skew));
        long farAhead = arrivalMillis + 60_001 + random.nextLong(7_200_000);
        boolean isLate = engine.strikes(random, Dial.LATE);
        boolean isTooLate = engine.strikes(random, Dial.TOO_LATE);
        boolean isAhead = engine.strikes(random, Dial.CLOCK_AHEAD);
        boolean isFarAhead = engine.strikes(random, Dial.FAR_FUTURE);
        if (isFarAhead) {
            return farAhead;
        }
        if (isAhead) {
            return ahead;
        }
        return isTooLate ? tooLate : isLate ? late : usual;
    }

    /** Often exactly the bound, or one millisecond to either side. */
    private long atEdge(long bound, long otherwise) {
        int edge = random.nextInt(8);
        return edge < 3 ? bound - 1 + edge : otherwise;
    }

    private record Fields(
            String id, String user, String item, String type, String price, String quantity, String tag, String time) {

        String json() {
            String amount = price.startsWith("\"") ? price : "\"" + price + "\"";
            return "{\"meta\":{\"user-agent\":" + user + ",\"amount\":" + amount + ",\"lines\":[{\"sku\":" + item
                    + "},null,{\"sku\":" + type + "}],\"counts\":[null," + quantity + "]},\"id\":" + id + ",\"user\":"
                    + user
                    + ",\"item\":" + item + ",\"type\":" + type + ",\"price\":"
                    + price + ",\"qty\":" + quantity + ",\"tag\":\"" + tag + "\",\"ts\":" + time + "}";
        }

        /** One thing wrong with it, for all views or for some. */
        String spoilt(int flaw) {
            return switch (flaw) {
                case 0 -> json().substring(0, json().length() - 1);
                case 1 -> json().replace(id, "\"" + "x".repeat(3_000) + "\"");
                case 2 -> with(user, item, type, price, quantity, "\"yesterday\"");
                case 3 -> with("null", item, type, price, quantity, time);
                case 4 -> with(user, item, type, "null", quantity, time);
                case 5 -> with(user, item, type, "\"cheap\"", quantity, time);
                case 6 -> with(user, item, type, "1e400", quantity, time);
                case 7 -> with(user, "[1]", type, price, quantity, time);
                case 8 -> with("\"" + "u".repeat(1_025) + "\"", item, type, price, quantity, time);
                case 9 -> with(user, "\"" + "i".repeat(257) + "\"", type, price, quantity, time);
                case 10 -> json().replace(id, "true");
                case 11 -> json().replace(id, "null");
                default -> with(user, item, type, price, "\"two\"", time);
            };
        }

        private String with(
                String newUser, String newItem, String newType, String newPrice, String newQuantity, String newTime) {
            return new Fields(id, newUser, newItem, newType, newPrice, newQuantity, tag, newTime).json();
        }
    }
}
