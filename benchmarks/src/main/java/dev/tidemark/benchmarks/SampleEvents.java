package dev.tidemark.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** E-commerce events of about 150 bytes from a fixed seed: one event a millisecond, users by Zipf's law. */
public final class SampleEvents {

    private static final long SEED = 42;
    private static final int USERS = 50_000;
    /** The first event's time; each of the others is one millisecond after the one before. */
    public static final long START_MILLIS = 1_769_853_600_000L;

    private static final String[] TYPES = {"view", "view", "view", "view", "view", "view", "cart", "cart", "purchase"};

    private SampleEvents() {}

    /** Events as JSON, in event-time order. */
    public static List<byte[]> json(int count) {
        Source source = new Source();
        List<byte[]> events = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            events.add(source.next());
        }
        return events;
    }

    /** The same events one by one, as many as are wanted. */
    public static final class Source {

        private final Random random = new Random(SEED);
        private final double[] cumulative = zipf();
        private long next;

        public byte[] next() {
            int user = user(cumulative, random.nextDouble() * cumulative[USERS - 1]);
            String event = "{\"event_id\":\"" + Long.toHexString(random.nextLong()) + "\",\"type\":\""
                    + TYPES[random.nextInt(TYPES.length)] + "\",\"ts\":\"" + Instant.ofEpochMilli(START_MILLIS + next++)
                    + "\",\"user_id\":\"u"
                    + user + "\",\"item_id\":\"i" + random.nextInt(10_000) + "\",\"price\":" + random.nextInt(1, 500)
                    + "." + random.nextInt(10, 100) + ",\"currency\":\"EUR\",\"quantity\":" + random.nextInt(1, 4)
                    + "}";
            return event.getBytes(StandardCharsets.UTF_8);
        }
    }

    private static double[] zipf() {
        double[] cumulative = new double[USERS];
        double sum = 0;
        for (int rank = 0; rank < USERS; rank++) {
            sum += 1.0 / (rank + 1);
            cumulative[rank] = sum;
        }
        return cumulative;
    }

    private static int user(double[] cumulative, double at) {
        int found = Arrays.binarySearch(cumulative, at);
        return found >= 0 ? found : -found - 1;
    }
}
