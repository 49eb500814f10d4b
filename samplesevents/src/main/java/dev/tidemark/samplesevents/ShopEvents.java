package dev.tidemark.samplesevents;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the customers of a made-up shop do in twelve hours. A customer comes (few come often), looks at items (few are
 * popular), puts some into the cart, buys some of those. A model ranks items, another looks for fraud; their
 * predictions are logged with the outcome.
 */
final class ShopEvents {

    static final long SPAN_MILLIS = 12 * 3_600_000L;

    private static final int SESSIONS = 560;
    private static final double[] USERS = Chance.zipf(300, 1.05);
    private static final double[] ITEMS = Chance.zipf(120, 0.8);
    private static final String[] CATEGORIES = {
        "shoes", "shirts", "trousers", "hats", "bags", "jackets", "toys", "books"
    };
    private static final String[] DEVICES = {"phone", "desktop", "tablet"};
    private static final double[] CATEGORY_SHARES = Chance.zipf(CATEGORIES.length, 0.7);
    private static final double[] DEVICE_SHARES = Chance.zipf(DEVICES.length, 1.2);
    private static final double[] QUANTITIES = Chance.zipf(4, 1.8);

    private final Chance chance;
    private final List<Item> items = new ArrayList<>();
    private final List<Happening> happenings = new ArrayList<>();

    /** @param price in the shop's currency, two decimals */
    private record Item(String id, String category, BigDecimal price) {}

    /**
     * Something that happened, not yet sent.
     *
     * @param timeMillis when
     * @param user who
     * @param type the event's type
     * @param body the further members of the JSON object
     */
    record Happening(long timeMillis, String user, String type, String body) {}

    ShopEvents(Chance chance) {
        this.chance = chance;
        for (int i = 0; i < ITEMS.length; i++) {
            double price = StrictMath.exp(3.6 + 0.9 * chance.gaussian());
            String category = CATEGORIES[chance.index(CATEGORY_SHARES)];
            items.add(new Item(
                    String.format(Locale.ROOT, "item-%03d", i + 1), category, decimal(Math.max(price, 0.99), 2)));
        }
    }

    /** In no particular order; event times in {@code [start, start + span)}. */
    List<Happening> run() {
        for (int i = 0; i < SESSIONS; i++) {
            session();
        }
        happenings.removeIf(happening -> happening.timeMillis() >= SampleEvent.START_MILLIS + SPAN_MILLIS);
        return List.copyOf(happenings);
    }

    /** One customer's visit. */
    private void session() {
        String user = "user-" + (1 + chance.index(USERS));
        String device = DEVICES[chance.index(DEVICE_SHARES)];
        long time = SampleEvent.START_MILLIS + chance.between(0, SPAN_MILLIS - 1);
        do {
            Item item = items.get(chance.index(ITEMS));
            view(time, user, device, item);
            time += 2_000 + chance.waitMillis(24_000);
        } while (chance.happens(0.8));
    }

    private void view(long time, String user, String device, Item item) {
        add(time, user, "view", item(item) + price(item) + ",\"device\":\"" + device + "\"");
        boolean carted = chance.happens(0.17);
        if (chance.happens(0.16)) {
            predict(time, user, "ranker", chance.happens(0.7) ? "r8" : "r9", carted, 40);
        }
        if (carted) {
            cart(time + chance.between(1_500, 20_000), user, item);
        }
    }

    private void cart(long time, String user, Item item) {
        int quantity = 1 + chance.index(QUANTITIES);
        add(time, user, "cart", item(item) + price(item) + ",\"quantity\":" + quantity);
        if (chance.happens(0.5)) {
            purchase(time + chance.between(10_000, 300_000), user, item, quantity);
        }
    }

    private void purchase(long time, String user, Item item, int quantity) {
        BigDecimal full = item.price().multiply(BigDecimal.valueOf(quantity));
        boolean reduced = chance.happens(0.25);
        BigDecimal discount = reduced ? decimal(full.doubleValue() * 0.1, 2) : BigDecimal.ZERO;
        add(
                time,
                user,
                "purchase",
                item(item) + price(item) + ",\"quantity\":" + quantity + ",\"amount\":" + full.subtract(discount)
                        + (reduced ? ",\"discount\":" + discount : ""));
        predict(time, user, "fraud", "f3", chance.happens(0.04), 90);
    }

    /** A score that leans towards what then happens, but is often wrong. */
    private void predict(long time, String user, String model, String version, boolean outcome, int latencyMillis) {
        double lean = (outcome ? 0.62 : 0.3) + 0.2 * chance.gaussian();
        BigDecimal score = decimal(Math.min(Math.max(lean, 0.001), 0.999), 3);
        BigDecimal error = (outcome ? BigDecimal.ONE.subtract(score) : score);
        long latency = StrictMath.round(latencyMillis * StrictMath.exp(0.5 * chance.gaussian()));
        add(
                time,
                user,
                "prediction",
                ",\"model\":\"" + model + "\",\"model_version\":\"" + version + "\",\"score\":" + score
                        + ",\"outcome\":" + (outcome ? 1 : 0) + ",\"error\":" + error + ",\"latency_millis\":"
                        + latency);
    }

    private void add(long time, String user, String type, String body) {
        happenings.add(new Happening(time, user, type, body));
    }

    private static String item(Item item) {
        return ",\"item\":{\"id\":\"" + item.id() + "\",\"category\":\"" + item.category() + "\"}";
    }

    private static String price(Item item) {
        return ",\"price\":" + item.price();
    }

    private static BigDecimal decimal(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    }
}
