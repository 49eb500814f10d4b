package dev.tidemark.samplesevents;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the customers of a made-up shop do in twelve hours. A customer comes (few come often), looks at items (few are
 * popular), puts some into the cart, buys some of those, and is offered discounts ({@link Offers}).
 */
final class ShopEvents {

    static final long SPAN_MILLIS = 12 * 3_600_000L;

    /** A phone whose clock runs ahead by half a minute: its events come from a future within the allowed skew. */
    static final String FAST_CLOCK_USER = "user-7";

    private static final long FAST_CLOCK_MILLIS = 30_000;
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
    private final Offers offers;
    private final List<Item> items = new ArrayList<>();
    private final double[] buying = new double[USERS.length];
    private final List<Happening> happenings = new ArrayList<>();

    /** @param price in the shop's currency, two decimals */
    private record Item(String id, String category, BigDecimal price) {}

    /**
     * Something that happened, not yet sent.
     *
     * @param timeMillis when
     * @param aheadMillis by how much the clock that tells the event time runs ahead
     * @param user who
     * @param type the event's type
     * @param body the further members of the JSON object
     */
    record Happening(long timeMillis, long aheadMillis, String user, String type, String body) {

        /** What a user does says who the user is. */
        static Happening of(long timeMillis, String user, String type, String body) {
            return new Happening(
                    timeMillis,
                    user.equals(FAST_CLOCK_USER) ? FAST_CLOCK_MILLIS : 0,
                    user,
                    type,
                    ",\"user_id\":\"" + user + "\"" + body);
        }

        long eventTimeMillis() {
            return timeMillis + aheadMillis;
        }
    }

    ShopEvents(Chance chance) {
        this.chance = chance;
        this.offers = new Offers(chance);
        for (int i = 0; i < ITEMS.length; i++) {
            double price = StrictMath.exp(3.6 + 0.9 * chance.gaussian());
            String category = CATEGORIES[chance.index(CATEGORY_SHARES)];
            items.add(new Item(
                    String.format(Locale.ROOT, "item-%03d", i + 1), category, decimal(Math.max(price, 0.99), 2)));
        }
        for (int i = 0; i < USERS.length; i++) {
            buying[i] = Math.min(Math.max(0.1 + 0.05 * chance.gaussian(), 0), 0.3);
        }
    }

    /** In no particular order; event times in {@code [start, start + span)}. */
    List<Happening> run() {
        for (int i = 0; i < SESSIONS; i++) {
            session();
        }
        happenings.addAll(offers.happenings());
        happenings.removeIf(happening -> happening.timeMillis() >= SampleEvent.START_MILLIS + SPAN_MILLIS);
        return List.copyOf(happenings);
    }

    /** One customer's visit. */
    private void session() {
        int number = chance.index(USERS);
        String user = "user-" + (1 + number);
        String device = DEVICES[chance.index(DEVICE_SHARES)];
        long time = SampleEvent.START_MILLIS + chance.between(0, SPAN_MILLIS - 1);
        BigDecimal seen = BigDecimal.ZERO;
        int views = 0;
        do {
            Item item = items.get(chance.index(ITEMS));
            view(time, user, device, item);
            if (chance.happens(0.09)) {
                offers.score(new Offers.Request(
                        time + chance.between(100, 900),
                        user,
                        item.id(),
                        item.category(),
                        device,
                        item.price(),
                        views == 0 ? null : seen.divide(BigDecimal.valueOf(views), 2, RoundingMode.HALF_UP),
                        views,
                        buying[number]));
            }
            seen = seen.add(item.price());
            views++;
            time += 2_000 + chance.waitMillis(24_000);
        } while (chance.happens(0.8));
    }

    private void view(long time, String user, String device, Item item) {
        add(time, user, "view", item(item) + price(item) + ",\"device\":\"" + device + "\"");
        if (chance.happens(0.17)) {
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
    }

    private void add(long time, String user, String type, String body) {
        happenings.add(Happening.of(time, user, type, body));
    }

    private static String item(Item item) {
        return ",\"item\":{\"id\":\"" + item.id() + "\",\"category\":\"" + item.category() + "\"}";
    }

    private static String price(Item item) {
        return ",\"price\":" + item.price();
    }

    static BigDecimal decimal(double value, int digits) {
        return BigDecimal.valueOf(value).setScale(digits, RoundingMode.HALF_UP);
    }
}
